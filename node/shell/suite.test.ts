import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii } from '#core/bytes/bytes.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE } from '#core/crypto/suite.ts';
import { liveSuite } from './suite.ts';

const key = mlDsa65.key(new Uint8Array(32).fill(7));
const message = ascii('a message');
const signature = key.sign(message);
const native = liveSuite();
const portable = liveSuite({ portable: true });

const flipped = (bytes: Uint8Array, at: number, bit: number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[at % copy.length] = (copy[at % copy.length] as number) ^ (1 << bit);
  return copy;
};

describe('the live suite (01 §4)', () => {
  it('verifies by node:crypto here, and in JavaScript when told to', () => {
    expect(portable.verify).toBe(mlDsa65.verify);
    expect(native.verify).not.toBe(mlDsa65.verify);
  });

  it('signs deterministically, the same bytes as the core', () => {
    const again = native.key(new Uint8Array(32).fill(7));
    expect(again.publicKey).toEqual(key.publicKey);
    expect(again.sign(message)).toEqual(signature);
  });

  it('gives the answers of the core to mutated keys, messages and signatures', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('key', 'message', 'signature', 'nothing'),
        fc.nat({ max: 10_000 }),
        fc.nat({ max: 7 }),
        (what, at, bit) => {
          const input = [
            what === 'key' ? flipped(key.publicKey, at, bit) : key.publicKey,
            what === 'message' ? flipped(message, at, bit) : message,
            what === 'signature' ? flipped(signature, at, bit) : signature,
          ] as const;
          const answer = native.verify(...input);
          expect(answer).toBe(what === 'nothing');
          expect(answer).toBe(portable.verify(...input));
        },
      ),
      { seed: 20261121, numRuns: 120 },
    );
  });

  it('refuses any other length, as the core does', () => {
    const lengths = [0, 1, PUBLIC_KEY_SIZE - 1, PUBLIC_KEY_SIZE + 1, SIGNATURE_SIZE - 1, SIGNATURE_SIZE + 1];
    for (const { verify } of [native, portable]) {
      for (const length of lengths) {
        expect(verify(new Uint8Array(length), message, signature)).toBe(false);
        expect(verify(key.publicKey, message, new Uint8Array(length))).toBe(false);
      }
      expect(verify(key.publicKey, new Uint8Array(0), key.sign(new Uint8Array(0)))).toBe(true);
    }
  });

  it('degenerate encodings: all zeros, all ones, hints out of order', () => {
    const hints = Uint8Array.from(signature);
    hints.fill(255, SIGNATURE_SIZE - 61);
    const inputs = [new Uint8Array(SIGNATURE_SIZE), new Uint8Array(SIGNATURE_SIZE).fill(255), hints];
    const keys = [key.publicKey, new Uint8Array(PUBLIC_KEY_SIZE), new Uint8Array(PUBLIC_KEY_SIZE).fill(255)];
    for (const publicKey of keys) {
      for (const input of inputs) {
        expect(native.verify(publicKey, message, input)).toBe(false);
        expect(portable.verify(publicKey, message, input)).toBe(false);
      }
    }
  });

  it('reads a key that is part of a larger buffer, and tells keys apart', () => {
    const other = mlDsa65.key(new Uint8Array(32).fill(8));
    const both = new Uint8Array(2 * PUBLIC_KEY_SIZE);
    both.set(other.publicKey);
    both.set(key.publicKey, PUBLIC_KEY_SIZE);
    expect(native.verify(both.subarray(PUBLIC_KEY_SIZE), message, signature)).toBe(true);
    expect(native.verify(both.subarray(0, PUBLIC_KEY_SIZE), message, signature)).toBe(false);
  });
});
