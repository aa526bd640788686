import { sha256 } from '../crypto/hash.ts';

/** A small integer generator (sfc32), seeded by bytes: draws of links and of where a stem ends, never anything another node can see or check. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: Uint8Array) {
    const digest = sha256(seed);
    this.#a = word(digest, 0);
    this.#b = word(digest, 4);
    this.#c = word(digest, 8);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform 32-bit unsigned integer. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in 0 … bound − 1, for bound ≥ 1. */
  below(bound: number): number {
    const unbiased = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let value = this.next();
    while (value >= unbiased) value = this.next();
    return value % bound;
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);
