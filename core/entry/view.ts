import type { Id } from '../bytes/bytes.ts';
import type { AccountSet, AccountView } from '../operations/accounts.ts';
import type { CandidateRecord, NodeRecord } from '../state/records.ts';

/*
 * How a node enters (05). A candidate hashes a chain of its own (`candidate-chain`), then publishes a registration
 * (`registration`), which is judged when heard and again when applied (`registration-rules`, with `required-length` and
 * `entry-proof`; where chains are too long to be hashed again, it waits unproven (`waiting`) until what it publishes then (`openings`:
 * `sampled-proof` with `checkpoint-tree` and `challenge`) is seen to hold). The
 * registrations of a window enter the candidate pool in one order (`batch`); candidates leave it by expiry or by a selection event,
 * which makes them nodes and may redirect the emission (`selection`). All of it is pure: the two ports below stand for the tables.
 */

/** What the checks of a registration ask of a settled state, or of the window being applied (05 §3). */
export interface EntryView extends AccountView {
  hasNode(nodeId: Id): boolean;
  hasCandidate(nodeId: Id): boolean;
  /** Whether a record of the candidate pool names this operator account (05 D-E3). */
  isPooledOperator(accountId: Id): boolean;
  /** Proven candidates in the pool: `pending` of the required length (05 §4). */
  readonly poolSize: number;
}

/** The tables of a window being applied, as entry changes them. */
export interface EntrySet extends EntryView, AccountSet {
  candidate(nodeId: Id): CandidateRecord | undefined;
  /** The candidate pool, unproven ones included, ascending node_id. */
  candidates(): Iterable<CandidateRecord>;
  putCandidate(record: CandidateRecord): void;
  removeCandidate(nodeId: Id): void;
  putNode(record: NodeRecord): void;
}
