import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/bytes.ts';
import { fail, ok } from '../bytes/result.ts';
import { sha256 } from '../crypto/hash.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import { attackerKey, changedAt, initiatorKey as key } from './handshake.suite.ts';
import { meshMessage } from './mesh-proof.ts';
import {
  ADVERTISEMENT,
  ADVERTISEMENT_WITH_WORK,
  decodeReply,
  encodeAdvertisement,
  onlineMessage,
  proveOnline,
  slotOf,
  TUNNEL_GREETING,
  TUNNEL_REPLY,
  verifyOnlineProof,
} from './online-proof.ts';

const server = '42'.repeat(32);
const nonce = '55'.repeat(32);
const { verify } = mlDsa65;
const made = proveOnline(key, server, 1000n, nonce);

describe('online proof (06 §4.1)', () => {
  it('signs 88 bytes: tag, listener, slot, nonce', () => {
    const message = onlineMessage(server, 0x0102n, nonce);
    expect(message.length).toBe(88);
    expect(toHex(message)).toBe(
      `${toHex(new Uint8Array([...'mt-tunnel-online'].map((c) => c.charCodeAt(0))))}${server}0201000000000000${nonce}`,
    );
    expect(toHex(onlineMessage(server, 1n, nonce))).not.toContain(toHex(meshMessage(server, 2n, nonce)).slice(0, 28));
  });

  it('has two windows in a slot', () => {
    expect([0n, 1n, 2n, 3n, (1n << 64n) - 1n].map(slotOf)).toEqual([0n, 0n, 1n, 1n, (1n << 63n) - 1n]);
  });

  it('travels in 5294 bytes, with work in 5302; the greeting takes 8, the reply 1', () => {
    const sizes = [ADVERTISEMENT, ADVERTISEMENT_WITH_WORK, TUNNEL_GREETING, TUNNEL_REPLY].map(({ minimum }) => minimum);
    expect(sizes).toEqual([5294, 5302, 8, 1]);
    const plain = encodeAdvertisement(made);
    expect(ADVERTISEMENT.decode(plain)).toEqual(ok({ version: 1, ...made }));
    const worked = encodeAdvertisement(made, 7n);
    expect(ADVERTISEMENT_WITH_WORK.decode(worked)).toEqual(ok({ version: 1, ...made, workNonce: 7n }));
    expect(toHex(worked)).toBe(`${toHex(plain)}0700000000000000`);
  });

  it('is good for the slot of the window and the one before, nothing newer or older', () => {
    const accepted = (current: bigint, proved: bigint) =>
      verifyOnlineProof(verify, server, current, proveOnline(key, server, proved, nonce));
    for (const current of [1000n, 1001n]) {
      expect(accepted(current, 1000n)).toEqual(ok(500n));
      expect(accepted(current, 1001n)).toEqual(ok(500n));
      expect(accepted(current, 999n)).toEqual(ok(499n));
      expect(accepted(current, 998n)).toEqual(ok(499n));
      expect(accepted(current, 997n)).toEqual(fail('InvalidSignature'));
      expect(accepted(current, 1002n)).toEqual(fail('InvalidSignature'));
    }
    expect(accepted(1n, 0n)).toEqual(ok(0n));
    expect(accepted(2n, 1n)).toEqual(ok(0n));
    // There is no slot before the first: not the last one of u64 either.
    const last = { ...made, proof: key.sign(onlineMessage(server, (1n << 64n) - 1n, nonce)) };
    expect(verifyOnlineProof(verify, server, 0n, last)).toEqual(fail('InvalidSignature'));
  });

  it('is for one listener, one nonce, one key, and whole', () => {
    const refused = fail('InvalidSignature');
    expect(verifyOnlineProof(verify, server, 1000n, made)).toEqual(ok(500n));
    expect(verifyOnlineProof(verify, '43'.repeat(32), 1000n, made)).toEqual(refused);
    expect(verifyOnlineProof(verify, server, 1000n, { ...made, nonce: '56'.repeat(32) })).toEqual(refused);
    expect(verifyOnlineProof(verify, server, 1000n, { ...made, clientKey: attackerKey.publicKey })).toEqual(refused);
    const mesh = { ...made, proof: key.sign(meshMessage(server, 1000n, nonce)) };
    expect(verifyOnlineProof(verify, server, 1000n, mesh)).toEqual(refused);
    fc.assert(
      fc.property(fc.nat(3308), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = { ...made, proof: changedAt(made.proof, at, mask) };
        expect(verifyOnlineProof(verify, server, 1000n, changed)).toEqual(refused);
      }),
      { seed: 20261121, numRuns: 20 },
    );
  });

  it('is the known one of 06 §4.4 (B1)', () => {
    const seed = sha256(new Uint8Array([...'mt-test-seedvector-B1'].map((c) => c.charCodeAt(0))));
    const proof = proveOnline(mlDsa65.key(seed), server, 1000n, nonce);
    expect(toHex(sha256(proof.proof))).toBe('9dcbcd03af37fdb2b4d6952dc3a0c59b8b851d96f2cc8b1a85453d2c174e7f2a');
  });

  it('is answered by one level', () => {
    expect([1, 2, 3].map((level) => decodeReply(Uint8Array.of(level)))).toEqual([ok(1), ok(2), ok(3)]);
    for (const bytes of [[], [0], [4], [255], [1, 1]]) {
      expect(decodeReply(Uint8Array.from(bytes))).toEqual(fail('BadReply'));
    }
  });
});
