import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes } from '../bytes/bytes.ts';
import { fail } from '../bytes/result.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { attackerKey, changedAt, initiatorKey as key, must } from './handshake.suite.ts';
import {
  decodeSfEnvelope,
  encodeSfEnvelope,
  isTtlValid,
  judgeSfEnvelope,
  MAX_SF_CIPHERTEXT,
  SF_OVERHEAD,
} from './sf-envelope.ts';

const fields = {
  recipientHint: '0f'.repeat(32),
  ttlWindow: 1440,
  fragmentIndex: 5,
  totalFragments: 8,
  ciphertext: new Uint8Array(100).fill(0xcf),
};

/** Signs at no cost, for what is not about signatures. */
const cheap: SigningKey = { publicKey: key.publicKey, sign: () => new Uint8Array(3309) };

describe('store-and-forward envelope (06 §14.2)', () => {
  it('is 3347 bytes and its ciphertext, which may be empty', () => {
    expect([SF_OVERHEAD, MAX_SF_CIPHERTEXT]).toEqual([3347, 65_536]);
    for (const size of [0, 1, 256, MAX_SF_CIPHERTEXT]) {
      const ciphertext = new Uint8Array(size).fill(1);
      const bytes = encodeSfEnvelope({ ...fields, ciphertext }, cheap);
      const envelope = must(decodeSfEnvelope(bytes));
      expect([bytes.length, envelope.ciphertext.length, envelope.signature.length]).toEqual([3347 + size, size, 3309]);
      expect(equalBytes(concat(envelope.scope, envelope.signature), bytes)).toBe(true);
      const { recipientHint, ttlWindow, fragmentIndex, totalFragments } = envelope;
      expect({ ...fields, recipientHint, ttlWindow, fragmentIndex, totalFragments }).toEqual(fields);
    }
  });

  it('lives from the next window to 24τ₁ ahead', () => {
    expect([100, 101, 124, 125].map((ttl) => isTtlValid(100, ttl, 1))).toEqual([false, true, true, false]);
    expect([1540, 1541].map((ttl) => isTtlValid(100, ttl, 60))).toEqual([true, false]);
  });

  it('is InvalidStructure when too short, too long, no fragment of its message, or out of time', () => {
    const bad = fail('InvalidStructure');
    const bytes = encodeSfEnvelope(fields, cheap);
    for (const size of [0, 38, 3346]) expect(decodeSfEnvelope(bytes.subarray(0, size))).toEqual(bad);
    const large = { ...fields, ciphertext: new Uint8Array(MAX_SF_CIPHERTEXT + 1) };
    expect(decodeSfEnvelope(encodeSfEnvelope(large, cheap))).toEqual(bad);
    for (const [fragmentIndex, totalFragments, isValid] of [
      [0, 0, false],
      [0, 1, true],
      [1, 1, false],
      [7, 8, true],
      [254, 255, true],
      [255, 255, false],
    ] as const) {
      const decoded = decodeSfEnvelope(encodeSfEnvelope({ ...fields, fragmentIndex, totalFragments }, cheap));
      expect([fragmentIndex, totalFragments, decoded.ok]).toEqual([fragmentIndex, totalFragments, isValid]);
    }
    for (const window of [1440, 1415]) {
      expect(judgeSfEnvelope(bytes, key.publicKey, window, 1, () => true)).toEqual(bad);
    }
  });

  it('is InvalidSignature when any byte was changed, or of another key', () => {
    const bytes = encodeSfEnvelope(fields, key);
    const judge = (message: Uint8Array, sender = key.publicKey) =>
      judgeSfEnvelope(message, sender, 1430, 1, mlDsa65.verify);
    expect(judge(bytes).ok).toBe(true);
    expect(judge(bytes, attackerKey.publicKey)).toEqual(fail('InvalidSignature'));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const result = judge(changedAt(bytes, at, mask));
        // Bytes 32 to 37 are time and fragment numbers, which may break the structure first.
        expect(result.ok ? 'accepted' : at < 32 || at > 37 ? result.error : 'InvalidSignature').toBe(
          'InvalidSignature',
        );
      }),
      { seed: 20261121, numRuns: 40 },
    );
  });
});
