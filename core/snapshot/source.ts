import type { State } from '../state/view.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import { planSnapshot, snapshotChunks } from './chunks.ts';
import { MAX_RECORDS } from './limits.ts';

/** The chunks of a snapshot by their index, wherever they are kept. */
export interface SnapshotSource {
  /** One at least. */
  readonly totalChunks: number;
  /** More records than anybody accepts. */
  readonly isTooLarge?: boolean;
  /** Undefined: it is kept no more. */
  chunk(index: number): FastSyncResponse | undefined;
}

/** The chunks of a settled state that stays as it is; made as they are asked for, cheapest in order. */
export const sourceOf = (state: State, maxRecords: number = MAX_RECORDS): SnapshotSource => {
  const plan = planSnapshot(state);
  let chunks: Iterator<FastSyncResponse> | undefined;
  let next = 0;
  return {
    totalChunks: plan.totalChunks,
    isTooLarge: plan.records > maxRecords,
    chunk(index) {
      if (chunks === undefined || index !== next) chunks = snapshotChunks(state, plan, index);
      next = index + 1;
      const chunk = chunks.next();
      return chunk.done === true ? undefined : chunk.value;
    },
  };
};
