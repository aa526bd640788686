import { TokenBucket } from './token-bucket.ts';

/** How many groups are remembered before those that did nothing lately are forgotten. */
const GROUPS = 256;

/** A right to do something, for each source group by itself. Times are in milliseconds. */
export class GroupRates {
  readonly #rate: number;
  readonly #burst: number;
  readonly #groups = new Map<string, TokenBucket>();

  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = burst;
  }

  /** Groups remembered. */
  get size(): number {
    return this.#groups.size;
  }

  of(group: string, now: number): TokenBucket {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    if (this.#groups.size >= GROUPS) this.#forget(now);
    const bucket = new TokenBucket(this.#rate, this.#burst, now);
    this.#groups.set(group, bucket);
    return bucket;
  }

  #forget(now: number): void {
    for (const [name, group] of this.#groups) if (group.isFull(now)) this.#groups.delete(name);
  }
}
