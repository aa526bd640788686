import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import type { PastWindow } from './settled.ts';

/** A window that is still remembered. */
export const pastWindow = (past: readonly PastWindow[], window: number): PastWindow | undefined =>
  past[window - (past[0]?.window ?? 0)];

/** cemented_bundle_aggregate of a window of the last few; a lookback before window 0 is zeros (04 §5). */
export const aggregateOf = (past: readonly PastWindow[], window: number): Id => {
  if (window < 2) return ZERO_ID;
  const found = pastWindow(past, window);
  if (found === undefined) throw new FatalInvariant(`aggregate of window ${window} is not kept`);
  return found.aggregate;
};

/** `past` with one window more, of which at most 4τ₂ are kept (04 §11). */
export const withWindow = (
  past: readonly PastWindow[],
  window: PastWindow,
  tau2Windows: bigint,
): readonly PastWindow[] => {
  const kept = 4 * Number(tau2Windows);
  return [...(past.length < kept ? past : past.slice(past.length - kept + 1)), window];
};
