import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { ascii, concat, fromHex, toHex } from '../bytes/bytes.ts';
import { sha256 } from './hash.ts';
import { mlDsa65, mlDsaKeyPair, mlDsaSelfTest } from './ml-dsa.ts';
import { PUBLIC_KEY_SIZE, SECRET_KEY_SIZE, SIGNATURE_SIZE } from './suite.ts';

const field = (value: unknown): Uint8Array => fromHex(value as string);

describe('ML-DSA-65 (01 §4)', () => {
  it('passes the self-test', () => {
    expect(mlDsaSelfTest()).toBe(true);
  });

  it('makes the keys of the vectors', () => {
    for (const { id, in: input, out } of casesOf('pq_primitives', 'mldsa65_keygen').slice(0, 4)) {
      const { publicKey, secretKey } = mlDsaKeyPair(field(input.seed));
      expect([publicKey.length, secretKey.length]).toEqual([PUBLIC_KEY_SIZE, SECRET_KEY_SIZE]);
      expect([id, toHex(publicKey), toHex(sha256(secretKey))]).toEqual([id, out.pk, out.sk_sha256]);
    }
  });

  it('signs deterministically, as the vectors', () => {
    const cases = casesOf('pq_primitives', 'mldsa65_sign').slice(0, 4);
    expect(cases.length).toBe(4);
    for (const { id, in: input, out } of cases) {
      const key = mlDsa65.key(field(input.seed));
      expect([id, toHex(key.sign(field(input.message)))]).toEqual([id, out.signature]);
    }
  });

  it('signs the printed messages of the account key (01 §7.4)', () => {
    const account = mlDsa65.key(fromHex('08ce5c19768c679fda24c0d3360e57ce03d00c94c175e59f50e9c77894c20818'));
    const node = mlDsa65.key(fromHex('efe527d96de2cb82b3ee2e8ad24b4aca71014e37896b0c025a376335ad456acc'));
    const signatureHash = (message: Uint8Array): string => toHex(sha256(account.sign(message)));
    expect(signatureHash(ascii('montana'))).toBe('cff814f2c4c61254091ce68ac52547045bc495f1dab69a87a0c7682e1607ae3b');
    expect(signatureHash(concat(ascii('mt-operator-pop'), node.publicKey))).toBe(
      '6927ba333e0a3e394b3d9242cb44e95e312d41010f6051a02d89d56d830383b7',
    );
  });

  it('accepts what the vectors sign and refuses what they refuse', () => {
    for (const { id, in: input, out } of casesOf('pq_primitives', 'mldsa65_sign').slice(0, 4)) {
      const { publicKey } = mlDsa65.key(field(input.seed));
      expect([id, mlDsa65.verify(publicKey, field(input.message), field(out.signature))]).toEqual([id, true]);
    }
    const cases = casesOf('pq_primitives', 'mldsa65_verify');
    expect(cases.length).toBeGreaterThan(30);
    for (const { id, in: input, out } of cases) {
      const valid = mlDsa65.verify(field(input.pk), field(input.message), field(input.signature));
      expect([id, valid]).toEqual([id, out.valid]);
    }
  });

  it('answers false for any other length of key or signature', () => {
    const key = mlDsa65.key(new Uint8Array(32));
    const message = ascii('montana');
    const signature = key.sign(message);
    expect(mlDsa65.verify(key.publicKey, message, signature)).toBe(true);
    const lengthened = (bytes: Uint8Array): Uint8Array => concat(bytes, Uint8Array.of(0));
    const shortened = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, -1);
    const none = new Uint8Array(0);
    for (const other of [lengthened(signature), shortened(signature), none, key.publicKey]) {
      expect(mlDsa65.verify(key.publicKey, message, other)).toBe(false);
    }
    for (const other of [lengthened(key.publicKey), shortened(key.publicKey), none, signature]) {
      expect(mlDsa65.verify(other, message, signature)).toBe(false);
    }
  });

  it('answers, and does not throw, for keys and signatures of any content', () => {
    const message = ascii('montana');
    for (const byte of [0, 1, 0x55, 0xff]) {
      const key = new Uint8Array(PUBLIC_KEY_SIZE).fill(byte);
      const signature = new Uint8Array(SIGNATURE_SIZE).fill(255 - byte);
      expect(mlDsa65.verify(key, message, signature)).toBe(false);
    }
  });
});
