import { describe, expect, it } from 'vitest';
import { concat, type Id, toHex } from '../bytes/bytes.ts';
import { fail, ok } from '../bytes/result.ts';
import { nodeId } from '../crypto/ids.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import { attackerKey, changedAt, initiatorKey as key } from './handshake.suite.ts';
import {
  encodeMeshAdvertisement,
  isFreshEnough,
  MAX_MESH_NONCES_PER_KEY,
  MESH_ADVERTISEMENT,
  MeshListener,
  meshMessage,
} from './mesh-proof.ts';
import { onlineMessage } from './online-proof.ts';

const ME = '33'.repeat(32);
const nonceOf = (number: number): Id => number.toString(16).padStart(64, '0');
const advert = (number: number, cached: number, to = ME): Uint8Array =>
  encodeMeshAdvertisement(key, to, cached, nonceOf(number));

const listener = (tau1Windows = 1, verify = mlDsa65.verify) => new MeshListener({ nodeId: ME, verify, tau1Windows });

describe('mesh proof (06 §4.3)', () => {
  it('signs 86 bytes and travels in 5297', () => {
    expect(meshMessage(ME, 5001n, nonceOf(1)).length).toBe(86);
    expect(String.fromCharCode(...meshMessage(ME, 5001n, nonceOf(1)).subarray(0, 14))).toBe('mt-tunnel-mesh');
    expect(toHex(meshMessage(ME, 5001n, nonceOf(1)).subarray(46, 54))).toBe('c409000000000000');
    expect([MESH_ADVERTISEMENT.minimum, advert(1, 5000).length]).toEqual([5297, 5297]);
  });

  it('is fresh from 7τ₁ behind to the known window', () => {
    expect([12n, 13n, 20n, 21n].map((cached) => isFreshEnough(cached, 20n, 1))).toEqual([false, true, true, false]);
    expect([5n, 6n].map((cached) => isFreshEnough(cached, 20n, 2))).toEqual([false, true]);
    expect([0n, 3n, 4n].map((cached) => isFreshEnough(cached, 3n, 60))).toEqual([true, true, false]);
  });

  it('is accepted once', () => {
    const mesh = listener();
    expect(mesh.judge(advert(1, 5000), key.publicKey, 5007n)).toEqual(ok(nodeId(key.publicKey)));
    expect(mesh.judge(advert(1, 5000), key.publicKey, 5007n)).toEqual(fail('NonceReused'));
    expect(mesh.judge(advert(2, 5000), key.publicKey, 5007n).ok).toBe(true);
    expect(mesh.judge(advert(1, 5000), key.publicKey, 5008n)).toEqual(fail('StalenessBoundExceeded'));
    // Claimed for the other window of its slot, the same proof is fresh for one window more: its nonce is still known.
    const later = changedAt(advert(1, 5000), 1952, 1);
    expect(mesh.judge(later, key.publicKey, 5008n)).toEqual(fail('NonceReused'));
    expect(mesh.judge(later, key.publicKey, 5009n)).toEqual(fail('StalenessBoundExceeded'));
    expect(mesh.judge(advert(1, 5009), key.publicKey, 5009n).ok).toBe(true);
  });

  it('is refused in this order', () => {
    const bytes = advert(1, 5000);
    const judge = (mesh: MeshListener, message: Uint8Array, remote = key.publicKey, known = 5000n) =>
      mesh.judge(message, remote, known);
    expect(judge(listener(), bytes.subarray(1))).toEqual(fail('BadLength'));
    expect(judge(listener(), concat(bytes, Uint8Array.of(0)))).toEqual(fail('BadLength'));
    expect(judge(listener(), bytes, attackerKey.publicKey, 9000n)).toEqual(fail('IdentityMismatch'));
    expect(judge(listener(), bytes, key.publicKey, 4999n)).toEqual(fail('StalenessBoundExceeded'));
    expect(judge(listener(), advert(1, 5000, '34'.repeat(32)))).toEqual(fail('InvalidSignature'));
    expect(judge(listener(), changedAt(bytes, 5296, 1))).toEqual(fail('InvalidSignature'));
    // Another cached window of the same slot is the same message: the window is as true as the slot, no truer.
    expect(judge(listener(), changedAt(bytes, 1952, 1), key.publicKey, 5001n).ok).toBe(true);
    expect(judge(listener(), changedAt(bytes, 1952, 2), key.publicKey, 5002n)).toEqual(fail('InvalidSignature'));
    const online = MESH_ADVERTISEMENT.encode({
      clientKey: key.publicKey,
      cachedWindow: 5000,
      nonce: nonceOf(1),
      proof: key.sign(onlineMessage(ME, 2500n, nonceOf(1))),
    });
    expect(judge(listener(), online)).toEqual(fail('InvalidSignature'));
  });

  it('is refused above 64 nonces of a key, until the oldest expire', () => {
    expect(MAX_MESH_NONCES_PER_KEY).toBe(64);
    const mesh = listener(1, () => true);
    const bytes = advert(0, 5000);
    const judge = (number: number, cached: number, known: bigint) => {
      const fields = MESH_ADVERTISEMENT.decode(bytes);
      if (!fields.ok) throw new Error(fields.error);
      const message = MESH_ADVERTISEMENT.encode({ ...fields.value, cachedWindow: cached, nonce: nonceOf(number) });
      return mesh.judge(message, key.publicKey, known);
    };
    for (let i = 0; i < 64; i++) expect(judge(i, 5000, 5000n).ok).toBe(true);
    expect(judge(64, 5007, 5007n)).toEqual(fail('NonceCapacity'));
    expect(judge(64, 5008, 5008n)).toEqual(fail('NonceCapacity'));
    expect(judge(64, 5009, 5009n).ok).toBe(true);
  });
});
