/** How far catch-up has come: entries of the archive, chunks of a snapshot, entries of its side state, stretches measured. */
export interface CatchUp {
  readonly phase: 'archive' | 'chunks' | 'side' | 'measure';
  readonly done: number;
  readonly total: number;
  readonly peer?: number;
}

/** Progress is told once for so many: a notice at most per 256 chunks, or per 64 entries. */
const TOLD_EVERY = { chunks: 256, side: 64 } as const;

/** Tells how far one phase has come: when it begins, and then once for so many. */
export class Telling {
  readonly #phase: keyof typeof TOLD_EVERY;
  readonly #progress: (progress: CatchUp) => void;
  #told: number;

  constructor(phase: keyof typeof TOLD_EVERY, done: number, total: number, progress: (progress: CatchUp) => void) {
    this.#phase = phase;
    this.#progress = progress;
    this.#told = done;
    progress({ phase, done, total });
  }

  at(done: number, total: number, peer: number | undefined): void {
    if (done - this.#told < TOLD_EVERY[this.#phase]) return;
    this.#told = done;
    this.#progress({ phase: this.#phase, done, total, ...(peer === undefined ? {} : { peer }) });
  }
}
