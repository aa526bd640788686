import { describe, expect, test } from 'vitest';
import { initialTarget } from './params.ts';
import { DEVNET, MAINNET, simulation, simulationTarget } from './profiles.ts';

/**
 * Bounds of 2^64 · −ln(1 − x), x = 13/N, by the plain series x + x²/2 + x³/3 + …: each of its terms is cut to 2^-400, and the rest
 * after the last is less than that term / (1 − x).
 */
const bounds = (founders: number): readonly [bigint, bigint] => {
  const precision = 400n;
  const n = BigInt(founders);
  let power = 1n << precision;
  let sum = 0n;
  let terms = 0n;
  for (; power > 0n; terms++) {
    power = (power * 13n) / n;
    sum += power / (terms + 1n);
  }
  // Cutting loses less than N units in any power, and one in any term.
  const error = (terms + 1n) * (n + 1n);
  const shift = precision - 64n;
  return [sum >> shift, (sum + error) >> shift];
};

describe('target of a simulation', () => {
  test('is the exact floor', () => {
    for (const founders of [14, 15, 16, 20, 26, 50, 64, 100, 101, 127, 300, 512, 777, 1_000, 1_023, 1_024, 2_000]) {
      const [low, high] = bounds(founders);
      expect(low).toBe(high);
      expect(simulationTarget(founders)).toBe(low);
    }
  });

  test('values', () => {
    // 2^64 · ln 2 for 26 founders.
    expect(simulationTarget(26)).toBe(0xb17217f7d1cf79abn);
    expect(simulationTarget(100)).toBeGreaterThan(simulationTarget(101));
  });

  test('up to 13 founders every ticket wins', () => {
    const targetOf = (founders: number): bigint => initialTarget(simulation({ founders }));
    expect([1, 13].map(targetOf)).toEqual([2n ** 128n - 1n, 2n ** 128n - 1n]);
    expect(targetOf(14)).toBe(simulationTarget(14));
    expect(simulation({ founders: 14 }).targetZero).toHaveLength(32);
    expect(simulation({ founders: 14 }).targetZero.subarray(16)).toEqual(new Uint8Array(16));
  });
});

test('horizons follow τ₂ (09 §2)', () => {
  expect(simulation({ founders: 4, tau2Windows: 8, d0: 300 })).toMatchObject({
    d0: 300n,
    tau2Windows: 8n,
    vdfEntryWindows: 8n,
    selectionInterval: 6n,
    candidateExpiryWindows: 24n,
    pruningIdleWindows: 32n,
  });
  for (const { tau2Windows, candidateExpiryWindows, pruningIdleWindows } of [MAINNET, DEVNET]) {
    expect(candidateExpiryWindows).toBe(3n * tau2Windows);
    expect(pruningIdleWindows).toBe(4n * tau2Windows);
  }
});
