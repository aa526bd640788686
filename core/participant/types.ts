import type { Id } from '../bytes/bytes.ts';
import type {
  Bundle,
  Evidence,
  Operation,
  Proposal,
  ProtocolObject,
  Registration,
  Reveal,
  Vote,
} from '../consensus/objects.ts';
import type { Roster } from '../consensus/roster.ts';
import type { Delta } from '../state/state.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveEntry, ObjectName } from '../wire/messages.ts';

/** When a held object is worth offering again: T of the window known, window entered, or a later window final. */
export interface Condition {
  readonly until: 'timechain' | 'window' | 'final';
  readonly window: number;
}

/**
 * What the participant says of an offered object: gossip forwards an accepted one, keeps a held one and offers it again on
 * `ready`, drops a stale one without blame, and blames the sender of a rejected one.
 */
export type Verdict =
  | { readonly type: 'accept' }
  | { readonly type: 'hold'; readonly until: Condition }
  | { readonly type: 'stale' }
  | { readonly type: 'reject'; readonly reason: string };

/** Where this node stands: what Status says (09 §10, §12.14). Round 0 before round 1. */
export interface Standing {
  readonly window: number;
  readonly round: number;
  readonly finalHash: Id;
  readonly validRound: number;
  readonly validHash: Id;
}

/** A quorum of equal votes, frozen when first held: what 0x47 is answered from. Node ids ascending. */
export interface Quorum {
  readonly window: number;
  readonly phase: 1 | 2;
  readonly round: number;
  readonly proposalHash: Id;
  readonly votes: readonly Vote[];
}

/**
 * Whose stretch is hashed: the main chain's, or, on a core beside it, that of the node's own candidate chain (05 §2) or of a chain
 * whose openings it checks (05 D-E5), or one whose length is to be measured (04 §15.3).
 */
export type ChainName = 'chain' | 'candidate' | 'check' | 'measure';

/** One stretch of a chain: T_{window−1} to T_window of the main chain, the segment of `window` of a candidate chain. */
export interface ChainJob {
  readonly type: ChainName;
  readonly window: number;
  readonly from: Id;
  /** Of `measure`, at most so many. */
  readonly iterations: number;
  /** Of `measure`: the value it ends at. */
  readonly until?: Id;
}

export interface ChainResult {
  readonly type: ChainName;
  readonly window: number;
  readonly from: Id;
  readonly value: Id;
  /** Of `measure`: after how many iterations the value came; absent: after none of them. */
  readonly iterations?: number;
}

/** A final window, written as one transaction before the bundle of the next is sent (09 §12.15a). */
export interface FinalRecord {
  readonly settled: Settled;
  readonly delta: Delta;
  readonly proposal: Proposal;
  readonly entry: ArchiveEntry;
  readonly operations: readonly Operation[];
  readonly registrations: readonly Registration[];
  /** Empty where rules.finality is first-valid, and for windows adopted below a later certificate (09 §9). */
  readonly certificate: readonly Vote[];
}

/** A proposal with every body its validation used (09 §12.15b). */
export interface HeldProposal {
  readonly proposal: Proposal;
  readonly bundles: readonly Bundle[];
  readonly reveals: readonly Reveal[];
  readonly operations: readonly Operation[];
  readonly registrations: readonly Registration[];
  /** The round of its prevote quorum, and that quorum. */
  readonly round: number;
  readonly prevotes: readonly Vote[];
}

/** Which operation this node confirms for a (sender, prev_hash), kept 13 windows (03 §6.3.5, 04 §4). */
export interface StickyChoice {
  readonly sender: Id;
  readonly prevHash: Id;
  readonly operation: Id;
  /** The last window whose bundle of this node lists it. */
  readonly window: number;
}

/** Operations that forked and reached no quorum: not confirmed by this node until the frontier moves (03 §6.3.5). */
export interface RejectedFork {
  readonly sender: Id;
  readonly prevHash: Id;
  readonly operations: readonly Id[];
}

/** What a node remembers of its own confirmations, whatever it signs in a window (09 §12.15c). */
export interface Memory {
  readonly sticky: readonly StickyChoice[];
  readonly rejected: readonly RejectedFork[];
}

/** A candidate chain as far as it is hashed: e_0 … e_L, begun in window `wStart` (05 §2). */
export interface CandidateChain {
  readonly wStart: number;
  readonly checkpoints: readonly Id[];
}

/** What this node has signed and locked in the open window (09 §8.8, §11.2.8, §12.15b): nothing else may be signed there. */
export interface OpenRecord extends Memory {
  readonly window: number;
  readonly round: number;
  /** Own objects in the order they were signed. */
  readonly signed: readonly (Bundle | Reveal | Proposal | Vote)[];
  /** Bodies that the own bundle lists: were they lost everywhere at once, no proposal could ever be judged (09 §12.13). */
  readonly listed: readonly (Reveal | Operation | Registration)[];
  readonly locked: HeldProposal | undefined;
  readonly valid: HeldProposal | undefined;
  /** Certificate of the final window before: a peer one window behind may have nobody else to ask (09 §10.6). */
  readonly certificate: readonly Vote[];
  /** The own candidate chain: what was hashed since the last record is hashed again after a crash. */
  readonly chain: CandidateChain | undefined;
}

/** What survives a crash, as the shell hands it back. */
export interface Opened {
  readonly settled: Settled;
  /** The last one that was persisted, behind an adopted snapshot of a window that is over; undefined at the first start. */
  readonly open: OpenRecord | undefined;
}

/** An operation that reached quorum inside bundles of `window`: confirmed (04 §4). */
export interface OperationNotice {
  readonly operation: Id;
  readonly window: number;
}

export type ParticipantEffect =
  | { readonly type: 'publish'; readonly object: ProtocolObject }
  | { readonly type: 'need'; readonly names: readonly ObjectName[] }
  | { readonly type: 'ready'; readonly condition: Condition }
  | { readonly type: 'entered'; readonly window: number; readonly roster: Roster }
  | { readonly type: 'standing'; readonly standing: Standing }
  | { readonly type: 'quorum'; readonly quorum: Quorum }
  | { readonly type: 'work'; readonly job: ChainJob }
  | { readonly type: 'cancel'; readonly job: ChainJob }
  /** Replaces the alarm before: a tick is due when the iteration count reaches `at`; undefined: none. */
  | { readonly type: 'alarm'; readonly at: number | undefined }
  /** Barrier: nothing after it happens before it is durable. What it does not say is gone: `open` of a window before is. */
  | { readonly type: 'persist'; readonly final: FinalRecord | undefined; readonly open: OpenRecord | undefined }
  | { readonly type: 'final'; readonly record: FinalRecord; readonly round: number }
  | { readonly type: 'confirmed'; readonly notice: OperationNotice }
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** What became of an operation of the user that waited for its window. */
  | { readonly type: 'submitted'; readonly operation: Operation; readonly verdict: Verdict }
  /** A safety failure or a fatal invariant: the node stops speaking (09 §12.17). */
  | { readonly type: 'stop'; readonly reason: string };

/** Counters a shell charges CPU time for. Incremented by the core, read by the shell; they never influence a result. */
export interface Meter {
  verifications: number;
  signatures: number;
  hashes: number;
  records: number;
}
