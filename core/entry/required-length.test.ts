import { describe, expect, test } from 'vitest';
import { MAINNET } from '../genesis/profiles.ts';
import { entryHorizon, requiredLength } from './required-length.ts';

describe('required length (05 §4)', () => {
  test.each([
    [5, 1_000, 20_160n],
    [10, 1_000, 20_160n],
    [20, 1_000, 40_320n],
    [100, 1_000, 201_600n],
    [1_000, 1_000, 2_016_000n],
    [100_000, 1_000, 201_600_000n],
    [1, 99, 20_363n],
    [1, 100, 20_160n],
    [1, 10, 201_600n],
    [0, 1, 20_160n],
    [7, 0, 20_160n],
  ])('%d waiting, %d active', (pending, active, required) => {
    expect(requiredLength(pending, active, MAINNET)).toBe(required);
  });

  test('no overflow where the product exceeds doubles', () => {
    expect(requiredLength(2 ** 40, 3, MAINNET)).toBe((20_160n * 2n ** 40n * 100n) / 3n);
  });
});

test('horizon: 2τ₂, or the required length and τ₂ on top', () => {
  expect(entryHorizon(60n, 60n)).toBe(120n);
  expect(entryHorizon(61n, 60n)).toBe(121n);
  expect(entryHorizon(12n, 60n)).toBe(120n);
});
