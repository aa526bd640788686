import { mlDsaSelfTest } from '#core/crypto/ml-dsa.ts';
import { wordsSelfTest } from '#core/crypto/wordlist.ts';
import { Refused } from './refused.ts';

/** Before anything is made of keys: KAT 1 and the word list (01 §7.1, §7.4). Throws `Refused`. */
export const selfTest = (isSigning = mlDsaSelfTest, isList = wordsSelfTest): void => {
  if (!isSigning()) {
    throw new Refused('ML-DSA-65 gives wrong answers on this machine; install the program again, or test the memory');
  }
  if (!isList()) throw new Refused('the list of words is damaged; install the program again');
};
