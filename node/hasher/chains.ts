import { equalBytes, fromHex, toHex, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Sha256Engine } from '#core/crypto/sha256-engine.ts';
import type { ChainJob, ChainName, ChainResult } from '#core/participant/types.ts';

/** Iterations of a share: two milliseconds of the emitted engine. */
export const SHARE = 16_384;

/** A job as far as it is hashed. */
interface Stretch {
  readonly job: ChainJob;
  value: Uint8Array;
  left: number;
  /** Where a measured stretch ends. */
  readonly until: Uint8Array | undefined;
}

export interface FinishedJob {
  readonly job: ChainJob;
  readonly result: ChainResult;
}

/**
 * What one core hashes, share after share: the main chain, or else a throw-away chain, both of which count as iterations (09
 * §12.2). While there is other work, the own candidate chain or segments of others to check, its shares take turns with those: an
 * iteration count then grows at half the pace, main chain or throw-away alike, so a tick stays as long as it is in the window at hand.
 */
export class Chains {
  /** Iterations so far of the main chain and of throw-away. */
  count = 0;
  /** A share ends where the count reaches it. */
  alarmAt: number | undefined;
  readonly #engine: Sha256Engine;
  readonly #main: Stretch[] = [];
  /** Candidate chain and checks. */
  readonly #aside: Stretch[] = [];
  #throwAway = fromHex(ZERO_ID);
  #isAsidesTurn = false;

  constructor(engine: Sha256Engine) {
    this.#engine = engine;
  }

  /** Queued behind other jobs of the main chain, or behind those beside it. */
  work(job: ChainJob): void {
    const until = job.until === undefined ? undefined : fromHex(job.until);
    this.#queueOf(job.type).push({ job, value: fromHex(job.from), left: job.iterations, until });
  }

  /** A job that is done or unknown: nothing happens. */
  cancel({ type, window, from }: ChainJob): void {
    const queue = this.#queueOf(type);
    const at = queue.findIndex(({ job }) => job.type === type && job.window === window && job.from === from);
    if (at >= 0) queue.splice(at, 1);
  }

  /** The count has reached the alarm: true once. */
  takeAlarm(): boolean {
    const isDue = this.alarmAt !== undefined && this.count >= this.alarmAt;
    if (isDue) this.alarmAt = undefined;
    return isDue;
  }

  /** Hashes one share; the job it ends, if it does. */
  share(): FinishedJob | undefined {
    const [aside] = this.#aside;
    this.#isAsidesTurn = aside !== undefined && !this.#isAsidesTurn;
    if (aside !== undefined && this.#isAsidesTurn) return this.#advance(aside, SHARE);
    const size = this.alarmAt === undefined ? SHARE : Math.min(SHARE, Math.max(0, this.alarmAt - this.count));
    const [stretch] = this.#main;
    if (stretch === undefined) {
      this.#throwAway = this.#engine.chain(this.#throwAway, size);
      this.count += size;
      return undefined;
    }
    const before = stretch.left;
    const finished = this.#advance(stretch, size);
    this.count += before - stretch.left;
    return finished;
  }

  #queueOf(type: ChainName): Stretch[] {
    return type === 'chain' ? this.#main : this.#aside;
  }

  #advance(stretch: Stretch, most: number): FinishedJob | undefined {
    if (stretch.until !== undefined) return this.#measure(stretch, stretch.until, most);
    const size = Math.min(most, stretch.left);
    stretch.value = this.#engine.chain(stretch.value, size);
    stretch.left -= size;
    if (stretch.left > 0) return undefined;
    const { job } = stretch;
    const { type, window, from } = job;
    this.#queueOf(type).shift();
    return { job, result: { type, window, from, value: toHex(stretch.value) } };
  }

  /** One by one: no other way tells after how many the value comes. */
  #measure(stretch: Stretch, until: Uint8Array, most: number): FinishedJob | undefined {
    const { type, window, from, iterations } = stretch.job;
    for (let i = Math.min(most, stretch.left); i > 0; i--) {
      stretch.value = this.#engine.chain(stretch.value, 1);
      stretch.left--;
      if (!equalBytes(stretch.value, until)) continue;
      this.#queueOf(type).shift();
      const result = { type, window, from, value: toHex(stretch.value), iterations: iterations - stretch.left };
      return { job: stretch.job, result };
    }
    if (stretch.left > 0) return undefined;
    this.#queueOf(type).shift();
    return { job: stretch.job, result: { type, window, from, value: toHex(stretch.value) } };
  }
}
