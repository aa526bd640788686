import type { Micros } from './types.ts';

/** Whether a link leaves unanswered what it is asked for. */
export class Silence {
  /** When something was first seen to be unanswered; undefined: something was answered since. */
  #since: Micros | undefined;

  /** It answered, in time or late. */
  broken(): void {
    this.#since = undefined;
  }

  /**
   * Something that was asked at `sentAt` is not answered. True when it was asked after another was seen to be unanswered: twice (09 §10.5).
   * What was on its way at the same moment shares one fate: a lost packet holds up all that comes behind it.
   */
  missed(sentAt: Micros, now: Micros): boolean {
    const isSecond = this.#since !== undefined && sentAt >= this.#since;
    if (isSecond) this.#since = undefined;
    else this.#since ??= now;
    return isSecond;
  }
}
