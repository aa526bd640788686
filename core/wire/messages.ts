import type { Id } from '../bytes/bytes.ts';
import type { Header, Listed, Operation, Phase, ProtocolObject, Registration } from '../consensus/objects.ts';

/**
 * What peers say to each other, decoded (06 §6, 09 §3, §10, §11.3). Immutable: a simulation hands the same message to every
 * receiver. Byte forms are in `core/wire/codec.ts`.
 */
export type Message =
  | ObjectMessage
  | StemMessage
  | Status
  | Have
  | Want
  | Announce
  | ArchiveRequest
  | ArchiveResponse
  | ObjectRequest
  | ObjectResponse
  | ProofRequest
  | ProofResponse
  | SnapshotRequest
  | SnapshotChunk
  | SnapshotError;

/** 0x01, 0x03, 0x04, 0x10, 0x20–0x25: one gossiped object. */
export interface ObjectMessage {
  readonly type: 'object';
  readonly object: ProtocolObject;
}

/** What travels over a stem before it is gossiped (06 §10). */
export type Stemmed = Operation | Registration;

/** 0x01, 0x03, 0x04, 0x10 on its stem: the same envelope on a stream of its own (06 §2). No byte of it tells it apart. */
export interface StemMessage {
  readonly type: 'stem';
  readonly object: Stemmed;
}

/** 0x26: where a node stands. */
export interface Status {
  readonly type: 'status';
  /** Lowest window that is not final. */
  readonly window: number;
  readonly round: number;
  /** proposal_hash of window − 1; Genesis State Hash for window 0. */
  readonly finalHash: Id;
  readonly validRound: number;
  /** Zeros if there is none. */
  readonly validHash: Id;
}

export const SET_BUNDLE = 0;
export const SET_REVEAL = 1;
export const SET_PREVOTE = 2;
export const SET_PRECOMMIT = 3;
export type SetKind = 0 | 1 | 2 | 3;

/** One bitmap of 0x27 and 0x28: bit i = slot i of the window's roster, byte i>>3, bit i&7. Round 0 for kinds 0 and 1. */
export interface SlotSet {
  readonly kind: SetKind;
  readonly round: number;
  /** ⌈A/8⌉ bytes, A = roster size. */
  readonly bitmap: Uint8Array;
}

/** 0x27: which slots the sender holds. At most 8 sets. */
export interface Have {
  readonly type: 'have';
  readonly window: number;
  readonly sets: readonly SlotSet[];
}

/** 0x28: which slots the sender asks for; at most 256 bits in all. */
export interface Want {
  readonly type: 'want';
  readonly window: number;
  readonly sets: readonly SlotSet[];
}

/** Classes of 0x29, 0x45, 0x46 (09 §3). */
export const CLASS_OPERATION = 1;
export const CLASS_REGISTRATION = 2;
export const CLASS_BUNDLE = 3;
export const CLASS_REVEAL = 4;
export const CLASS_PROPOSAL = 5;
export const CLASS_EVIDENCE = 6;
export type ObjectClass = 1 | 2 | 3 | 4 | 5 | 6;

export interface ObjectName {
  readonly class: ObjectClass;
  readonly id: Id;
}

/** 0x29: objects without a slot that the sender holds; at most 1 024. */
export interface Announce {
  readonly type: 'announce';
  readonly names: readonly ObjectName[];
}

/** 0x40: chunks `resumeOffset` … last of the state of exactly this window (06 §7). */
export interface SnapshotRequest {
  readonly type: 'snapshot-request';
  readonly requestId: number;
  readonly anchorWindow: number;
  readonly resumeOffset: number;
}

/** 0x41: one chunk; each answers the request by its id. */
export interface SnapshotChunk {
  readonly type: 'snapshot-chunk';
  readonly requestId: number;
  readonly chunkIndex: number;
  readonly totalChunks: number;
  /** 1 accounts, 2 nodes, 3 candidates. */
  readonly tableId: number;
  readonly recordCount: number;
  /** recordCount × the size of the table's records. */
  readonly records: Uint8Array;
}

/** 0x42: why no snapshot comes (`SERVE_ERRORS`). */
export interface SnapshotError {
  readonly type: 'snapshot-error';
  readonly requestId: number;
  readonly code: number;
  /** Bytes for a person; read by nobody. */
  readonly message: readonly number[];
}

/** 0x43: final windows from `fromWindow` on, at most 64. */
export interface ArchiveRequest {
  readonly type: 'archive-request';
  readonly requestId: number;
  readonly fromWindow: number;
  readonly count: number;
}

/** One final window (0x44): enough to apply it again, given the bodies. */
export interface ArchiveEntry {
  readonly header: Header;
  readonly bundles: readonly Listed[];
  readonly reveals: readonly Listed[];
  /** op_hashes in apply order. */
  readonly operations: readonly Id[];
  readonly registrations: readonly Id[];
}

/** 0x44: whole entries, at most 1 MiB. */
export interface ArchiveResponse {
  readonly type: 'archive-response';
  readonly requestId: number;
  readonly entries: readonly ArchiveEntry[];
}

/** 0x45: at most 256 objects by identifier. */
export interface ObjectRequest {
  readonly type: 'object-request';
  readonly requestId: number;
  readonly names: readonly ObjectName[];
}

/** 0x46: those the sender holds, in request order, at most 1 MiB; unknown ones are left out. */
export interface ObjectResponse {
  readonly type: 'object-response';
  readonly requestId: number;
  readonly objects: readonly ProtocolObject[];
  /** True: stopped before 1 MiB, ask again from the first that was not answered. */
  readonly stopped: boolean;
}

/** 0x47: asks for a certificate (phase 2) or a prevote proof (phase 1). */
export interface ProofRequest {
  readonly type: 'proof-request';
  readonly requestId: number;
  readonly window: number;
  readonly phase: Phase;
  /** 0 = any. */
  readonly round: number;
  /** Zeros = any. */
  readonly proposalHash: Id;
  readonly from: number;
}

export interface ProofSignature {
  readonly nodeId: Id;
  /** 3309 bytes. */
  readonly signature: Uint8Array;
}

/** 0x48: at most 300 of the votes, node_id ascending; all parts together have weight ≥ Q. */
export interface ProofResponse {
  readonly type: 'proof-response';
  readonly requestId: number;
  readonly window: number;
  readonly phase: Phase;
  readonly round: number;
  readonly proposalHash: Id;
  readonly total: number;
  readonly from: number;
  readonly signatures: readonly ProofSignature[];
}
