import { createPublicKey, type KeyObject, verify as verifyNatively } from 'node:crypto';
import { concat, fromHex } from '#core/bytes/bytes.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type Suite, type Verify } from '#core/crypto/suite.ts';

/** SubjectPublicKeyInfo of ML-DSA-65 up to the key: sequence, id-ml-dsa-65 (2.16.840.1.101.3.4.3.18), bit string. */
const SPKI_HEAD = fromHex('308207b2300b0609608648016503040312038207a100');

/** Imported keys that are kept, about 10 kB each: those of one network's nodes and their peers. */
const MOST_KEYS = 1_024;

/** Key of a public key's bytes in a map. */
const nameOf = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');

const imported = (key: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(concat(SPKI_HEAD, key)), format: 'der', type: 'spki' });

/** Verification by node:crypto, 8 to 11 times as fast as in JavaScript; undefined where it knows no ML-DSA-65 (Node before 24). */
const nativeVerify = (): Verify | undefined => {
  try {
    imported(new Uint8Array(PUBLIC_KEY_SIZE));
  } catch {
    return undefined;
  }
  /** In the order of their last use: the first one goes. */
  const keys = new Map<string, KeyObject>();
  const keyOf = (bytes: Uint8Array): KeyObject => {
    const name = nameOf(bytes);
    const key = keys.get(name) ?? imported(bytes);
    keys.delete(name);
    keys.set(name, key);
    if (keys.size > MOST_KEYS) keys.delete(keys.keys().next().value as string);
    return key;
  };
  return (publicKey, message, signature) =>
    publicKey.length === PUBLIC_KEY_SIZE &&
    signature.length === SIGNATURE_SIZE &&
    verifyNatively(null, message, keyOf(publicKey), signature);
};

/**
 * ML-DSA-65 of a live node (01 §4): signs in JavaScript, because node:crypto signs with fresh randomness only, and verifies by
 * node:crypto where that can, with the same answers. `portable`: in JavaScript in any case.
 */
export const liveSuite = ({ portable = false }: { readonly portable?: boolean } = {}): Suite => {
  const native = portable ? undefined : nativeVerify();
  return native === undefined ? mlDsa65 : { key: mlDsa65.key, verify: native };
};
