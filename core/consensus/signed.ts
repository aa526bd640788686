import { toHex } from '../bytes/bytes.ts';
import { hash } from '../crypto/hash.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import type { HashTag } from '../crypto/tags.ts';
import type { Signed } from './objects.ts';

/** Scope, signature and identifier of canonical bytes that end with a signature (01 R1, R2): views of the same buffer. */
export const signedParts = (tag: HashTag, bytes: Uint8Array): Signed => {
  const end = bytes.length - SIGNATURE_SIZE;
  const scope = bytes.subarray(0, end);
  return { id: toHex(hash(tag, scope)), bytes, scope, signature: bytes.subarray(end) };
};

/** Stands where the signature will be while the scope is encoded. */
export const UNSIGNED = new Uint8Array(SIGNATURE_SIZE);

/** Signs the scope and writes the signature behind it. */
export const signInPlace = (bytes: Uint8Array, key: SigningKey): void => {
  const end = bytes.length - SIGNATURE_SIZE;
  bytes.set(key.sign(bytes.subarray(0, end)), end);
};
