import { performance } from 'node:perf_hooks';

/** Milliseconds between two pieces at least. */
const PAUSE = 1;

/**
 * Long work of a thread in pieces of a few milliseconds: after each come the inputs that waited, and a pause as long as the piece took,
 * so that all of it together takes half of the thread at most. The works take turns.
 */
export class Slices {
  readonly #failed: (error: unknown) => void;
  readonly #works: (() => boolean)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  /** A work that throws is over; `failed` hears of it. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** `piece` does one piece; false: there is no more. */
  add(piece: () => boolean): void {
    this.#works.push(piece);
    this.#timer ??= this.#after(PAUSE);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #after(milliseconds: number): ReturnType<typeof setTimeout> | undefined {
    return this.#isStopped ? undefined : setTimeout(() => this.#next(), milliseconds);
  }

  #next(): void {
    const begun = performance.now();
    const work = this.#works.shift();
    try {
      if (work?.() === true) this.#works.push(work);
    } catch (error) {
      this.#failed(error);
    }
    const took = performance.now() - begun;
    this.#timer = this.#works.length === 0 ? undefined : this.#after(Math.max(PAUSE, took));
  }
}
