import { expect, test } from 'vitest';
import { compareShells } from './compare.ts';
import type { Closed } from './simulated.ts';

const closed = (window: number, changes: Partial<Closed> = {}): Closed => ({
  window,
  round: 1,
  bundles: 2,
  operations: 3,
  stateRoot: 'ab'.repeat(32),
  ...changes,
});
const simulated = [0, 1].map((window) => closed(window));
const wordsOf = (live: readonly (readonly Closed[])[], windows = 2): readonly (string | undefined)[] => {
  const { equal, lines } = compareShells(simulated, live, windows);
  const last = lines.map((line) => line.split('  ').at(-1));
  expect(equal).toBe(last.every((word) => word === 'equal'));
  return last;
};

test('equal are windows with the same root at every node', () => {
  expect(wordsOf([simulated, simulated])).toEqual(['equal', 'equal']);
});

test('a root that differs is named with its node', () => {
  expect(wordsOf([simulated, [closed(0), closed(1, { stateRoot: 'cd'.repeat(32) })]])).toEqual([
    'equal',
    'node-1 has cdcdcdcdcdcdcdcd',
  ]);
});

test('a window that closed otherwise is not comparable, which fails', () => {
  expect(wordsOf([[closed(0, { round: 2 }), closed(1, { bundles: 1 })]])).toEqual([
    'not comparable (round 2 on node-0)',
    'not comparable (1 of 2 bundles on node-0)',
  ]);
});

test('a window that is missing fails', () => {
  expect(wordsOf([simulated, [closed(1)]])).toEqual(['not final on node-1', 'equal']);
  expect(wordsOf([simulated], 3)).toEqual(['equal', 'equal', 'not final in the simulator']);
});
