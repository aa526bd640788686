import { ascii, concat, toHex } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { mlDsaKeyPair } from '#core/crypto/ml-dsa.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE } from '#core/crypto/suite.ts';
import type { HedgedSuite } from './hedged.ts';

/** Not a tag of the protocol: nothing outside a simulation may hash with it. */
const TAG = ascii('mt-sim-sig\0');
const HEDGED_TAG = ascii('mt-sim-sig-hedged\0');

const SECRET_SIZE = 32;
const DIGEST_SIZE = 32;
const RND_SIZE = 32;

/** What a signature without randomness has in its place, as in FIPS 204. */
const DETERMINISTIC = new Uint8Array(RND_SIZE);

/**
 * Key generation takes some 2 ms and does not depend on the run, so the latest public keys are kept for the next run.
 */
const KEYS_KEPT = 4096;
const publicKeys = new Map<string, Uint8Array>();

const publicKeyOf = (seed: Uint8Array): Uint8Array => {
  const name = toHex(seed);
  const known = publicKeys.get(name);
  if (known !== undefined) return known;
  const { publicKey } = mlDsaKeyPair(seed);
  for (const oldest of publicKeys.keys()) {
    if (publicKeys.size < KEYS_KEPT) break;
    publicKeys.delete(oldest);
  }
  publicKeys.set(name, publicKey);
  return publicKey;
};

/**
 * Signatures as the simulator models them: the real ML-DSA-65 public keys, and in place of a signature the 32 bytes
 * sha256("mt-sim-sig" ‖ 0x00 ‖ run secret ‖ public key ‖ message), then 3277 zero bytes. Only a handle made by `key`
 * signs; as long as nobody reads the run secret, nobody forges. Sizes and the outcome of every check are those of the
 * real suite. A hedged signature has its 32 bytes of randomness behind the digest, which then covers them too.
 */
export const modelledSuite = (runSecret: Uint8Array): HedgedSuite => {
  if (runSecret.length !== SECRET_SIZE)
    throw new RangeError(`run secret of ${runSecret.length} bytes, not ${SECRET_SIZE}`);
  const secret = runSecret.slice();
  const digest = (publicKey: Uint8Array, message: Uint8Array, rnd: Uint8Array): Uint8Array =>
    rnd.some((byte) => byte !== 0)
      ? sha256(concat(HEDGED_TAG, secret, rnd, publicKey, message))
      : sha256(concat(TAG, secret, publicKey, message));
  const sign = (publicKey: Uint8Array, message: Uint8Array, rnd: Uint8Array): Uint8Array => {
    const signature = new Uint8Array(SIGNATURE_SIZE);
    signature.set(digest(publicKey, message, rnd));
    signature.set(rnd, DIGEST_SIZE);
    return signature;
  };

  return {
    key(seed) {
      const publicKey = publicKeyOf(seed);
      return { publicKey, sign: (message) => sign(publicKey, message, DETERMINISTIC) };
    },

    hedged: (seed, message, rnd) => sign(publicKeyOf(seed), message, rnd),

    verify(publicKey, message, signature) {
      if (publicKey.length !== PUBLIC_KEY_SIZE || signature.length !== SIGNATURE_SIZE) return false;
      for (let i = DIGEST_SIZE + RND_SIZE; i < SIGNATURE_SIZE; i++) if (signature[i] !== 0) return false;
      const expected = digest(publicKey, message, signature.subarray(DIGEST_SIZE, DIGEST_SIZE + RND_SIZE));
      for (let i = 0; i < DIGEST_SIZE; i++) if (signature[i] !== expected[i]) return false;
      return true;
    },
  };
};
