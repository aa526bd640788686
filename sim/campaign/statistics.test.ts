import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numbersOf, quantile, wilson } from './statistics.ts';

const SEED = { seed: 20261121 };

describe('Wilson interval', () => {
  test.each([
    [10, 100, 0.05523, 0.17437],
    [90, 100, 0.82563, 0.94477],
    [0, 10, 0, 0.27753],
    [10, 10, 0.72247, 1],
  ])('%i of %i', (count, of, low, high) => {
    expect(wilson(count, of).low).toBeCloseTo(low, 5);
    expect(wilson(count, of).high).toBeCloseTo(high, 5);
  });

  test('none of a million', () => {
    expect(wilson(0, 1e6).low).toBe(0);
    expect(wilson(0, 1e6).high).toBeCloseTo(3.8414e-6, 10);
  });

  test('no run says nothing', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });

  const counts = fc
    .integer({ min: 1, max: 5_000 })
    .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)));

  test('lies within 0 and 1, around the share, and is the mirror of the interval of the rest', () => {
    fc.assert(
      fc.property(counts, ([count, of]) => {
        const { low, high } = wilson(count, of);
        const rest = wilson(of - count, of);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(count / of);
        expect(high).toBeGreaterThanOrEqual(count / of);
        expect(rest.low).toBeCloseTo(1 - high, 12);
        expect(rest.high).toBeCloseTo(1 - low, 12);
      }),
      SEED,
    );
  });

  test('ends where the share is Z standard errors away', () => {
    fc.assert(
      fc.property(counts, ([count, of]) => {
        for (const bound of Object.values(wilson(count, of))) {
          if (bound === 0 || bound === 1) continue;
          const error = Math.sqrt((bound * (1 - bound)) / of);
          expect(Math.abs(count / of - bound) / error).toBeCloseTo(1.959963984540054, 6);
        }
      }),
      SEED,
    );
  });
});

describe('numbers', () => {
  test('of four values', () => {
    expect(numbersOf([4, 1, 3, 2])).toEqual({
      ...{ runs: 4, mean: 2.5, min: 1, lowerQuartile: 1.75, median: 2.5, upperQuartile: 3.25, max: 4 },
    });
  });

  test('of one value', () => {
    expect(numbersOf([7])).toEqual({ runs: 1, mean: 7, min: 7, lowerQuartile: 7, median: 7, upperQuartile: 7, max: 7 });
  });

  test('a quantile is a value where one stands at its place', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile([10, 20, 30, 40, 50], p))).toEqual([10, 20, 30, 40, 50]);
  });

  test('do not depend on the order of the values, to the last bit', () => {
    const shuffled = fc
      .array(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value + 0),
        { minLength: 1, maxLength: 40 },
      )
      .chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })));
    fc.assert(
      fc.property(shuffled, ([values, other]) => {
        expect(numbersOf(other)).toEqual(numbersOf(values));
      }),
      SEED,
    );
    // In the order they came, these three sums differ.
    expect(0.1 + 0.2 + 0.3).not.toBe(0.3 + 0.2 + 0.1);
    expect(numbersOf([0.1, 0.2, 0.3]).mean).toBe(numbersOf([0.3, 0.2, 0.1]).mean);
  });
});
