/** Bit i of a bitmap is byte i>>3, bit i&7 (09 §10). */
export const hasBit = (bitmap: Uint8Array, i: number): boolean => ((bitmap[i >> 3] as number) & (1 << (i & 7))) !== 0;

export const setBit = (bitmap: Uint8Array, i: number): void => {
  bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
};

export const clearBit = (bitmap: Uint8Array, i: number): void => {
  bitmap[i >> 3] = (bitmap[i >> 3] as number) & ~(1 << (i & 7));
};

/** Bytes of a bitmap of `size` bits. */
export const bitmapBytes = (size: number): number => (size + 7) >> 3;

/** Whether no bit at or above `size` is set in the last byte of a bitmap of `size` bits. */
export const isWithin = (bitmap: Uint8Array, size: number): boolean =>
  (size & 7) === 0 || (bitmap[bitmap.length - 1] as number) >> (size & 7) === 0;

export const countBits = (bitmap: Uint8Array): number => {
  let count = 0;
  for (let i = 0; i < bitmap.length; i++) {
    for (let rest = bitmap[i] as number; rest !== 0; rest &= rest - 1) count++;
  }
  return count;
};

/** Which links something is true of, by their index: grows with the index, one word for the first 32 links. */
export class LinkSet {
  #words = new Uint32Array(1);

  has(index: number): boolean {
    const word = index >> 5;
    return word < this.#words.length && ((this.#words[word] as number) & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    const word = index >> 5;
    if (word >= this.#words.length) {
      const grown = new Uint32Array(word + 1);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[word] = (this.#words[word] as number) | (1 << (index & 31));
  }

  delete(index: number): void {
    const word = index >> 5;
    if (word < this.#words.length) this.#words[word] = (this.#words[word] as number) & ~(1 << (index & 31));
  }

  isEmpty(): boolean {
    for (const word of this.#words) if (word !== 0) return false;
    return true;
  }

  /** The first member at or after `from`, going round once; −1 when there is none below `end`. */
  next(from: number, end: number): number {
    for (let i = from; i < end; i++) if (this.has(i)) return i;
    for (let i = 0; i < from && i < end; i++) if (this.has(i)) return i;
    return -1;
  }
}
