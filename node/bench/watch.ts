import { timed } from './harness.ts';

/** How often a long way is reported. */
const REPORTS = 10;

/** Calls `look` a few times on the way to `total`; what it takes is not measured. */
export class Watch {
  #looking = 0;
  readonly #begun = performance.now();
  readonly #total: number;
  readonly #look: (done: number) => void;

  constructor(total: number, look: (done: number) => void) {
    this.#total = total;
    this.#look = look;
  }

  at(done: number): void {
    if (Math.floor((REPORTS * done) / this.#total) === Math.floor((REPORTS * (done - 1)) / this.#total)) return;
    this.#looking += timed(() => this.#look(done))[1];
  }

  /** Milliseconds without the looks. */
  time(): number {
    return performance.now() - this.#begun - this.#looking;
  }
}
