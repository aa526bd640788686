import type { Id } from '../bytes/bytes.ts';
import type { ChainJob, ChainResult } from './types.ts';

/**
 * Which stretch of the main chain this node hashes (09 §8.1, §8.2, §12.3): T_W of the open window while nobody told it, then
 * T_{W+1} while W is open, and not further.
 */
export class Hashing {
  #job: ChainJob | undefined;
  #startedAt = 0;
  /** T_{W+1}, computed while W is open. */
  #ahead: ChainResult | undefined;

  get job(): ChainJob | undefined {
    return this.#job;
  }

  /** Iterations that the running job for `window` still lacks at iteration `now`; undefined when none runs. */
  lacks(window: number, now: number): number | undefined {
    if (this.#job === undefined || this.#job.window !== window) return undefined;
    return Math.max(0, this.#startedAt + this.#job.iterations - now);
  }

  /** The finished value of `window`, if it was hashed from `from`. */
  finished(window: number, from: Id): Id | undefined {
    const done = this.#ahead;
    return done !== undefined && done.window === window && done.from === from ? done.value : undefined;
  }

  /** Makes `wanted` the running job; returns what to cancel and what to begin. */
  want(
    wanted: ChainJob | undefined,
    now: number,
  ): { readonly cancel: ChainJob | undefined; readonly begin: ChainJob | undefined } {
    const running = this.#job;
    if (running !== undefined && wanted !== undefined && isSame(running, wanted)) {
      return { cancel: undefined, begin: undefined };
    }
    this.#job = wanted;
    this.#startedAt = now;
    return { cancel: running, begin: wanted };
  }

  /** Takes a result; false when it belongs to no running job. */
  done(result: ChainResult): boolean {
    const job = this.#job;
    if (job === undefined || job.window !== result.window || job.from !== result.from) return false;
    this.#job = undefined;
    this.#ahead = result;
    return true;
  }
}

const isSame = (a: ChainJob, b: ChainJob): boolean => a.window === b.window && a.from === b.from;
