import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_ARCHIVED } from '../wire/payloads.ts';
import { bodiesKept, entriesKept, isLastingCertificate, RECENT_CERTIFICATES } from './retention.ts';

/** τ₂ = 12, an interval of 6: boundaries are at 12, 24, 36 … */
const PARAMS = { tau2Windows: 12n, selectionInterval: 6n };

const windowsTo = (last: number): readonly number[] => Array.from({ length: last + 1 }, (_, window) => window);

describe('what is kept for those who come later (09 §3)', () => {
  it('entries and bodies: what a snapshot needs', () => {
    expect([entriesKept(PARAMS), bodiesKept(PARAMS)]).toEqual([48 + 12 + 64, 24]);
  });

  it('certificates of intervals, boundaries, anchors and the windows after them, and every 64th', () => {
    const lasting = (params: typeof PARAMS, last: number, fallbacks: readonly number[] = []): readonly number[] =>
      windowsTo(last).filter((window) =>
        isLastingCertificate(params, window, (of) => (fallbacks.includes(of) ? 2 : 1)),
      );
    expect(lasting(PARAMS, 20)).toEqual([0, 2, 3, 6, 8, 9, 12, 14, 15, 18, 20]);
    expect(lasting(PARAMS, 20, [8])).toEqual([0, 2, 3, 6, 10, 11, 12, 14, 15, 18, 20]);
    const main = { tau2Windows: 20_160n, selectionInterval: 336n };
    expect(lasting(main, 400)).toEqual([0, 2, 3, 64, 128, 192, 256, 320, 336, 338, 339, 384]);
  });

  it('whatever window of the archive catch-up begins at, it finds one in the range it may ask for', () => {
    const params = fc.record({ tau2Windows: fc.bigInt(2n, 30_000n), selectionInterval: fc.bigInt(2n, 30_000n) });
    // Where no window is an anchor.
    const depthOf = (): undefined => undefined;
    fc.assert(
      fc.property(params, fc.nat(200_000), fc.nat(), fc.boolean(), (of, head, any, isOldest) => {
        const oldest = Math.max(0, head - entriesKept(of) + 1);
        const first = isOldest ? oldest : oldest + (any % (head - oldest + 1));
        const range = windowsTo(Math.min(MOST_ARCHIVED - 1, head - first)).map((i) => first + i);
        const isKept = (window: number): boolean =>
          window > head - RECENT_CERTIFICATES || isLastingCertificate(of, window, depthOf);
        expect(range.some(isKept)).toBe(true);
      }),
      { seed: 20261121, numRuns: 2_000 },
    );
  });
});
