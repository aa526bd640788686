import { describe, expect, test } from 'vitest';
import type { Settled } from '#core/transition/settled.ts';
import { isAsExpected } from './result.ts';
import { Run } from './run.ts';
import { small } from './small.suite.ts';

describe('nodes with a past', () => {
  const settled: Settled[] = [];
  const scenario = small({
    hosts: [
      { count: 3, chainLength: 1 },
      { count: 5, chainLength: 1_000, spread: 10 },
    ],
    faults: [],
    windows: 9,
    profile: { tau2: 8 },
  });
  const run = new Run(scenario, {
    watch: (_, notice) => {
      if (notice.type === 'final') settled[notice.record.settled.window] ??= notice.record.settled;
    },
  });
  const result = run.finish();

  test('begin with chain_length and snapshot as the scenario says, and go on from there', () => {
    const nodes = [...(settled[0] as Settled).state.nodes()];
    const lengths = nodes.map(({ chainLength }) => Number(chainLength)).sort((a, b) => a - b);
    expect(lengths).toEqual([2, 2, 2, 1_001, 1_001, 1_001, 1_001, 1_001]);
    for (const { chainLength, chainLengthSnapshot } of nodes) expect(chainLengthSnapshot).toBe(chainLength - 1n);
    // After the first boundary the snapshot is what grew since a checkpoint of 0: everything.
    for (const { chainLength, chainLengthSnapshot } of (settled[8] as Settled).state.nodes()) {
      expect(chainLengthSnapshot).toBe(chainLength);
    }
  });

  test('the naive model starts from the same state, and everything else agrees', () => {
    expect(result.properties.filter(({ met }) => !met)).toEqual([]);
    expect(isAsExpected(result)).toBe(true);
  });

  test('the light ones do not matter: without three of eight nodes windows close', () => {
    const faults = [{ type: 'crash' as const, window: 2, hosts: ['n000', 'n001', 'n002'] }];
    const silent = new Run({ ...scenario, windows: 5, faults: faults.map((fault) => ({ ...fault, after: 0 })) }, {});
    expect(silent.finish().finalWindow).toBe(5);
  });
});

test('a past of one window is none', () => {
  const roots = (changes: Parameters<typeof small>[0]) => {
    const run = new Run(small({ windows: 2, faults: [], ...changes }), {});
    run.finish();
    return run.roots;
  };
  expect(roots({ hosts: [{ count: 8, spread: 20, chainLength: 1 }] })).toEqual(roots({}));
  expect(roots({ hosts: [{ count: 8, spread: 20, chainLength: 2 }] })).not.toEqual(roots({}));
});
