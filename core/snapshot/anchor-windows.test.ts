import { describe, expect, it } from 'vitest';
import { anchorOfInterval, firstOfInterval, intervalOf, isSnapshotAnchor } from './anchor-windows.ts';

/** τ₂ = 12, an interval of 6: boundaries are at 12, 24, 36 … */
const PARAMS = { tau2Windows: 12n, selectionInterval: 6n };

/** Windows that were decided by a fallback; everything from `end` on is not final. */
const chain =
  (fallbacks: readonly number[] = [], end = 1_000) =>
  (window: number): number | undefined =>
    window >= end ? undefined : fallbacks.includes(window) ? 2 : 1;

describe('the anchor of a selection interval', () => {
  it('is its second window, or the first after it that is no boundary, nor one after, nor after a fallback', () => {
    expect([1, 2, 3, 4].map((k) => anchorOfInterval(PARAMS, k, chain()))).toEqual([8, 14, 20, 26]);
    expect(anchorOfInterval(PARAMS, 1, chain([8]))).toBe(10);
    expect(anchorOfInterval(PARAMS, 1, chain([7]))).toBe(9);
    expect(anchorOfInterval(PARAMS, 1, chain([7, 9]))).toBe(11);
  });

  it('lies in the interval or nowhere, and is not known before it is final', () => {
    // Windows 12 and 13 belong to interval 1, and cannot be anchors.
    expect(anchorOfInterval(PARAMS, 1, chain([8, 10, 11]))).toBeUndefined();
    expect([8, 9].map((end) => anchorOfInterval(PARAMS, 1, chain([], end)))).toEqual([undefined, 8]);
    expect(anchorOfInterval(PARAMS, 1, chain([7], 9))).toBeUndefined();
  });

  it('a window is one or is none, whatever came after it', () => {
    const anchors = (depths = chain()): readonly number[] =>
      Array.from({ length: 28 }, (_, window) => window).filter((window) => isSnapshotAnchor(PARAMS, window, depths));
    expect(anchors()).toEqual([2, 8, 14, 20, 26]);
    expect(anchors(chain([8, 19]))).toEqual([2, 10, 14, 21, 26]);
  });

  it('belongs to the interval it lies in', () => {
    expect([2, 7, 8, 13, 14].map((window) => intervalOf(PARAMS, window))).toEqual([0, 0, 1, 1, 2]);
    expect([0, 1, 2].map((k) => firstOfInterval(PARAMS, k))).toEqual([2, 8, 14]);
  });
});
