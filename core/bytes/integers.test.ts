import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clamp, divide, smallestOf } from './integers.ts';

const SEED = { seed: 20261121 };

describe('divide', () => {
  it('is the floor of the exact quotient, over all safe integers', () => {
    const edges = fc.constantFrom(
      0,
      1,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32,
      Number.MAX_SAFE_INTEGER - 1,
      Number.MAX_SAFE_INTEGER,
    );
    const dividend = fc.oneof(edges, fc.maxSafeNat());
    const divisor = fc.oneof(edges, fc.maxSafeNat(), fc.nat(1000)).filter((b) => b > 0);
    fc.assert(
      fc.property(dividend, divisor, (a, b) => {
        expect(divide(a, b)).toBe(Number(BigInt(a) / BigInt(b)));
      }),
      { ...SEED, numRuns: 2000 },
    );
  });

  it('does not reach the next integer one below a multiple', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(divide(most, most)).toBe(1);
    expect(divide(most - 1, most)).toBe(0);
    expect(divide(3 * 3_002_399_751_580_330, 3)).toBe(3_002_399_751_580_330);
    expect(divide(3 * 3_002_399_751_580_330 - 1, 3)).toBe(3_002_399_751_580_329);
  });
});

describe('smallestOf and clamp', () => {
  it('choose among their arguments', () => {
    expect(smallestOf(2n, 3n)).toBe(2n);
    expect(smallestOf(3n, 2n)).toBe(2n);
    expect(clamp(4n, 5n, 7n)).toBe(5n);
    expect(clamp(5n, 5n, 7n)).toBe(5n);
    expect(clamp(7n, 5n, 7n)).toBe(7n);
    expect(clamp(8n, 5n, 7n)).toBe(7n);
  });
});
