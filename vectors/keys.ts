import { fromHex, type Id } from '#core/bytes/bytes.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import type { SigningKey } from '#core/crypto/suite.ts';

const known = new Map<Id, SigningKey>();

/** The ML-DSA-65 key of a seed; each is made once, since the cases share them. */
export const keyOf = (seed: Id): SigningKey => {
  let key = known.get(seed);
  if (key === undefined) {
    key = mlDsa65.key(fromHex(seed));
    known.set(seed, key);
  }
  return key;
};

export const publicKey = (seed: Id): Uint8Array => keyOf(seed).publicKey;

/** A copy with bit 0 of byte 7 flipped: the corrupt signature of the vectors. */
export const corrupt = (signature: Uint8Array): Uint8Array => {
  const copy = signature.slice();
  copy[7] = (copy[7] as number) ^ 1;
  return copy;
};
