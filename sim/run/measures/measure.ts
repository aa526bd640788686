import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import type { Watch } from '#sim/world/world.ts';

/** Numbers of a result, by name. */
export type Metrics = Readonly<Record<string, number>>;

/** Takes numbers from what the honest hosts of a run tell. It never touches what it watches. Times are virtual microseconds. */
export interface Measure {
  notice(host: number, notice: Notice, at: number): void;
  /** A user of `host` hands over an operation at the time `at`, if the host is up then. */
  planned?(host: number, operation: Id, at: number): void;
  /** Told everything the digest covers, of all hosts. */
  happened?: Watch;
  /** `now`: the end of the run. */
  metrics(now: number): Metrics;
}

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
