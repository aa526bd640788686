import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { toHex } from '../bytes/bytes.ts';
import { sha256 } from './hash.ts';
import { KEY_SEED_SIZE, PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey, type Suite, type Verify } from './suite.ts';

/** 1952 and 4032 bytes. */
export interface MlDsaKeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** FIPS 204 KeyGen with ξ = `seed`, 32 bytes (01 §7.3). */
export const mlDsaKeyPair = (seed: Uint8Array): MlDsaKeyPair => ml_dsa65.keygen(seed);

/** The library signs with fresh randomness unless told otherwise: rnd = 32 zero bytes (01 §4). */
const DETERMINISTIC = { extraEntropy: false } as const;

/**
 * Another valid signature of `message` for each `rnd` of 32 bytes, FIPS 204's hedged form; for 32 zero bytes the one that `key` makes.
 * An identifier leaves signatures out because of these (01 R2).
 */
export const hedgedSignature = (seed: Uint8Array, message: Uint8Array, rnd: Uint8Array): Uint8Array =>
  ml_dsa65.sign(message, mlDsaKeyPair(seed).secretKey, { extraEntropy: rnd });

/** The key of a pair: it signs until the caller wipes `secretKey`. */
export const mlDsaSigningKey = ({ publicKey, secretKey }: MlDsaKeyPair): SigningKey => ({
  publicKey,
  sign: (message) => ml_dsa65.sign(message, secretKey, DETERMINISTIC),
});

const key = (seed: Uint8Array): SigningKey => mlDsaSigningKey(mlDsaKeyPair(seed));

/** Any valid FIPS 204 signature with an empty context, deterministic or not (01 §4). */
const verify: Verify = (publicKey, message, signature) =>
  publicKey.length === PUBLIC_KEY_SIZE &&
  signature.length === SIGNATURE_SIZE &&
  ml_dsa65.verify(signature, message, publicKey);

/** ML-DSA-65, suite_id 1: pure, empty context, deterministic signing (01 §4). */
export const mlDsa65: Suite = { key, verify };

const KAT_1_PUBLIC_KEY = '085ba380ff386dd52e42349c6eb88489d6058ea541a4e3fb0dce9a3fd1f7a911';
const KAT_1_SECRET_KEY = 'cfcb5e7edf4348f712b7002b0553d28929856936c98e4adf172e51d5c9934262';

/** Key generation of the known answer test KAT 1, to be run at start (01 §7.4). False: halt. */
export const mlDsaSelfTest = (): boolean => {
  const { publicKey, secretKey } = mlDsaKeyPair(new Uint8Array(KEY_SEED_SIZE));
  return toHex(sha256(publicKey)) === KAT_1_PUBLIC_KEY && toHex(sha256(secretKey)) === KAT_1_SECRET_KEY;
};
