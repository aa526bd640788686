import type { Operation } from '../consensus/objects.ts';

/** Operations that may wait for a window of their user's choice. */
export const SCHEDULE_LIMIT = 1_024;

/** An operation of this node's user, and the first window whose bundle may list it. */
export interface Scheduled {
  readonly operation: Operation;
  readonly notBefore: number;
}

/** The user's operations whose window has not come. They are neither judged nor published before it. */
export class Schedule {
  #waiting: readonly Scheduled[] = [];

  /** False where no more may wait. */
  add(scheduled: Scheduled): boolean {
    if (this.#waiting.length >= SCHEDULE_LIMIT) return false;
    this.#waiting = [...this.#waiting, scheduled];
    return true;
  }

  /** Takes out what may be listed in `window`, in the order it was handed in. */
  due(window: number): readonly Operation[] {
    const due = this.#waiting.filter(({ notBefore }) => notBefore <= window);
    if (due.length > 0) this.#waiting = this.#waiting.filter(({ notBefore }) => notBefore > window);
    return due.map(({ operation }) => operation);
  }
}
