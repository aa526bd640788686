import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divide, divideUp, Rate } from './integers.ts';

const SAFE = Number.MAX_SAFE_INTEGER;

describe('integer division', () => {
  test('is exact up to 2^53', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.integer({ min: 1, max: SAFE }),
        fc.integer({ min: 1, max: 1000 }),
        (a, b, small) => {
          for (const by of [b, small]) expect(divide(a, by)).toBe(Number(BigInt(a) / BigInt(by)));
          const half = (a - (a % 2)) / 2;
          expect(divideUp(half, small)).toBe(Number((BigInt(half) + BigInt(small) - 1n) / BigInt(small)));
        },
      ),
      { seed: 20261121, numRuns: 2000 },
    );
  });

  test('does not reach the next integer from one below a multiple', () => {
    for (const b of [3, 7, 94_906_265, 2 ** 31 - 1]) {
      const multiple = SAFE - (SAFE % b);
      expect(divide(multiple - 1, b)).toBe(multiple / b - 1);
      expect(divide(multiple, b)).toBe(multiple / b);
    }
  });
});

describe('a rate', () => {
  test('counts as exact arithmetic does, and says when a count is first reached', () => {
    const part = fc.integer({ min: 1, max: 90_000_000 });
    fc.assert(
      fc.property(part, part, fc.integer({ min: 0, max: 2 ** 26 }), (count, micros, elapsed) => {
        const rate = new Rate(count, micros);
        const exact = (time: number): bigint => (BigInt(time) * BigInt(count)) / BigInt(micros);
        expect(BigInt(rate.count(elapsed))).toBe(exact(elapsed));
        const reached = rate.time(elapsed);
        expect(exact(reached) >= BigInt(elapsed)).toBe(true);
        expect(reached === 0 || exact(reached - 1) < BigInt(elapsed)).toBe(true);
      }),
      { seed: 20261121, numRuns: 2000 },
    );
  });

  test('of the mainnet, 3.7 % fast, over 30 days', () => {
    const rate = new Rate(325_000_000 * 1037, 60_000_000 * 1000);
    const month = 30 * 86_400_000_000;
    expect(BigInt(rate.count(month))).toBe((BigInt(month) * 325_000_000n * 1037n) / 60_000_000_000n);
  });

  test('refuses what cannot be kept exact', () => {
    expect(() => new Rate(0, 1)).toThrow(RangeError);
    expect(() => new Rate(1, 0)).toThrow(RangeError);
    expect(() => new Rate(1.5, 1)).toThrow(RangeError);
    expect(() => new Rate(2 ** 30 + 1, 2 ** 30)).toThrow(RangeError);
    expect(() => new Rate(2 ** 30, 2 ** 30)).not.toThrow();
  });
});
