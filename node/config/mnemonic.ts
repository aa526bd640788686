import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { entropyToMnemonic, masterSeed, parseMnemonic } from '#core/crypto/mnemonic.ts';
import { wipe } from '#core/tunnel/wipe.ts';
import { Refused } from './refused.ts';

const ENTROPY_SIZE = 32;

/** The system's PBKDF2: ten times as fast as the core's. */
const pbkdf2 = (password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Uint8Array => {
  const derived = pbkdf2Sync(password, salt, iterations, length, 'sha256');
  const copy = new Uint8Array(derived);
  wipe(derived);
  return copy;
};

/** The 64 bytes every key comes from, of fresh entropy, and the 24 words that recover them (01 §7.2). */
export const newMasterSeed = (): { readonly masterSeed: Uint8Array; readonly words: string } => {
  const entropy = new Uint8Array(randomBytes(ENTROPY_SIZE));
  const made = { masterSeed: masterSeed(entropy, pbkdf2), words: entropyToMnemonic(entropy) };
  wipe(entropy);
  return made;
};

/** The same of 24 words as a person types them: any case, any space between them. Throws `Refused`, which names no word. */
export const recoverMasterSeed = (typed: string): Uint8Array => {
  const words = typed.trim().toLowerCase().split(/\s+/);
  const entropy = parseMnemonic(words.join(' '));
  if (!entropy.ok) {
    if (entropy.error === 'INVALID_LENGTH') {
      throw new Refused(
        `the mnemonic has ${typed.trim() === '' ? 0 : words.length} words; it must have 24, with spaces between`,
      );
    }
    if (entropy.error === 'INVALID_WORD') {
      throw new Refused(
        `word ${entropy.position + 1} of the mnemonic is none of the list; compare it with what you wrote down`,
      );
    }
    throw new Refused('the words of the mnemonic do not go together; one is wrong, or two have changed places');
  }
  const seed = masterSeed(entropy.value, pbkdf2);
  wipe(entropy.value);
  return seed;
};
