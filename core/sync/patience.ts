/** Without an answer for this long, a peer is given up and another one tried (06 §7). Microseconds. */
export const PATIENCE = 10_000_000;

/** A conversation as a whole takes so long at most, and longer by this for each thing it brings: 50 a second. Microseconds. */
export const LONGEST = 20_000_000;
export const EACH = 20_000;

/** A peer that did not help is asked again after this long, or, by ordinary catch-up, when it stands elsewhere. Microseconds. */
export const REFUSED = 60_000_000;

/** How long one peer is listened to, so that whoever answers in the smallest parts, as late as can be, holds nobody up. */
export class Patience {
  readonly #each: number;
  #ends: number;

  /** `each`: what one thing is worth. */
  constructor(now: number, each = EACH) {
    this.#each = each;
    this.#ends = now + LONGEST;
  }

  /** So many entries, bodies, votes, or windows done with. */
  brought(count: number): void {
    this.#ends += count * this.#each;
  }

  /** Of a request that is sent now. */
  deadline(now: number): number {
    return Math.min(now + PATIENCE, this.#ends);
  }

  /** What a peer is blamed for whose deadline has come. */
  fault(now: number): 'too slow' | 'no answer' {
    return now >= this.#ends ? 'too slow' : 'no answer';
  }
}
