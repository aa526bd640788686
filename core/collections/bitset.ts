/**
 * A set of the integers 0 … size − 1, one bit each: bit i is bit i & 7 of byte i >> 3, as in a bitmap on the wire (09
 * §10).
 */
export class Bitset {
  readonly size: number;
  /** ⌈size / 8⌉ bytes; bits at `size` and above are zero. */
  readonly bytes: Uint8Array;

  /** Empty, or over `bytes`, which then belongs to the set and must have the right length and no bit beyond `size`. */
  constructor(size: number, bytes = new Uint8Array((size + 7) >> 3)) {
    this.size = size;
    this.bytes = bytes;
  }

  /** Whether `i` is a member; false outside 0 … size − 1. */
  get(i: number): boolean {
    return (((this.bytes[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
  }

  /** Adds `i`, which must be in 0 … size − 1. Returns whether it was missing. */
  set(i: number): boolean {
    const byte = this.bytes[i >> 3] as number;
    const bit = 1 << (i & 7);
    this.bytes[i >> 3] = byte | bit;
    return (byte & bit) === 0;
  }

  /** Number of members. */
  count(): number {
    let count = 0;
    for (const byte of this.bytes) count += ONES[byte] as number;
    return count;
  }

  /** Adds the members of a set of the same size. */
  orWith(other: Bitset): void {
    for (let i = 0; i < this.bytes.length; i++) this.bytes[i] = (this.bytes[i] as number) | (other.bytes[i] as number);
  }

  /** Members, without those of `other`, a set of the same size; ascending. */
  *members(other?: Bitset): IterableIterator<number> {
    for (let at = 0; at < this.bytes.length; at++) {
      let rest = (this.bytes[at] as number) & ~(other?.bytes[at] ?? 0);
      for (; rest !== 0; rest &= rest - 1) yield 8 * at + 31 - Math.clz32(rest & -rest);
    }
  }
}

/** Number of ones in each byte value. */
const ONES = new Uint8Array(256);
for (let byte = 1; byte < 256; byte++) ONES[byte] = (ONES[byte >> 1] as number) + (byte & 1);
