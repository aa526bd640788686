import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const PEERS = [1, 2, 3];

test('whoever was asked longest ago, those that nobody asked in their order', () => {
  const turns = new Turns();
  expect([1, 2, 3, 4].map(() => turns.next(PEERS, 0))).toEqual([1, 2, 3, 1]);
});

test('newcomers, and those that come back, after all who failed no more often than the best of them', () => {
  const turns = new Turns();
  turns.next(PEERS, 0);
  turns.forget(1);
  expect([1, 2, 3].map(() => turns.next(PEERS, 0))).toEqual([2, 3, 1]);
  for (const peer of PEERS) turns.setAside(peer, 0);
  turns.setAside(3, 0);
  expect([1, 2, 3, 4].map(() => turns.next([...PEERS, 4], 0))).toEqual([2, 1, 4, 2]);
});

test('one whose turn is over after all the others that are free, if there are any', () => {
  const turns = new Turns();
  turns.next([1], 0);
  expect([turns.hasOther(1, [1], 0), turns.hasOther(1, [1, 2], 0)]).toEqual([false, true]);
  turns.next([2], 0);
  turns.setAside(2, 10);
  expect([turns.hasOther(1, [1, 2], 9), turns.hasOther(1, [1, 2], 10)]).toEqual([false, true]);
  turns.pass(1);
  expect([turns.next([1, 2], 10), turns.next([1], 10)]).toEqual([2, 1]);
});

test('one that rests has not failed, and those held back have, but for who could not be asked anyway', () => {
  const turns = new Turns();
  turns.next(PEERS, 0);
  turns.rest(1, 10);
  turns.rest(3, 20);
  turns.holdBack([1], 0, 10);
  expect([turns.next(PEERS, 9), turns.soonest(PEERS, 9)]).toEqual([undefined, 10]);
  expect([turns.next(PEERS, 10), turns.next([2, 3], 20), turns.next([2], 20)]).toEqual([1, 3, 2]);
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
