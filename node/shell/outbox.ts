import type { ProtocolObject } from '#core/consensus/objects.ts';
import { encodeMessage } from '#core/wire/codec.ts';
import type { Message } from '#core/wire/messages.ts';
import type { FromProtocol, Letter } from './messages.ts';

interface OpenLetter extends Letter {
  readonly links: number[];
  readonly object: ProtocolObject | undefined;
}

/** What is sent to one link outside the inputs of the host. */
export const letterTo = (link: number, envelope: Uint8Array): FromProtocol => ({
  type: 'letters',
  letters: [{ links: [link], envelope, onStem: false }],
  useful: [],
});

/** What one input makes the host send. An object that goes to many links, one after another, is encoded once. */
export class Outbox {
  #letters: OpenLetter[] = [];

  add(link: number, message: Message): void {
    const object = message.type === 'object' ? message.object : undefined;
    const last = this.#letters.at(-1);
    if (object !== undefined && last?.object === object) last.links.push(link);
    else {
      const onStem = message.type === 'stem';
      this.#letters.push({ links: [link], envelope: encodeMessage(message), onStem, object });
    }
  }

  take(): readonly Letter[] {
    const letters = this.#letters.map(({ links, envelope, onStem }) => ({ links, envelope, onStem }));
    this.#letters = [];
    return letters;
  }
}
