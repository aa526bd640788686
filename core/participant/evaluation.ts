import { compareIds, type Id } from '../bytes/bytes.ts';
import type { Cemented } from '../consensus/cementing.ts';
import type { Bundle, Listed, Operation, Registration, Reveal } from '../consensus/objects.ts';
import type { Outcome } from '../transition/apply.ts';
import type { Settled } from '../transition/settled.ts';
import type { Meter } from './types.ts';

/** Steps 9–13 of 04 §10: what a proposal does to the state, or why it is invalid. */
export type Applied =
  | { readonly valid: true; readonly outcome: Outcome; readonly settled: Settled }
  | { readonly valid: false; readonly reason: string; readonly outcome: Outcome | undefined };

export const invalid = (reason: string): Applied => ({ valid: false, reason, outcome: undefined });

/** Every body that judging a proposal used (09 §12.15). */
export interface Bodies {
  readonly bundles: readonly Bundle[];
  readonly reveals: readonly Reveal[];
  readonly operations: readonly Operation[];
  readonly registrations: readonly Registration[];
}

export interface Evaluation {
  readonly applied: Applied;
  readonly bodies: Bodies;
}

/**
 * Where a shell may remember pure results shared by many hosts: both depend on (settled state, proposal hash) alone, because the
 * header's roots commit every list, and `applied` is asked only where control_root is that of the registrations at hand. It may
 * change speed, never results; a hit costs the same virtual time as a miss.
 */
export interface ApplyMemo {
  cemented(settled: Settled, proposalHash: Id, compute: () => Cemented): Cemented;
  applied(settled: Settled, proposalHash: Id, compute: () => Applied): Applied;
}

/** Remembers nothing. */
export const NO_MEMO: ApplyMemo = {
  cemented: (_settled, _hash, compute) => compute(),
  applied: (_settled, _hash, compute) => compute(),
};

/**
 * Charges for settling a window whether or not it was remembered: a hit costs the same virtual time as a miss. Every operation is
 * verified once, whatever the computation at hand really did.
 */
export const charged = (meter: Meter, operations: number, settle: () => Applied): Applied => {
  const { verifications } = meter;
  const applied = settle();
  meter.verifications = verifications + operations;
  if (applied.outcome !== undefined) {
    meter.hashes += applied.outcome.cost.hashes;
    meter.records += applied.outcome.cost.records;
  }
  return applied;
};

/** Lists in the order of the wire: ascending node_id. */
export const listed = (objects: readonly (Bundle | Reveal)[]): readonly Listed[] =>
  objects.map(({ nodeId, id }) => ({ nodeId, hash: id })).sort((a, b) => compareIds(a.nodeId, b.nodeId));
