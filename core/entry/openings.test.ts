import { describe, expect, test } from 'vitest';
import { concat } from '../bytes/bytes.ts';
import type { Openings } from '../consensus/objects.ts';
import { CEMENTED, challenged, checkpointsOf, sampledRegistration } from './chains.suite.ts';
import { checkpointTree } from './checkpoint-tree.ts';
import { decodeOpenings, makeOpenings, openingsId } from './openings.ts';
import { REGISTRATION_SIZE } from './registration.ts';
import { sampledProofLayout } from './sampled-proof.ts';

const checkpoints = checkpointsOf(6);
const registration = sampledRegistration(checkpoints);
const openings = makeOpenings(registration, challenged(registration), checkpointTree(checkpoints)) as Openings;

describe('openings', () => {
  test('are the registration and the proof behind it', () => {
    expect(openings.bytes).toEqual(concat(registration.bytes, openings.proof));
    expect(decodeOpenings(openings.bytes)).toEqual({ ok: true, value: openings });
  });

  test('have one identifier for a registration and a window, whatever else they say', () => {
    expect(openings.id).toBe(openingsId(registration.id, CEMENTED));
    const signed = openings.bytes.slice();
    signed[REGISTRATION_SIZE - 1] = 1;
    const proof = openings.bytes.slice();
    proof[proof.length - 1] = (proof[proof.length - 1] as number) ^ 1;
    for (const bytes of [signed, proof]) {
      const decoded = decodeOpenings(bytes);
      expect(decoded.ok && decoded.value.id).toBe(openings.id);
    }
    const later = makeOpenings(registration, challenged(registration, CEMENTED + 1), checkpointTree(checkpoints));
    expect(later?.id).not.toBe(openings.id);
  });

  test('are not made of another tree than the one registered', () => {
    expect(makeOpenings(registration, challenged(registration), checkpointTree(checkpointsOf(7)))).toBeUndefined();
  });

  test('that are no registration, no proof, or of another registration are Malformed', () => {
    const other = sampledRegistration(checkpointsOf(7));
    const decoded = sampledProofLayout.decode(openings.proof);
    if (!decoded.ok) throw new Error(decoded.error);
    const windowed = (window: bigint) =>
      concat(registration.bytes, sampledProofLayout.encode({ ...decoded.value, window }));
    const malformed = { ok: false, error: 'Malformed' };
    for (const bytes of [
      new Uint8Array(0),
      registration.bytes,
      openings.bytes.subarray(0, -1),
      concat(openings.bytes, Uint8Array.of(0)),
      concat(other.bytes, openings.proof),
      concat(Uint8Array.of(0x12), openings.bytes.subarray(1)),
      windowed(2n ** 53n),
    ]) {
      expect(decodeOpenings(bytes)).toEqual(malformed);
    }
    expect(decodeOpenings(windowed(2n ** 53n - 1n)).ok).toBe(true);
  });
});
