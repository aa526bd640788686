import type { Params } from '../genesis/params.ts';

/**
 * Least length of an entry chain, in windows, while `pending` candidates wait and `active` nodes confirm: it grows with the pool
 * as soon as that exceeds the threshold (05 §4, D-E6).
 */
export const requiredLength = (
  pending: number,
  active: number,
  params: Pick<Params, 'vdfEntryWindows' | 'adaptiveVdfThreshold' | 'adaptiveVdfMultiplier'>,
): bigint => {
  const { vdfEntryWindows, adaptiveVdfThreshold, adaptiveVdfMultiplier } = params;
  const waiting = BigInt(pending);
  const confirming = BigInt(active);
  if (active === 0 || 100n * waiting <= confirming * BigInt(adaptiveVdfThreshold)) return vdfEntryWindows;
  return (vdfEntryWindows * waiting * BigInt(adaptiveVdfMultiplier)) / confirming;
};

/** How many windows back a chain of that length may have started: max(2τ₂, required + τ₂) (05 §3, D-E4). */
export const entryHorizon = (required: bigint, tau2Windows: bigint): bigint => {
  const extended = required + tau2Windows;
  return extended > 2n * tau2Windows ? extended : 2n * tau2Windows;
};
