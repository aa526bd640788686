import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Room } from './room.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('says once that there is room, as soon as no more than a mebibyte waits', () => {
  const said: number[] = [];
  const waiting = new Map([
    [1, 1_048_577],
    [2, 1_048_576],
  ]);
  const room = new Room({ queued: (link) => waiting.get(link) ?? 0, room: (link) => said.push(link) });
  for (const link of [1, 2, 3]) room.await(link);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual([2, 3]);
  waiting.set(1, 1_048_576);
  vi.advanceTimersByTime(25);
  expect(said).toEqual([2, 3, 1]);
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual([2, 3, 1]);
  room.await(2);
  room.stop();
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual([2, 3, 1]);
});
