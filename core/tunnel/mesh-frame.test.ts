import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '../bytes/bytes.ts';
import { fail, ok } from '../bytes/result.ts';
import { changedAt } from './handshake.suite.ts';
import {
  decodeMeshFrame,
  encodeMeshFrame,
  MAX_MESH_PAYLOAD,
  MESH_DATA,
  MESH_DISCOVERY,
  MESH_FORWARD,
  type MeshFields,
  meshDedupKey,
} from './mesh-frame.ts';

const secret = new Uint8Array(32).fill(7);
const fields: MeshFields = {
  frameType: MESH_DATA,
  ttl: 3,
  hopCount: 1,
  senderRef: '94'.repeat(32),
  recipientHint: 'ff'.repeat(32),
  payload: Uint8Array.of(1, 2, 3),
};
const frame = encodeMeshFrame(fields, secret);

describe('mesh frame (06 §14.1)', () => {
  it('is 71 bytes, the payload and 16 more: at most 343', () => {
    for (const size of [0, 1, MAX_MESH_PAYLOAD]) {
      const sized = { ...fields, payload: new Uint8Array(size).fill(9) };
      const bytes = encodeMeshFrame(sized, secret);
      expect(bytes.length).toBe(71 + size + 16);
      expect(decodeMeshFrame(bytes, secret)).toEqual(ok(sized));
    }
    expect(71 + MAX_MESH_PAYLOAD + 16).toBe(343);
    const long = encodeMeshFrame({ ...fields, payload: new Uint8Array(MAX_MESH_PAYLOAD + 1) }, secret);
    expect(decodeMeshFrame(long, secret)).toEqual(fail('BadLength'));
  });

  it('is refused when any byte was changed', () => {
    const error = (bytes: Uint8Array, link = secret) => {
      const decoded = decodeMeshFrame(bytes, link);
      return decoded.ok ? 'accepted' : decoded.error;
    };
    expect(error(frame)).toBe('accepted');
    expect(error(changedAt(frame, 0, 1))).toBe('UnsupportedVersion');
    expect(error(changedAt(frame, 2, 4))).toBe('UnknownType');
    expect(error(changedAt(frame, 3, 16))).toBe('BadHops');
    expect(error(changedAt(frame, 69, 1))).toBe('BadLength');
    expect(error(frame, new Uint8Array(32))).toBe('BadMac');
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        expect(error(changedAt(frame, at, mask))).not.toBe('accepted');
        expect(error(frame.subarray(0, at))).toBe('BadLength');
      }),
      { seed: 20261121, numRuns: 300 },
    );
    expect(error(concat(frame, Uint8Array.of(0)))).toBe('BadLength');
    for (let at = frame.length - 16; at < frame.length; at++) expect(error(changedAt(frame, at, 1))).toBe('BadMac');
  });

  it('has at most sixteen hops, made and allowed together', () => {
    const hops = (ttl: number, hopCount: number) =>
      decodeMeshFrame(encodeMeshFrame({ ...fields, ttl, hopCount }, secret), secret).ok;
    expect([hops(0, 0), hops(16, 0), hops(0, 16), hops(9, 7)]).toEqual([true, true, true, true]);
    expect([hops(17, 0), hops(16, 1), hops(9, 8), hops(255, 255)]).toEqual([false, false, false, false]);
    expect(decodeMeshFrame(encodeMeshFrame({ ...fields, frameType: MESH_FORWARD }, secret), secret).ok).toBe(true);
  });

  it('has zeros for a mac as discovery frame, whatever the link', () => {
    const discovery = encodeMeshFrame({ ...fields, frameType: MESH_DISCOVERY }, secret);
    expect(toHex(discovery.subarray(-16))).toBe('00'.repeat(16));
    expect(decodeMeshFrame(discovery, new Uint8Array(32)).ok).toBe(true);
    expect(decodeMeshFrame(changedAt(discovery, discovery.length - 1, 1), secret)).toEqual(fail('BadMac'));
    expect(decodeMeshFrame(changedAt(frame, 2, MESH_DATA), secret)).toEqual(fail('BadMac'));
  });

  it('is recognised by everything but ttl, hops and mac', () => {
    const known = meshDedupKey(fields);
    expect(meshDedupKey({ ...fields, ttl: 2, hopCount: 2 })).toBe(known);
    const others: readonly MeshFields[] = [
      { ...fields, frameType: MESH_FORWARD },
      { ...fields, senderRef: '95'.repeat(32) },
      { ...fields, recipientHint: 'fe'.repeat(32) },
      { ...fields, payload: Uint8Array.of(1, 2) },
    ];
    expect(new Set([known, ...others.map(meshDedupKey)]).size).toBe(5);
  });
});
