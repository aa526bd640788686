import { pbkdf2Sync } from 'node:crypto';
import { indicesToEntropy, masterSeed, mnemonicIndices } from '#core/crypto/mnemonic.ts';
import { WORDS } from '#core/crypto/wordlist.ts';
import { wipe } from '#core/tunnel/wipe.ts';
import { freshBytes } from './fresh-bytes.ts';
import { Refused } from './refused.ts';

const ENTROPY_SIZE = 32;
export const MNEMONIC_WORDS = 24;

/** The system's PBKDF2: ten times as fast as the core's. */
const pbkdf2 = (password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Uint8Array => {
  const derived = pbkdf2Sync(password, salt, iterations, length, 'sha256');
  const copy = new Uint8Array(derived);
  wipe(derived);
  return copy;
};

/** A master seed and its words, as numbers of the list: what a person is shown once. The caller wipes both. */
export interface NewMasterSeed {
  /** The 64 bytes every key comes from. */
  readonly masterSeed: Uint8Array;
  readonly words: Uint16Array;
}

/** Of fresh entropy (01 §7.2). */
export const newMasterSeed = (): NewMasterSeed => {
  const entropy = freshBytes(ENTROPY_SIZE);
  const made = { masterSeed: masterSeed(entropy, pbkdf2), words: mnemonicIndices(entropy) };
  wipe(entropy);
  return made;
};

/**
 * The same of 24 words as a person types them: any case, any space between them. They stay bytes, which are wiped here; no text is made
 * of them, since text cannot be. Throws `Refused`, which names no word.
 */
export const recoverMasterSeed = (typed: Uint8Array): Uint8Array => {
  const numbers = new Uint16Array(MNEMONIC_WORDS);
  try {
    const count = readWords(typed, numbers);
    if (count !== MNEMONIC_WORDS) {
      throw new Refused(`the mnemonic has ${count} words; it must have 24, with spaces between`);
    }
    const unknown = numbers.indexOf(UNKNOWN);
    if (unknown >= 0) {
      throw new Refused(`word ${unknown + 1} of the mnemonic is none of the list; compare it with what you wrote down`);
    }
    const entropy = indicesToEntropy(numbers);
    if (entropy === undefined) {
      throw new Refused('the words of the mnemonic do not go together; one is wrong, or two have changed places');
    }
    const seed = masterSeed(entropy, pbkdf2);
    wipe(entropy);
    return seed;
  } finally {
    wipe(typed);
    numbers.fill(0);
  }
};

/** In the place of the number of a word that is none of the list. */
const UNKNOWN = 0xffff;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);

/** Fills `numbers` with the first words of `typed`; returns how many words there are. */
const readWords = (typed: Uint8Array, numbers: Uint16Array): number => {
  let count = 0;
  for (let at = 0; ; ) {
    while (isSpace(typed[at])) at++;
    if (at >= typed.length) return count;
    let end = at;
    while (end < typed.length && !isSpace(typed[end])) end++;
    if (count < numbers.length) numbers[count] = numberOf(typed.subarray(at, end));
    count++;
    at = end;
  }
};

/** How many words `typed` has. */
export const countWords = (typed: Uint8Array): number => readWords(typed, new Uint16Array(0));

/** By halving: the list ascends. */
const numberOf = (word: Uint8Array): number => {
  let [low, high] = [0, WORDS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareWord(word, WORDS[middle]!) > 0) low = middle + 1;
    else high = middle;
  }
  return low < WORDS.length && compareWord(word, WORDS[low]!) === 0 ? low : UNKNOWN;
};

const compareWord = (word: Uint8Array, other: string): number => {
  for (let i = 0; i < word.length && i < other.length; i++) {
    const byte = word[i]!;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    const difference = lower - other.charCodeAt(i);
    if (difference !== 0) return difference;
  }
  return word.length - other.length;
};
