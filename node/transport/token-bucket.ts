/** A right to do something, `rate` times per second and `burst` times at once. Times are in milliseconds. */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Tokens there are at `now`; below 0: that many were taken in advance. */
  at(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.#rate) / 1000);
    this.#at = now;
    return this.#tokens;
  }

  isFull(now: number): boolean {
    return this.at(now) === this.#burst;
  }

  /** Takes tokens, also those that are not there yet. */
  take(count = 1): void {
    this.#tokens -= count;
  }

  /** Milliseconds from the time asked last until one token is there. */
  get wait(): number {
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) * 1000) / this.#rate;
  }
}
