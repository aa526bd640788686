import { expect, test } from 'vitest';
import { fromHex, type Id, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { idOf } from '../operations/accounts.suite.ts';
import {
  aggregateBefore,
  candidateChain,
  candidateChainAt,
  candidateInit,
  candidateInitAt,
  type History,
  nextSegment,
} from './candidate-chain.ts';

const chain = (value: Id, iterations: number): Id => {
  let bytes = fromHex(value);
  for (let i = 0; i < iterations; i++) bytes = sha256(bytes);
  return toHex(bytes);
};

test('init of 05 §2', () => {
  expect(
    candidateInit(
      '34235bfb865b969e5d8e348b8facf7559fe95d2c749a03d9aa63560d74eb2e74',
      'c05a6b241bdb24e1528938b0be7cb39c0328edca5561541e37cb5dce9130d37a',
      '01'.repeat(32),
    ),
  ).toBe('20628e14ea2905de13a159919a5a06559b3e7b929ffc81a558eb75887866dc23');
});

test('segments follow one another, each with the D of its window', () => {
  const init = idOf(1);
  expect(candidateChain(init, [], chain)).toEqual([init]);
  expect(candidateChain(init, [2, 0, 3], chain)).toEqual([init, chain(init, 2), chain(init, 2), chain(init, 5)]);
});

test('init of a window: T of it, the aggregate two before, zeros where there is none', () => {
  const past = (w: number) => ({ timechainValue: idOf(w), aggregate: idOf(100 + w), d: 1 });
  const history: History = (w) => (w >= 0 && w <= 9 ? past(w) : undefined);
  const node = idOf(7);
  expect(candidateInitAt(history, 9, node)).toBe(candidateInit(idOf(9), idOf(107), node));
  expect(candidateInitAt(history, 4, node)).toBe(candidateInit(idOf(4), idOf(102), node));
  expect(candidateInitAt(history, 3, node)).toBe(candidateInit(idOf(3), ZERO_ID, node));
  expect(candidateInitAt(history, 0, node)).toBe(candidateInit(idOf(0), ZERO_ID, node));
  expect(candidateInitAt(history, 10, node)).toBeUndefined();
  expect(candidateInitAt((w) => (w < 5 ? undefined : past(w)), 6, node)).toBeUndefined();
});

const known =
  (from: number, to: number): History =>
  (window) =>
    window < from || window > to
      ? undefined
      : { timechainValue: idOf(window), aggregate: idOf(100 + window), d: 2 + (window % 3) };

test('aggregate of the window before the last, zeros before window 4', () => {
  expect([0, 3, 4, 9].map((window) => aggregateBefore(known(0, 9), window))).toEqual([
    ZERO_ID,
    ZERO_ID,
    idOf(102),
    idOf(107),
  ]);
  expect(aggregateBefore(known(0, 9), 12)).toBeUndefined();
});

test('a candidate hashes one segment after the other, as soon as D of its window is known', () => {
  const history = known(0, 8);
  const node = idOf(7);
  const checkpoints = [candidateInitAt(history, 5, node) as Id];
  for (let window = 5; window <= 8; window++) {
    const segment = nextSegment(checkpoints, 5, history);
    expect(segment).toEqual({ window, from: checkpoints.at(-1), iterations: 2 + (window % 3) });
    checkpoints.push(chain(checkpoints.at(-1) as Id, 2 + (window % 3)));
  }
  expect(nextSegment(checkpoints, 5, history)).toBeUndefined();
  expect(nextSegment([], 5, history)).toBeUndefined();
  const d = [5, 6, 7, 8].map((window) => 2 + (window % 3));
  expect(checkpoints).toEqual(candidateChain(checkpoints[0] as Id, d, chain));
  expect(candidateChainAt(history, 5, node, 4, chain)).toEqual(checkpoints);
});

test('a whole chain needs every window of it, and the one two before', () => {
  const node = idOf(7);
  const length = (history: History, windows: number) => candidateChainAt(history, 5, node, windows, chain)?.length;
  expect(length(known(0, 8), 4)).toBe(5);
  expect(length(known(3, 8), 4)).toBe(5);
  expect(length(known(3, 8), 0)).toBe(1);
  expect(length(known(3, 8), 5)).toBeUndefined();
  expect(length(known(4, 8), 4)).toBeUndefined();
});
