import { describe, expect, test } from 'vitest';
import { idOf } from '../operations/accounts.suite.ts';
import { checkpointsOf, sampledRegistration } from './chains.suite.ts';
import { isProven, isWaiting, listedWindow, proofWindows, unprovenCandidate } from './waiting.ts';

const registration = sampledRegistration(checkpointsOf(12));
const record = unprovenCandidate(registration, 100);

describe('an unproven candidate (05 D-E5)', () => {
  test('has four windows for each segment that may be drawn', () => {
    expect([1n, 63n, 64n, 65n, 20_160n].map(proofWindows)).toEqual([4n, 252n, 256n, 256n, 256n]);
    expect(record.expires).toBe(148n);
    expect(listedWindow(record)).toBe(100);
  });

  test('is bound to the registration it was taken under, and says so where a proven one has its window', () => {
    expect(record).toMatchObject({
      nodeId: registration.nodeId,
      proofEndpoint: registration.id,
      registrationWindow: 0n,
    });
    expect(isProven(record)).toBe(false);
    expect(isProven({ registrationWindow: 1n })).toBe(true);
  });

  test('is that of no other registration of its node, and no longer once proven', () => {
    expect(isWaiting(registration, record)).toBe(true);
    expect(isWaiting({ id: idOf(1) }, record)).toBe(false);
    expect(isWaiting(registration, undefined)).toBe(false);
    expect(isWaiting(registration, { ...record, registrationWindow: 100n })).toBe(false);
  });
});
