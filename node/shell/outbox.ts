import type { ProtocolObject } from '#core/consensus/objects.ts';
import { encodeMessage } from '#core/wire/codec.ts';
import type { Message } from '#core/wire/messages.ts';
import type { Letter } from './messages.ts';

interface OpenLetter extends Letter {
  readonly links: number[];
  readonly object: ProtocolObject | undefined;
}

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
