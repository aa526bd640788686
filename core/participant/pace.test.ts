import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** Enters windows that last so many iterations each; returns the pace after the last entry. */
const paceAfter = (durations: readonly number[], d = 2_560): Pace => {
  const pace = new Pace();
  let now = 0;
  pace.entered(now, d, false);
  for (const duration of durations) {
    now += duration;
    pace.entered(now, d, true);
  }
  return pace;
};

describe('a tick (09 §8.3, §12.1)', () => {
  it('is D/256 until nine windows have been seen, then a 256th of their median', () => {
    expect(paceAfter([]).tick).toBe(10);
    expect(paceAfter(Array(8).fill(25_600)).tick).toBe(10);
    expect(paceAfter(Array(9).fill(25_600)).tick).toBe(100);
  });

  it('is the median of the last nine, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 9, maxLength: 14 }), (durations) => {
        const sorted = durations.slice(-9).sort((a, b) => a - b);
        expect(paceAfter(durations).tick).toBe(Math.max(1, Math.floor((sorted[4] as number) / 256)));
      }),
      { seed: 20261121 },
    );
  });

  it('is at least one iteration', () => {
    expect(paceAfter([], 255).tick).toBe(1);
    expect(paceAfter(Array(9).fill(3)).tick).toBe(1);
  });

  it('does not learn from windows closed by catch-up, nor from one cut by a restart', () => {
    const pace = paceAfter(Array(8).fill(25_600));
    pace.entered(300_000, 2_560, false);
    expect(pace.tick).toBe(10);
    pace.cut();
    pace.entered(300_001, 2_560, true);
    expect(pace.tick).toBe(10);
    pace.entered(325_601, 2_560, true);
    expect(pace.tick).toBe(100);
  });
});
