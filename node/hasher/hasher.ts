import type { ChainJob, ChainResult } from '#core/participant/types.ts';

/**
 * The core that hashes: main chain, candidate chain and, with nothing to do, a throw-away chain (09 §12.2), in a worker thread, by
 * shares. Used on the protocol's thread.
 */
export interface Hasher {
  /** Iterations since the start: main chain and throw-away, not the candidate chain. Read without waiting. */
  count(): number;
  /** Queued behind jobs of the same type. */
  work(job: ChainJob): void;
  /** A job that is done or unknown: nothing happens. */
  cancel(job: ChainJob): void;
  /** Calls `onAlarm` once the count has reached `at`; replaces the alarm before; undefined: none. */
  alarm(at: number | undefined): void;
  stop(): Promise<void>;
}

export interface HasherEvents {
  done(job: ChainJob, result: ChainResult): void;
  alarm(): void;
  /** The worker died: the node cannot go on. */
  failed(error: Error): void;
}
