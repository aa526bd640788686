import { fail, ok, type Result } from '../bytes/result.ts';
import type { Settled } from '../transition/settled.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import { planSnapshot, type SnapshotPlan, snapshotChunks } from './chunks.ts';
import { MAX_RECORDS } from './limits.ts';

/** Why a snapshot is not served, with the code of FastSyncError (06 §6). */
export const SERVE_ERRORS = { SnapshotUnavailable: 1, SnapshotTooLarge: 2 } as const;
export type ServeError = keyof typeof SERVE_ERRORS;

const plans = new WeakMap<Settled, SnapshotPlan>();

/**
 * The answer to a FastSyncRequest: chunks `resumeOffset` … last of the state exactly as of `anchorWindow` (06 §7), each to be sent
 * with the request's id, to the requester only. No other window stands in for the one that was asked for.
 *
 * `anchors` are the settled states that are kept; one that is served stays as it is until its last chunk was taken.
 * Errors: `SnapshotUnavailable`: no such anchor, or no such chunk; `SnapshotTooLarge`: nobody would accept it.
 */
export const serveSnapshot = (
  anchors: Iterable<Settled>,
  anchorWindow: bigint,
  resumeOffset: bigint,
  maxRecords: number = MAX_RECORDS,
): Result<Generator<FastSyncResponse, void>, ServeError> => {
  for (const anchor of anchors) {
    if (BigInt(anchor.window) !== anchorWindow) continue;
    let plan = plans.get(anchor);
    if (plan === undefined) {
      plan = planSnapshot(anchor.state);
      plans.set(anchor, plan);
    }
    if (plan.records > maxRecords) return fail('SnapshotTooLarge');
    if (resumeOffset >= BigInt(plan.totalChunks)) return fail('SnapshotUnavailable');
    return ok(snapshotChunks(anchor.state, plan, Number(resumeOffset)));
  }
  return fail('SnapshotUnavailable');
};
