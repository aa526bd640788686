import type { Id } from '../bytes/bytes.ts';

/**
 * Decoded protocol objects: immutable, shared by reference between hosts of a simulation, judged by nobody yet.
 * `bytes` are the canonical bytes, `scope` the part that is signed, `id` = H(class tag, scope) (01 R1, R2).
 */
export interface Signed {
  readonly id: Id;
  readonly bytes: Uint8Array;
  readonly scope: Uint8Array;
  /** 3309 bytes. */
  readonly signature: Uint8Array;
}

/** BundledConfirmation: one per node and window (04 §4). `id` = bundle_hash. */
export interface Bundle extends Signed {
  readonly kind: 'bundle';
  readonly nodeId: Id;
  readonly endpoint: Id;
  readonly window: number;
  /** Identifiers of user operations and registrations. */
  readonly operations: readonly Id[];
  /** Identifiers of reveals of the window before. */
  readonly reveals: readonly Id[];
}

/** VDF_Reveal: a lottery ticket made public (04 §6.1). `id` = reveal_hash. */
export interface Reveal extends Signed {
  readonly kind: 'reveal';
  readonly nodeId: Id;
  readonly window: number;
  readonly endpoint: Id;
}

/** Proposal header (04 §8). `id` = proposal_hash. */
export interface Header extends Signed {
  readonly kind: 'header';
  readonly prevProposalHash: Id;
  readonly window: number;
  readonly protocolVersion: number;
  readonly controlRoot: Id;
  readonly nodeRoot: Id;
  readonly candidateRoot: Id;
  readonly accountRoot: Id;
  readonly stateRoot: Id;
  readonly timechainValue: Id;
  readonly includedBundlesRoot: Id;
  readonly includedRevealsRoot: Id;
  readonly winnerEndpoint: Id;
  readonly winnerId: Id;
  readonly proposerNodeId: Id;
  /** u128. */
  readonly target: bigint;
  readonly fallbackDepth: number;
}

/** An entry of a proposal's lists: whose object, and its identifier. */
export interface Listed {
  readonly nodeId: Id;
  readonly hash: Id;
}

/**
 * Proposal as gossiped, message 0x22 (09 §3): header and the two lists that reproduce its roots. `id` is proposal_hash for a
 * fresh one, H("mt-proposal", 77-byte scope) for a re-proposal (09 §12.8).
 */
export interface Proposal {
  readonly kind: 'proposal';
  readonly id: Id;
  readonly header: Header;
  /** BCs of the window, ascending node_id. */
  readonly bundles: readonly Listed[];
  /** Reveals of the window before, ascending node_id. */
  readonly reveals: readonly Listed[];
  /** 0: fresh. Else the round whose prevote quorum justifies the re-proposal. */
  readonly validRound: number;
  readonly reproposal: Reproposal | undefined;
}

/** What makes an old header the proposal of a later round: the signature of that round's leader. */
export interface Reproposal {
  readonly round: number;
  readonly leader: Id;
  /** 77 bytes. */
  readonly scope: Uint8Array;
  readonly signature: Uint8Array;
}

export const PREVOTE = 1;
export const PRECOMMIT = 2;
export type Phase = typeof PREVOTE | typeof PRECOMMIT;

/** ProposalVote (04 §9). `proposalHash` of a nil vote is the hash of the final proposal before (09 §3). `id` = vote_hash. */
export interface Vote extends Signed {
  readonly kind: 'vote';
  readonly phase: Phase;
  readonly round: number;
  readonly window: number;
  readonly proposalHash: Id;
  readonly nodeId: Id;
}

export const EVIDENCE_BUNDLE = 1;
export const EVIDENCE_VOTE = 2;
export const EVIDENCE_HEADER = 3;
export const EVIDENCE_REVEAL = 4;
export type EvidenceKind = 1 | 2 | 3 | 4;

/** Two conflicting signed objects of one signer for one slot (09 §3, 0x25). `id` = SHA-256(0x25 ‖ payload); `a` has the lower id. */
export interface Evidence {
  readonly kind: 'evidence';
  readonly id: Id;
  readonly bytes: Uint8Array;
  readonly evidenceKind: EvidenceKind;
  readonly signer: Id;
  readonly window: number;
  readonly a: Bundle | Vote | Header | Reveal;
  readonly b: Bundle | Vote | Header | Reveal;
}

/** Common to the user operations (03 §5). `id` = op_hash. */
interface OperationBase extends Signed {
  readonly kind: 'operation';
  readonly prevHash: Id;
  readonly sender: Id;
}

/** Transfer to an existing account, 3422 bytes. */
export interface Transfer extends OperationBase {
  readonly type: 'Transfer';
  readonly link: Id;
  readonly amount: bigint;
}

/** Transfer that creates its receiver, 5376 bytes. */
export interface TransferModeB extends OperationBase {
  readonly type: 'TransferModeB';
  readonly link: Id;
  readonly suiteId: number;
  readonly receiverPubkey: Uint8Array;
  readonly amount: bigint;
}

/** 5328 bytes. */
export interface ChangeKey extends OperationBase {
  readonly type: 'ChangeKey';
  readonly newSuiteId: number;
  readonly newPubkey: Uint8Array;
}

/** 3438 bytes. */
export interface Anchor extends OperationBase {
  readonly type: 'Anchor';
  readonly appId: Id;
  readonly dataHash: Id;
}

export type Operation = Transfer | TransferModeB | ChangeKey | Anchor;

/** NodeRegistration, 10 605 bytes (05 §3). `id` = nodereg_hash. */
export interface Registration extends Signed {
  readonly kind: 'registration';
  readonly nodeId: Id;
  readonly suiteId: number;
  readonly nodePubkey: Uint8Array;
  readonly operatorPubkey: Uint8Array;
  readonly operatorAccountId: Id;
  readonly proofEndpoint: Id;
  readonly wStart: bigint;
  readonly vdfChainLength: bigint;
  readonly operatorPop: Uint8Array;
}

/**
 * What a registration under `entryProof: sampled` opens of its chain once the window that took it is final (05 D-E5). It says all that
 * a check needs, its registration included. `id` = SHA-256(0x10 ‖ nodereg_hash ‖ W_p): a registration and a window have one answer.
 */
export interface Openings {
  readonly kind: 'openings';
  readonly id: Id;
  readonly bytes: Uint8Array;
  readonly registration: Registration;
  /** W_p: the window that took the registration. */
  readonly window: number;
  /** SampledProof. */
  readonly proof: Uint8Array;
}

/** Everything that is gossiped. */
export type ProtocolObject = Bundle | Reveal | Proposal | Vote | Evidence | Operation | Registration | Openings;
