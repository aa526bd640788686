import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUITE_ML_DSA_65 } from '../crypto/suite.ts';
import { nodeIdOf, TAU2, testNode, testNodes, WINDOW } from './fixtures.suite.ts';
import { isActive, isCemented, quorumOf, rosterOf } from './roster.ts';

const SEED = { seed: 20261121 };

describe('quorum (04 §3, 09 §11.1)', () => {
  it.each([
    [1n, 1n],
    [2n, 2n],
    [3n, 3n],
    [4n, 3n],
    [5n, 4n],
    [7n, 5n],
    [8n, 6n],
    [10n, 7n],
    [100n, 67n],
    [149n, 100n],
    [150n, 101n],
    [1000n, 670n],
  ])('A = %d: Q = %d', (active, quorum) => {
    expect(quorumOf(active)).toBe(quorum);
  });

  it('is the least whole number of at least 67 %, whatever the size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }), (active) => {
        const quorum = quorumOf(active);
        expect(100n * quorum >= 67n * active).toBe(true);
        expect(100n * (quorum - 1n) < 67n * active).toBe(true);
        // What is not in a quorum is 33 % rounded down, and two quorums share more than that (09 §11.1).
        expect(active - quorum).toBe((33n * active) / 100n);
        expect(2n * quorum - active > active - quorum).toBe(true);
      }),
      SEED,
    );
  });

  it('is reached by ≥, not by > (04 §3)', () => {
    expect([66n, 67n, 68n].map((sum) => isCemented(sum, 100n))).toEqual([false, true, true]);
  });
});

describe('active (04 §3, D-3)', () => {
  const at = (startWindow: bigint, lastConfirmationWindow: bigint, window: bigint): boolean =>
    isActive({ startWindow, lastConfirmationWindow }, window, TAU2);

  it('2τ₂ windows after the last confirmation, not one more', () => {
    expect(at(0n, 50n, 50n + 2n * TAU2)).toBe(true);
    expect(at(0n, 50n, 51n + 2n * TAU2)).toBe(false);
  });

  it('counts from the start of a node that has not confirmed yet', () => {
    expect(at(1_000n, 0n, 1_000n)).toBe(true);
    expect(at(1_000n, 0n, 1_000n + 2n * TAU2)).toBe(true);
    expect(at(1_000n, 0n, 1_001n + 2n * TAU2)).toBe(false);
  });

  it('takes the later of the two, whichever it is', () => {
    expect(at(90n, 50n, 50n + 2n * TAU2 + 1n)).toBe(true);
    expect(at(50n, 90n, 90n + 2n * TAU2)).toBe(true);
  });

  it('subtracts without wrapping where the window is before the node', () => {
    expect(at(500n, 0n, 3n)).toBe(true);
    expect(at(0n, (1n << 64n) - 1n, 0n)).toBe(true);
  });
});

describe('roster (04 §3, 09 §10)', () => {
  const nodes = [
    testNode(7, { chainLength: 5n, chainLengthSnapshot: 3n }),
    testNode(2, { chainLength: 11n }),
    testNode(4, { chainLength: 100n, lastConfirmationWindow: BigInt(WINDOW) - 2n * TAU2 - 1n }),
    testNode(9, { chainLength: 1n, suiteId: 2 }),
  ].map(({ record }) => record);
  const roster = rosterOf(nodes, WINDOW, TAU2);

  it('holds the active nodes, ascending, with their weights', () => {
    expect(
      roster.members.map(({ slot, nodeId, weight, snapshot, suiteId }) => [slot, nodeId, weight, snapshot, suiteId]),
    ).toEqual([
      [0, nodeIdOf(2), 11n, 1n, SUITE_ML_DSA_65],
      [1, nodeIdOf(7), 5n, 3n, SUITE_ML_DSA_65],
      [2, nodeIdOf(9), 1n, 1n, 2],
    ]);
    expect(roster.window).toBe(WINDOW);
    expect(roster.activeWeight).toBe(17n);
    expect(roster.quorum).toBe(12n);
  });

  it('finds slots, −1 for everybody else', () => {
    expect([2, 7, 9, 4, 5].map((index) => roster.slotOf(nodeIdOf(index)))).toEqual([0, 1, 2, -1, -1]);
  });

  it('does not depend on the order in which the nodes come', () => {
    const sets = fc.shuffledSubarray(
      testNodes(3n, 1n, 4n, 1n, 5n).map(({ record }) => record),
      { minLength: 5 },
    );
    const expected = rosterOf(
      testNodes(3n, 1n, 4n, 1n, 5n).map(({ record }) => record),
      WINDOW,
      TAU2,
    ).members;
    fc.assert(
      fc.property(sets, (shuffled) => {
        expect(rosterOf(shuffled, WINDOW, TAU2).members).toEqual(expected);
      }),
      { ...SEED, numRuns: 30 },
    );
  });
});
