import { equalBytes } from '#core/bytes/bytes.ts';
import type { HedgedSuite } from './hedged.ts';

interface Checked {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly valid: boolean;
}

/**
 * `suite`, which remembers the last answer about each signature object, so that a signature shared by many hosts is
 * computed once. Answers are the suite's own: one is reused only for the same key and message, byte for byte. Like
 * everything that travels in a simulation, the arrays are never changed once they were handed in. Between `capacity`
 * and twice as many answers are kept, in two generations, and none longer than its signature lives.
 */
export const memoised = (suite: HedgedSuite, capacity: number): HedgedSuite => {
  let young = new WeakMap<Uint8Array, Checked>();
  let old = new WeakMap<Uint8Array, Checked>();
  let count = 0;

  const remember = (signature: Uint8Array, checked: Checked): void => {
    if (count >= capacity) {
      old = young;
      young = new WeakMap();
      count = 0;
    }
    young.set(signature, checked);
    count++;
  };

  return {
    key: (seed) => suite.key(seed),
    hedged: (seed, message, rnd) => suite.hedged(seed, message, rnd),

    verify(publicKey, message, signature) {
      let known = young.get(signature);
      if (known === undefined) {
        known = old.get(signature);
        if (known !== undefined) remember(signature, known);
      }
      if (known !== undefined && equalBytes(known.publicKey, publicKey) && equalBytes(known.message, message))
        return known.valid;
      const valid = suite.verify(publicKey, message, signature);
      remember(signature, { publicKey, message, valid });
      return valid;
    },
  };
};
