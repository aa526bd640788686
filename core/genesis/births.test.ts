import { describe, expect, test } from 'vitest';
import { FatalInvariant } from '../bytes/fatal.ts';
import { hashId } from '../crypto/hash.ts';
import { accountWindow, initialFrontier, newNode } from './births.ts';
import { MONTANA, PUBLISHED } from './rules.ts';

const ZERO = '0'.repeat(64);
const GENESIS = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

describe('initial frontier', () => {
  test('zero as published', () => {
    expect(initialFrontier(PUBLISHED, GENESIS, OTHER, 9)).toBe(ZERO);
  });

  test('salted with network, account and window, so that nothing signed for another life is valid in this one', () => {
    const frontier = initialFrontier(MONTANA, GENESIS, OTHER, 0x0201);
    expect(frontier).toBe(hashId('mt-account-birth', GENESIS, OTHER, Uint8Array.of(1, 2, 0, 0)));
    const others = [
      initialFrontier(MONTANA, OTHER, OTHER, 0x0201),
      initialFrontier(MONTANA, GENESIS, GENESIS, 0x0201),
      initialFrontier(MONTANA, GENESIS, OTHER, 0x0202),
    ];
    for (const other of others) expect(other).not.toBe(frontier);
  });
});

test('a newborn node can win a lottery: chain length and snapshot are 1', () => {
  const birth = { nodeId: GENESIS, nodePubkey: new Uint8Array(1952), suiteId: 1, operatorAccountId: OTHER };
  expect(newNode(birth, 7)).toEqual({
    ...birth,
    startWindow: 7n,
    chainLength: 1n,
    chainLengthSnapshot: 1n,
    chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, 0n],
    lastConfirmationWindow: 0n,
  });
});

test('a window beyond 32 bits stops the node', () => {
  expect(accountWindow(2 ** 32 - 1)).toBe(2 ** 32 - 1);
  expect(() => accountWindow(2 ** 32)).toThrow(FatalInvariant);
});
