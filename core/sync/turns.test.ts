import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const PEERS = [1, 2, 3];

test('whoever was asked longest ago, first those that nobody asked', () => {
  const turns = new Turns();
  expect([1, 2, 3, 4].map(() => turns.next(PEERS, 0))).toEqual([1, 2, 3, 1]);
  turns.forget(1);
  expect(turns.next(PEERS, 0)).toBe(1);
});

test('those that failed less often before the others, once these are free again', () => {
  const turns = new Turns();
  turns.next(PEERS, 0);
  turns.setAside(1, 10);
  expect([turns.next(PEERS, 9), turns.next(PEERS, 9), turns.next([1], 9)]).toEqual([2, 3, undefined]);
  expect(turns.soonest(PEERS, 9)).toBe(10);
  expect([turns.next(PEERS, 10), turns.next([1], 10)]).toEqual([2, 1]);
  turns.exclude(2);
  turns.exclude(3);
  expect(turns.next(PEERS, 10)).toBe(1);
  turns.again();
  expect([turns.next(PEERS, 10), turns.next(PEERS, 10)]).toEqual([3, 2]);
});
