/** The longest wait of a timer of Node. */
const MOST_MS = 2_147_483_647;

/** One timer by a clock of microseconds. It never fires early. */
export class Timer {
  readonly #now: () => number;
  readonly #fire: () => void;
  #handle: NodeJS.Timeout | undefined;

  constructor(now: () => number, fire: () => void) {
    this.#now = now;
    this.#fire = fire;
  }

  /** Replaces the time before; undefined: none. */
  set(at: number | undefined): void {
    clearTimeout(this.#handle);
    this.#handle = undefined;
    if (at === undefined) return;
    const wait = Math.min(MOST_MS, Math.max(0, Math.ceil((at - this.#now()) / 1_000)));
    this.#handle = setTimeout(() => {
      if (this.#now() < at) this.set(at);
      else this.#fire();
    }, wait);
  }
}
