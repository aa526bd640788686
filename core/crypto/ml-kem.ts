import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { fail, ok, type Result } from '../bytes/result.ts';

/** Sizes of ML-KEM-768 in bytes (01 §4). */
export const KEM_SEED_SIZE = 64;
export const KEM_PUBLIC_KEY_SIZE = 1184;
export const KEM_CIPHERTEXT_SIZE = 1088;

/** 1184 and 2400 bytes. */
export interface MlKemKeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** FIPS 203 KeyGen with `seed` = d ‖ z, 64 bytes (01 §7.3). */
export const mlKemKeyPair = (seed: Uint8Array): MlKemKeyPair => ml_kem768.keygen(seed);

/** 1088 and 32 bytes. */
export interface Encapsulation {
  readonly ciphertext: Uint8Array;
  readonly sharedSecret: Uint8Array;
}

/**
 * FIPS 203 Encaps with 32 bytes of randomness. `InvalidKey`: another length, or a coefficient that is not reduced
 * (FIPS 203 §7.2).
 */
export const encapsulate = (publicKey: Uint8Array, randomness: Uint8Array): Result<Encapsulation, 'InvalidKey'> => {
  if (publicKey.length !== KEM_PUBLIC_KEY_SIZE) return fail('InvalidKey');
  try {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, randomness);
    return ok({ ciphertext: cipherText, sharedSecret });
  } catch {
    return fail('InvalidKey');
  }
};

/**
 * FIPS 203 Decaps with an own key: 32 bytes, which a forged ciphertext makes unrelated to everything else (implicit
 * rejection).
 */
export const decapsulate = (secretKey: Uint8Array, ciphertext: Uint8Array): Result<Uint8Array, 'InvalidCiphertext'> =>
  ciphertext.length === KEM_CIPHERTEXT_SIZE
    ? ok(ml_kem768.decapsulate(ciphertext, secretKey))
    : fail('InvalidCiphertext');
