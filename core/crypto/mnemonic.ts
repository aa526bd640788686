import { ascii } from '../bytes/bytes.ts';
import { sha256 } from './hash.ts';
import { pbkdf2 } from './kdf.ts';
import { SEED_SALT } from './tags.ts';
import { WORDS, wordIndex } from './wordlist.ts';

const MNEMONIC_WORDS = 24;
const ENTROPY_SIZE = 32;
const MASTER_SEED_SIZE = 64;
const ITERATIONS = 1_048_576;

/** The entropy of a mnemonic, or what is wrong with it. `position` of the first unknown word counts from 0. */
export type ParsedMnemonic =
  | { readonly ok: true; readonly value: Uint8Array }
  | { readonly ok: false; readonly error: 'INVALID_LENGTH' | 'INVALID_CHECKSUM' }
  | { readonly ok: false; readonly error: 'INVALID_WORD'; readonly position: number };

const indices: ReadonlyMap<string, number> = new Map(WORDS.map((word, index) => [word, index]));

/** The 24 words of 32 bytes of entropy, as numbers of the list: unlike text they can be wiped (01 §7.2). */
export const mnemonicIndices = (entropy: Uint8Array): Uint16Array => {
  const bits = new Uint8Array(ENTROPY_SIZE + 1);
  bits.set(entropy);
  bits[ENTROPY_SIZE] = checksum(entropy);
  const numbers = Uint16Array.from({ length: MNEMONIC_WORDS }, (_, i) => wordIndex(bits, i));
  bits.fill(0);
  return numbers;
};

/** Mnemonic of 32 bytes of entropy: 24 words joined by single spaces (01 §7.2). */
export const entropyToMnemonic = (entropy: Uint8Array): string =>
  Array.from(mnemonicIndices(entropy), (index) => WORDS[index]).join(' ');

/** The entropy of 24 words by their numbers below 2048; undefined: the checksum says no (01 §7.2). */
export const indicesToEntropy = (numbers: ArrayLike<number>): Uint8Array | undefined => {
  const bits = new Uint8Array(ENTROPY_SIZE + 1);
  for (let i = 0, at = 0; i < MNEMONIC_WORDS; i++) {
    for (let shift = 10; shift >= 0; shift--, at++) {
      const bit = ((numbers[i] as number) >> shift) & 1;
      bits[at >> 3] = (bits[at >> 3] as number) | (bit << (7 - (at & 7)));
    }
  }
  const entropy = bits.slice(0, ENTROPY_SIZE);
  const isWhole = checksum(entropy) === bits[ENTROPY_SIZE];
  bits.fill(0);
  if (isWhole) return entropy;
  entropy.fill(0);
  return undefined;
};

/** The byte that the last word ends with: the first of the entropy's plain SHA-256 (01 §7.2). */
export const checksum = (entropy: Uint8Array): number => sha256(entropy)[0] as number;

/** Reads a mnemonic strictly: lower case, exactly one space between words, nothing around them (01 §7.2). */
export const parseMnemonic = (text: string): ParsedMnemonic => {
  const words = text.split(' ', MNEMONIC_WORDS + 1);
  if (words.length !== MNEMONIC_WORDS) return { ok: false, error: 'INVALID_LENGTH' };
  const numbers = new Uint16Array(MNEMONIC_WORDS);
  for (const [position, word] of words.entries()) {
    const index = indices.get(word);
    if (index === undefined) return { ok: false, error: 'INVALID_WORD', position };
    numbers[position] = index;
  }
  const entropy = indicesToEntropy(numbers);
  return entropy === undefined ? { ok: false, error: 'INVALID_CHECKSUM' } : { ok: true, value: entropy };
};

/**
 * The 64 bytes all keys come from. Takes seconds, on purpose: 2^20 iterations of PBKDF2 over the entropy (01 §7.2). `derive` is the same
 * function from elsewhere, as from the system.
 */
export const masterSeed = (entropy: Uint8Array, derive: typeof pbkdf2 = pbkdf2): Uint8Array =>
  derive(entropy, ascii(SEED_SALT), ITERATIONS, MASTER_SEED_SIZE);
