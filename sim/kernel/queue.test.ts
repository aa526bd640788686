import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Queue } from './queue.ts';

const LANES = 12;
const EPOCH = 2 ** 20;
const ERA = 2 ** 32;

/** Delays that land in the open slot, the wheel, later epochs and later eras, and next to the borders between them. */
const delay = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: EPOCH }),
  fc.integer({ min: 0, max: 40 * EPOCH }),
  fc.integer({ min: 0, max: 3 * ERA }),
  fc.constantFrom(EPOCH - 1, EPOCH, EPOCH + 1, ERA - 1, ERA, ERA + 1),
);
const lane = fc.integer({ min: 0, max: LANES - 1 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('schedule' as const), lane, delay }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), lane, delay: fc.constant(0) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('next' as const), lane: fc.constant(0), delay: fc.constant(0) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('until' as const), lane: fc.constant(0), delay }) },
);

/** What the queue promises, said in the plainest way. */
class SortedList {
  now = 0;
  entries: { lane: number; time: number }[] = [];

  schedule(lane: number, time: number): void {
    this.cancel(lane);
    this.entries.push({ lane, time });
  }

  cancel(lane: number): void {
    this.entries = this.entries.filter((entry) => entry.lane !== lane);
  }

  next(limit: number, ranks: readonly number[]): number {
    const rank = (lane: number): number => ranks[lane] as number;
    this.entries.sort((a, b) => a.time - b.time || rank(a.lane) - rank(b.lane));
    const first = this.entries[0];
    if (first === undefined || first.time > limit) {
      if (limit !== Number.POSITIVE_INFINITY) this.now = Math.max(this.now, limit);
      return -1;
    }
    this.entries.shift();
    this.now = first.time;
    return first.lane;
  }
}

describe('the queue', () => {
  test('gives what a sorted list gives', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...Array(LANES).keys()], { minLength: LANES }),
        fc.array(step),
        (ranks, steps) => {
          const queue = new Queue();
          const list = new SortedList();
          for (const rank of ranks) queue.lane(rank);
          const both = (limit: number): void => {
            expect(queue.next(limit)).toBe(list.next(limit, ranks));
            expect(queue.now).toBe(list.now);
          };
          for (const { do: what, lane, delay } of steps) {
            if (what === 'schedule') {
              queue.schedule(lane, queue.now + delay);
              list.schedule(lane, list.now + delay);
            } else if (what === 'cancel') {
              queue.cancel(lane);
              list.cancel(lane);
            } else both(what === 'next' ? Number.POSITIVE_INFINITY : list.now + delay);
            expect(queue.empty).toBe(list.entries.length === 0);
          }
          while (list.entries.length > 0) both(Number.POSITIVE_INFINITY);
        },
      ),
      { seed: 20261121, numRuns: 2000 },
    );
  });

  test('keeps the order when lanes of the open slot are taken out or moved', () => {
    const move = fc.record({ lane: fc.nat({ max: 39 }), time: fc.nat({ max: 15 }), gone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(move, { minLength: 40, maxLength: 120, size: 'max' }), (moves) => {
        const queue = new Queue();
        const ranks = [...Array(41).keys()];
        for (const rank of ranks) queue.lane(rank);
        // Opens the slot.
        queue.schedule(40, 0);
        queue.next();
        const list = new SortedList();
        for (const { lane, time, gone } of moves) {
          queue.schedule(lane, time);
          list.schedule(lane, time);
          if (gone) {
            queue.cancel(lane);
            list.cancel(lane);
          }
        }
        while (list.entries.length > 0) expect(queue.next()).toBe(list.next(Number.POSITIVE_INFINITY, ranks));
        expect(queue.next()).toBe(-1);
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });

  test('orders many lanes of one moment by rank, not by insertion', () => {
    const queue = new Queue();
    const lanes = Array.from({ length: 1000 }, (_, i) => queue.lane((i * 7919) % 1000));
    for (const lane of lanes) queue.schedule(lane, 77);
    const given = lanes.map(() => queue.next());
    expect(given.map((lane) => (lane * 7919) % 1000)).toEqual(lanes.map((_, i) => i));
    expect(queue.next()).toBe(-1);
  });

  test('refuses the past and what is no time', () => {
    const queue = new Queue();
    const lane = queue.lane(0);
    expect(queue.next(100)).toBe(-1);
    expect(() => queue.schedule(lane, 99)).toThrow(RangeError);
    expect(() => queue.schedule(lane, Number.NaN)).toThrow(RangeError);
    queue.schedule(lane, 100);
    expect(queue.next(100)).toBe(lane);
  });
});
