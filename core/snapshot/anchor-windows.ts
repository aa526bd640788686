import { divide } from '../bytes/integers.ts';
import type { Params } from '../genesis/params.ts';
import { isAnchorWindow } from './side-from-archive.ts';

export type AnchorParams = Pick<Params, 'tau2Windows' | 'selectionInterval'>;

/** fallback_depth of the final proposal of a window; undefined: not known. */
export type DepthOf = (window: number) => number | undefined;

/** Windows k·selection_interval + 2 … (k + 1)·selection_interval + 1 are those of interval k. */
export const intervalOf = (params: AnchorParams, window: number): number =>
  divide(window - 2, Number(params.selectionInterval));

/** The lowest window that may be the anchor of interval k. */
export const firstOfInterval = (params: AnchorParams, k: number): number => k * Number(params.selectionInterval) + 2;

/**
 * The window whose state is served as the snapshot of selection interval k, the same at every node: the first of the interval behind
 * which side state can be derived (`SideFromArchive`), so that it and the window before it were decided without a fallback.
 * Undefined: none, or a depth is not known.
 */
export const anchorOfInterval = (params: AnchorParams, k: number, depthOf: DepthOf): number | undefined => {
  const first = firstOfInterval(params, k);
  const end = first + Number(params.selectionInterval);
  for (let window = first; window < end; window++) {
    const depth = depthOf(window);
    if (depth === undefined) return undefined;
    if (isAnchorWindow(window, params.tau2Windows) && depth === 1 && depthOf(window - 1) === 1) return window;
  }
  return undefined;
};

/** Whether a final window is a snapshot anchor. Asks for the depths of its interval so far, and of the window before it. */
export const isSnapshotAnchor = (params: AnchorParams, window: number, depthOf: DepthOf): boolean =>
  window >= 2 && anchorOfInterval(params, intervalOf(params, window), depthOf) === window;
