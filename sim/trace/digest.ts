import { ascii, concat, littleEndian, toHex } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';

/** Events per block. */
export const BLOCK = 0x1_0000;

/**
 * The digest of a run: equal digests, equal histories. 128 bits are rolled over every event; each full block of 65 536 events is
 * sealed into a chain of SHA-256.
 */
export class Digest {
  /** The chain after each full block, hex: where two runs part is found block by block. */
  readonly blocks: string[] = [];

  #a = 0x6a09e667;
  #b = 0xbb67ae85 | 0;
  #c = 0x3c6ef372;
  #d = 0xa54ff53a | 0;
  #left = BLOCK;
  #chain: Uint8Array = sha256(ascii('mt-sim-trace'));

  /** One event: `what` below 256, the others integers, of which the low 32 bits count (of `time` the low 53). */
  roll(time: number, what: number, who: number, content: number): void {
    // Each line is a bijection of its word for given others, so two events that differ in one field never collide at once.
    const a = Math.imul(this.#a ^ time, 0x85ebca6b);
    this.#a = (((a << 13) | (a >>> 19)) + this.#d) | 0;
    const b = Math.imul(this.#b ^ who, 0xc2b2ae35);
    this.#b = (((b << 15) | (b >>> 17)) + this.#a) | 0;
    const c = Math.imul(this.#c ^ content, 0x9e3779b1);
    this.#c = (((c << 17) | (c >>> 15)) + this.#b) | 0;
    const d = Math.imul(this.#d ^ (what + 256 * Math.floor(time / 0x1_0000_0000)), 0x27d4eb2f);
    this.#d = (((d << 19) | (d >>> 13)) + this.#c) | 0;
    if (--this.#left === 0) {
      this.#chain = this.#seal();
      this.blocks.push(toHex(this.#chain));
      this.#left = BLOCK;
    }
  }

  /** Events so far. */
  get count(): number {
    return this.blocks.length * BLOCK + BLOCK - this.#left;
  }

  /** Of everything so far: 64 hex digits. More events may follow. */
  hex(): string {
    return toHex(this.#seal());
  }

  #seal(): Uint8Array {
    const words = [this.#a, this.#b, this.#c, this.#d, BLOCK - this.#left];
    return sha256(concat(this.#chain, ...words.map((word) => littleEndian(word >>> 0, 4))));
  }
}
