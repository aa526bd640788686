import type { Message } from '#core/wire/messages.ts';
import type { Useful } from './messages.ts';

/** Links that were the first to bring something, told with the next letters: what is new is mostly passed on at once. */
export class UsefulLinks {
  /** Whether a proposal was among it. */
  readonly #links = new Map<number, boolean>();

  /** A message that was no duplicate. */
  add(link: number, message: Message): void {
    const objects =
      message.type === 'object' ? [message.object] : message.type === 'object-response' ? message.objects : [];
    if (objects.length === 0) return;
    const isProposal = objects.some(({ kind }) => kind === 'proposal');
    this.#links.set(link, isProposal || this.#links.get(link) === true);
  }

  take(): readonly Useful[] {
    if (this.#links.size === 0) return NOBODY;
    const useful = [...this.#links].map(([link, isProposal]) => ({ link, isProposal }));
    this.#links.clear();
    return useful;
  }
}

const NOBODY: readonly Useful[] = [];
