import { isSelectionWindow } from '../entry/selection.ts';
import { isBoundary } from '../transition/epoch.ts';
import { MOST_ARCHIVED } from '../wire/payloads.ts';
import { type AnchorParams, type DepthOf, isSnapshotAnchor } from './anchor-windows.ts';

/** Windows whose certificates are kept whatever they are (09 §3). */
export const RECENT_CERTIFICATES = 64;

/**
 * Windows for which archive entries are kept: 4τ₂, which the side state behind a snapshot needs, two selection intervals, which the
 * older of two anchors may be behind, and a gap that catch-up closes without a snapshot.
 */
export const entriesKept = ({ tau2Windows, selectionInterval }: AnchorParams): number =>
  4 * Number(tau2Windows) + 2 * Number(selectionInterval) + 64;

/** Windows for which bodies of operations and registrations are kept (09 §3). */
export const bodiesKept = ({ tau2Windows }: AnchorParams): number => 2 * Number(tau2Windows);

/**
 * Whether the certificate of a window outlives the last 64, as long as the entry: of a selection event, of a τ₂ boundary, of a snapshot
 * anchor and of the window after it, which names the anchor as its parent (09 §3, §9); and of every 64th window, so that whatever range
 * of the archive is asked for at once, there is one to adopt it by. Those take 3 384 bytes a signer: 4.3 MB a signer on the main network.
 */
export const isLastingCertificate = (params: AnchorParams, window: number, depthOf: DepthOf): boolean =>
  window % MOST_ARCHIVED === 0 ||
  isSelectionWindow(window, params.selectionInterval) ||
  isBoundary(window, params.tau2Windows) ||
  isSnapshotAnchor(params, window, depthOf) ||
  isSnapshotAnchor(params, window - 1, depthOf);
