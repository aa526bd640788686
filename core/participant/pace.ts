import { divide } from '../bytes/integers.ts';

/** Samples of the own pace that the tick is the median of (09 §8.3). */
const SAMPLES = 9;

/** Ticks of one window at the own pace. */
const TICKS_PER_WINDOW = 256;

/**
 * The length of a tick in hash iterations: 1/256 of the median, over the last nine windows, of the iterations between two
 * successive entries; before that D/256; at least 1 (09 §8.3, §12.1). No clock: equal in real time on slow and fast machines.
 */
export class Pace {
  readonly #samples: number[] = [];
  #lastEntry: number | undefined;
  #tick = 1;

  /** Iterations per tick, fixed at entry. */
  get tick(): number {
    return this.#tick;
  }

  /** A window with D = `d` was entered at iteration `now`; `sampled` is false where the one before was closed by catch-up. */
  entered(now: number, d: number, sampled: boolean): void {
    if (sampled && this.#lastEntry !== undefined) {
      this.#samples.push(now - this.#lastEntry);
      if (this.#samples.length > SAMPLES) this.#samples.shift();
    }
    this.#lastEntry = now;
    this.#tick = Math.max(1, divide(this.#samples.length < SAMPLES ? d : this.#median(), TICKS_PER_WINDOW));
  }

  /** The open window was entered before a restart: it gives no sample (09 §12.1). */
  cut(): void {
    this.#lastEntry = undefined;
  }

  #median(): number {
    const sorted = [...this.#samples].sort((a, b) => a - b);
    return sorted[SAMPLES >> 1] as number;
  }
}
