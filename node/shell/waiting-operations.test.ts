import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WaitingOperations } from './waiting-operations.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an operation is queued while nothing is said of it', async () => {
  const operations = new WaitingOperations();
  const handed: string[] = [];
  const hand = (operation: string) => operations.submit(operation, () => handed.push(operation));
  const early = hand('a');
  await vi.advanceTimersByTimeAsync(1_500);
  const [late, other] = [hand('a'), hand('b')];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await early).toEqual({ operation: 'a', verdict: 'queued' });
  operations.answered('a', 'accept');
  operations.answered('nobody asked', 'accept');
  expect(await late).toEqual({ operation: 'a', verdict: 'accept' });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await other).toEqual({ operation: 'b', verdict: 'queued' });
  expect(handed).toEqual(['a', 'a', 'b']);
  expect(vi.getTimerCount()).toBe(0);
});
