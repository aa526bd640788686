import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { fromHex, toHex } from '../bytes/bytes.ts';
import { sha256 } from './hash.ts';
import { decapsulate, encapsulate, KEM_CIPHERTEXT_SIZE, KEM_PUBLIC_KEY_SIZE, mlKemKeyPair } from './ml-kem.ts';

const field = (value: unknown): Uint8Array => fromHex(value as string);

describe('ML-KEM-768 (01 §4)', () => {
  it('makes the keys of the vectors', () => {
    const cases = casesOf('pq_primitives', 'mlkem768_keygen');
    expect(cases.length).toBeGreaterThan(0);
    for (const { id, in: input, out } of cases) {
      const { publicKey, secretKey } = mlKemKeyPair(field(input.seed_d_z));
      expect([id, toHex(publicKey), toHex(sha256(secretKey))]).toEqual([id, out.pk, out.sk_sha256]);
    }
  });

  it('encapsulates as the vectors', () => {
    const cases = casesOf('pq_primitives', 'mlkem768_encaps');
    expect(cases.length).toBeGreaterThan(0);
    for (const { id, in: input, out } of cases) {
      const made = encapsulate(field(input.pk), field(input.m));
      const got = made.ok && [toHex(made.value.ciphertext), toHex(made.value.sharedSecret)];
      expect([id, got]).toEqual([id, [out.ciphertext, out.shared_secret]]);
    }
  });

  it('decapsulates as the vectors, forged ciphertexts too', () => {
    const cases = casesOf('pq_primitives', 'mlkem768_decaps');
    expect(cases.length).toBeGreaterThan(0);
    for (const { id, in: input, out } of cases) {
      const secret = decapsulate(mlKemKeyPair(field(input.seed_d_z)).secretKey, field(input.ciphertext));
      expect([id, secret.ok && toHex(secret.value)]).toEqual([id, out.shared_secret]);
    }
  });

  it('refuses keys of another length or not reduced, and ciphertexts of another length', () => {
    const { publicKey, secretKey } = mlKemKeyPair(new Uint8Array(64));
    const randomness = new Uint8Array(32);
    expect(encapsulate(publicKey, randomness).ok).toBe(true);
    const unreduced = publicKey.slice();
    unreduced.fill(0xff, 0, 2);
    for (const key of [unreduced, publicKey.subarray(1), new Uint8Array(KEM_PUBLIC_KEY_SIZE + 1)]) {
      expect(encapsulate(key, randomness)).toEqual({ ok: false, error: 'InvalidKey' });
    }
    for (const size of [0, KEM_CIPHERTEXT_SIZE - 1, KEM_CIPHERTEXT_SIZE + 1]) {
      expect(decapsulate(secretKey, new Uint8Array(size))).toEqual({ ok: false, error: 'InvalidCiphertext' });
    }
  });
});
