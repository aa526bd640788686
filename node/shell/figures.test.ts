import { expect, test } from 'vitest';
import { Figures } from './figures.ts';
import type { Standing } from './protocol.ts';

test('the pace is that of the last eight windows: of a catch-up nothing is left, and a window that lasts counts', () => {
  const figures = new Figures();
  const standing = { finalWindow: 1, stateRoot: 'ab'.repeat(32) } as Standing;
  const final = (now: number): void => figures.final(standing, 0, now);
  const paceAt = (now: number) => figures.status({ iterations: 0, difficulty: 1 }, now).windowSeconds;
  for (let i = 0; i < 8; i++) final(i);
  expect(paceAt(8)).toBeNull();
  for (let i = 1; i <= 8; i++) final(7 + i * 60_000);
  expect(paceAt(480_007)).toBe(60);
  expect(paceAt(480_007 + 60_000)).toBe(60);
  expect(paceAt(480_007 + 140_000)).toBe(70);
});
