import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65, mlDsaKeyPair } from '#core/crypto/ml-dsa.ts';
import { mlKemKeyPair } from '#core/crypto/ml-kem.ts';
import type { Handlers } from '../handler.ts';

/** 01 §4; FIPS 203, 204. What the core does not use (contexts, encapsulation) is asked of the library it is built on. */
export const pqPrimitives: Handlers = {
  mldsa65_keygen: (input) => {
    const { publicKey, secretKey } = mlDsaKeyPair(input.bytes('seed'));
    return { pk: publicKey, pk_sha256: sha256(publicKey), sk_sha256: sha256(secretKey) };
  },
  mldsa65_sign: (input) => ({ signature: mlDsa65.key(input.bytes('seed')).sign(input.bytes('message')) }),
  mldsa65_verify: (input) => ({
    valid: mlDsa65.verify(input.bytes('pk'), input.bytes('message'), input.bytes('signature')),
  }),
  mlkem768_keygen: (input) => {
    const { publicKey, secretKey } = mlKemKeyPair(input.bytes('seed_d_z'));
    return { pk: publicKey, pk_sha256: sha256(publicKey), sk_sha256: sha256(secretKey) };
  },
  mlkem768_encaps: (input) => {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(input.bytes('pk'), input.bytes('m'));
    return { ciphertext: cipherText, shared_secret: sharedSecret };
  },
  mlkem768_decaps: (input) => {
    const { secretKey } = mlKemKeyPair(input.bytes('seed_d_z'));
    return { shared_secret: ml_kem768.decapsulate(input.bytes('ciphertext'), secretKey) };
  },
  nist_mldsa65_keygen: (input) => {
    const { publicKey, secretKey } = mlDsaKeyPair(input.bytes('seed'));
    return { pk: publicKey, sk: secretKey };
  },
  nist_mldsa65_siggen: (input) => ({
    signature: ml_dsa65.sign(input.bytes('message'), input.bytes('sk'), {
      extraEntropy: false,
      context: input.bytes('context'),
    }),
  }),
  nist_mlkem768_keygen: (input) => {
    const { publicKey, secretKey } = mlKemKeyPair(new Uint8Array([...input.bytes('d'), ...input.bytes('z')]));
    return { ek: publicKey, dk: secretKey };
  },
  nist_mlkem768_decap: (input) => ({ k: ml_kem768.decapsulate(input.bytes('c'), input.bytes('dk')) }),
};
