import type { AnchorParams } from './anchor-windows.ts';

/** Windows whose certificates are kept whatever they are (09 §3). */
const CERTIFICATES = 64;

/**
 * Windows for which archive entries are kept: 4τ₂, which the side state behind a snapshot needs, two selection intervals, which the
 * older of two anchors may be behind, and a gap that catch-up closes without a snapshot.
 */
export const entriesKept = ({ tau2Windows, selectionInterval }: AnchorParams): number =>
  4 * Number(tau2Windows) + 2 * Number(selectionInterval) + 64;

/** Windows for which bodies of operations and registrations are kept (09 §3). */
export const bodiesKept = ({ tau2Windows }: AnchorParams): number => 2 * Number(tau2Windows);

/**
 * Whether the certificate of a window is still kept when `last` is final: of the last 64, of every selection_interval-th window and of
 * τ₂ boundaries, as long as the entry is (09 §3). Those of a snapshot anchor that is served and of the window after it are kept besides.
 */
export const isKeptCertificate = (params: AnchorParams, window: number, last: number): boolean => {
  if (window + CERTIFICATES > last) return true;
  if (window + entriesKept(params) <= last) return false;
  return BigInt(window) % params.selectionInterval === 0n || BigInt(window) % params.tau2Windows === 0n;
};
