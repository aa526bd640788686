import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Links } from './links.ts';
import { Queue } from './queue.ts';

const LINKS = 5;
const link = fc.integer({ min: 0, max: LINKS - 1 });
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('push' as const), link, delay: fc.integer({ min: 0, max: 300 }) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('take' as const), link, delay: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), link, delay: fc.constant(0) }) },
);

describe('links', () => {
  test('give what one sorted list of (arrival, link) gives, each link first in first out', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const queue = new Queue();
        const links = new Links<number>(queue);
        for (let i = 0; i < LINKS; i++) links.open(i);
        let under: { link: number; arrival: number; value: number }[] = [];
        const last = new Array<number>(LINKS).fill(-1);
        let pushed = 0;
        const take = (): void => {
          under.sort((a, b) => a.arrival - b.arrival || a.link - b.link);
          const first = under.shift();
          const lane = queue.next();
          expect(lane).toBe(first?.link ?? -1);
          if (first === undefined) return;
          expect(queue.now).toBe(first.arrival);
          expect(links.take(lane)).toBe(first.value);
        };
        for (const { do: what, link, delay } of steps) {
          if (what === 'push') {
            const arrival = Math.max(queue.now + delay, (last[link] as number) + 1);
            last[link] = arrival;
            under.push({ link, arrival, value: pushed });
            expect(links.push(link, queue.now + delay, pushed++)).toBe(arrival);
          } else if (what === 'clear') {
            links.clear(link);
            under = under.filter((entry) => entry.link !== link);
            last[link] = -1;
          } else take();
          expect(links.size).toBe(under.length);
        }
        while (under.length > 0) take();
        expect(queue.empty).toBe(true);
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });

  test('what is pushed with an early time arrives one microsecond after what is ahead of it', () => {
    const queue = new Queue();
    const links = new Links<string>(queue);
    const lane = links.open(0);
    expect(links.push(lane, 500, 'slow')).toBe(500);
    expect(links.push(lane, 20, 'quick')).toBe(501);
    expect([queue.next(), queue.now, links.take(lane)]).toEqual([lane, 500, 'slow']);
    expect([queue.next(), queue.now, links.take(lane)]).toEqual([lane, 501, 'quick']);
  });

  test('hold backlogs much larger than the first pool', () => {
    const queue = new Queue();
    const links = new Links<number>(queue);
    const lanes = Array.from({ length: 200 }, (_, i) => links.open(i));
    for (let value = 0; value < 100; value++) for (const lane of lanes) links.push(lane, 10, value);
    const seen = lanes.map(() => 0);
    for (let lane = queue.next(); lane >= 0; lane = queue.next()) {
      expect(links.take(lane)).toBe(seen[lane]);
      (seen[lane] as number)++;
    }
    expect(seen).toEqual(lanes.map(() => 100));
    expect(links.size).toBe(0);
  });
});
