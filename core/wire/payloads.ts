import type { Id } from '../bytes/bytes.ts';
import {
  blob,
  bool,
  id32,
  type Kind,
  type LayoutError,
  layout,
  list,
  Reader,
  raw,
  u8,
  u16,
  u32,
  u64,
} from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { SIGNATURE_SIZE } from '../crypto/suite.ts';
import { CLASS_EVIDENCE, CLASS_OPERATION, SET_PRECOMMIT, SET_PREVOTE } from './messages.ts';

/**
 * `TruncatedPayload`: the fixed head is incomplete, or an inner length runs out. `PayloadLengthMismatch`: any other wrong length.
 * `InvalidPayloadField`: a value out of range.
 */
export type PayloadError = 'TruncatedPayload' | 'PayloadLengthMismatch' | 'InvalidPayloadField';

/** How the payload of one message code is encoded. Values mirror the layout, field by field. */
export interface Payload<T> {
  readonly kind: Kind<T>;
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): Result<T, PayloadError>;
}

interface Table<T> extends Kind<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): Result<T, LayoutError>;
}

const payload = <T>(
  table: Table<T>,
  short: (bytes: Uint8Array) => PayloadError,
  valid: (value: T) => boolean,
): Payload<T> => ({
  kind: table,
  encode: (value) => table.encode(value),
  decode(bytes) {
    const decoded = table.decode(bytes);
    if (!decoded.ok) {
      if (decoded.error === 'Truncated') return fail(short(bytes));
      return fail(decoded.error === 'TrailingBytes' ? 'PayloadLengthMismatch' : 'InvalidPayloadField');
    }
    return valid(decoded.value) ? decoded : fail('InvalidPayloadField');
  },
});

/** Bytes of a head before a list of elements of one size: below it a payload is truncated, above it it has the wrong length. */
const headed = <T>(table: Table<T>, head: number, valid: (value: T) => boolean = () => true): Payload<T> =>
  payload(table, (bytes) => (bytes.length < head ? 'TruncatedPayload' : 'PayloadLengthMismatch'), valid);

/** A payload of one size. */
const fixed = <T>(table: Table<T>, valid: (value: T) => boolean = () => true): Payload<T> => headed(table, 0, valid);

/** A payload with inner lengths. */
const nested = <T>(table: Table<T>, valid: (value: T) => boolean = () => true): Payload<T> =>
  payload(table, () => 'TruncatedPayload', valid);

const isClass = (value: number): boolean => value >= CLASS_OPERATION && value <= CLASS_EVIDENCE;

// 09 §10: between links

export const STATUS = fixed(
  layout('Status', { window: u64, round: u16, finalHash: id32, validRound: u16, validHash: id32 }),
);

/** Class and identifier of an object, 33 bytes (09 §3). */
const NAME = layout('ObjectName', { class: u8, id: id32 });

export const MOST_ANNOUNCED = 1024;
export const ANNOUNCE = headed(
  layout('Announce', { names: list(NAME) }),
  2,
  ({ names }) => names.length <= MOST_ANNOUNCED && names.every((name) => isClass(name.class)),
);

export interface SlotSetValue {
  readonly kind: number;
  readonly round: number;
  readonly bitmap: Uint8Array;
}

export interface SlotSetsValue {
  readonly window: bigint;
  readonly sets: readonly SlotSetValue[];
}

export const MOST_SETS = 8;
const SLOT_SETS_HEAD = layout('SlotSetsHead', { window: u64, count: u8 });
const SLOT_SET_HEAD = layout('SlotSetHead', { kind: u8, round: u16 });

/** Whether a set's head is one of kinds 0 … 3, with round 0 for kinds 0 and 1 only. */
const isSetHead = (head: { readonly kind: number; readonly round: number }): boolean =>
  head.kind <= SET_PRECOMMIT && head.kind >= SET_PREVOTE === head.round > 0;

/** 0x27 and 0x28: the bitmaps of one message have one length, ⌈A/8⌉, that the bytes do not state. */
const slotSets: Table<SlotSetsValue> = {
  minimum: SLOT_SETS_HEAD.minimum,
  sizeOf(value) {
    let size = SLOT_SETS_HEAD.minimum;
    for (const set of value.sets) size += SLOT_SET_HEAD.minimum + set.bitmap.length;
    return size;
  },
  write(writer, value) {
    SLOT_SETS_HEAD.write(writer, { window: value.window, count: value.sets.length });
    for (const set of value.sets) {
      SLOT_SET_HEAD.write(writer, set);
      raw(set.bitmap.length).write(writer, set.bitmap);
    }
  },
  read(reader) {
    const { window, count } = SLOT_SETS_HEAD.read(reader);
    if (reader.error !== undefined || count === 0) return { window, sets: [] };
    if (count > MOST_SETS) {
      reader.error = 'TooMany';
      return { window, sets: [] };
    }
    const rest = reader.bytes.length - reader.offset;
    const bitmap = raw(rest < count * SLOT_SET_HEAD.minimum ? 0 : bitmapSize(rest, count));
    const sets: SlotSetValue[] = [];
    for (let i = 0; i < count; i++) sets.push({ ...SLOT_SET_HEAD.read(reader), bitmap: bitmap.read(reader) });
    return { window, sets };
  },
  encode: (value) => encodeWith(slotSets, value),
  decode: (bytes) => decodeWith(slotSets, bytes),
};

const bitmapSize = (rest: number, count: number): number =>
  Number(BigInt(rest) / BigInt(count)) - SLOT_SET_HEAD.minimum;

const areSetHeads = ({ sets }: SlotSetsValue): boolean => sets.every(isSetHead);
export const HAVE = headed(slotSets, SLOT_SETS_HEAD.minimum, areSetHeads);

export const MOST_WANTED = 256;
export const WANT = headed(
  slotSets,
  SLOT_SETS_HEAD.minimum,
  (value) => areSetHeads(value) && countBits(value.sets) <= MOST_WANTED,
);

const countBits = (sets: readonly SlotSetValue[]): number => {
  let count = 0;
  for (const { bitmap } of sets) for (const byte of bitmap) for (let rest = byte; rest > 0; rest &= rest - 1) count++;
  return count;
};

// 09 §3: requests and responses

export const MOST_ARCHIVED = 64;
export const ARCHIVE_REQUEST = fixed(
  layout('ArchiveRangeRequest', { fromWindow: u64, count: u16 }),
  ({ count }) => count <= MOST_ARCHIVED,
);
export const ARCHIVE_RESPONSE = nested(layout('ArchiveRangeResponse', { entries: list(blob) }));

export const MOST_REQUESTED = 256;
export const OBJECT_REQUEST = headed(
  layout('ObjectRequest', { names: list(NAME) }),
  2,
  ({ names }) => names.length <= MOST_REQUESTED && names.every((name) => isClass(name.class)),
);
export const OBJECT_RESPONSE = nested(
  layout('ObjectResponse', { objects: list(layout('ObjectBody', { class: u8, bytes: blob })), stopped: bool }),
  ({ objects }) => objects.length <= MOST_REQUESTED && objects.every((object) => isClass(object.class)),
);

const isPhase = (phase: number): boolean => phase === 1 || phase === 2;
export const PROOF_REQUEST = fixed(
  layout('CertificateRequest', { window: u64, phase: u8, round: u16, proposalHash: id32, from: u16 }),
  ({ phase }) => isPhase(phase),
);

export const MOST_SIGNATURES = 300;
const PROOF_SIGNATURE = layout('ProofSignature', { nodeId: id32, signature: raw(SIGNATURE_SIZE) });
const PROOF_RESPONSE_HEAD = 8 + 1 + 2 + 32 + 2 + 2 + 2;
export const PROOF_RESPONSE = headed(
  layout('CertificateResponse', {
    window: u64,
    phase: u8,
    round: u16,
    proposalHash: id32,
    total: u16,
    from: u16,
    signatures: list(PROOF_SIGNATURE),
  }),
  PROOF_RESPONSE_HEAD,
  ({ phase, total, from, signatures }) =>
    isPhase(phase) &&
    signatures.length <= MOST_SIGNATURES &&
    from + signatures.length <= total &&
    rises(signatures.map((signature) => signature.nodeId)),
);

const rises = (ids: readonly Id[]): boolean => ids.every((id, i) => i === 0 || (ids[i - 1] as Id) < id);

// 06 §7, §8, §6: snapshots, host services, peers, keepalive

export const FAST_SYNC_REQUEST = fixed(layout('FastSyncRequest', { anchorWindow: u64, resumeOffset: u64 }));

/** The records of one table follow the head; their size is the table's (06 §7) and is judged by who assembles the snapshot. */
const FAST_SYNC_HEAD = layout('FastSyncResponseHead', {
  chunkIndex: u32,
  totalChunks: u32,
  tableId: u8,
  recordCount: u32,
});

export interface FastSyncResponse {
  readonly chunkIndex: number;
  readonly totalChunks: number;
  /** 1 accounts, 2 nodes, 3 candidates; 4 is reserved. */
  readonly tableId: number;
  readonly recordCount: number;
  readonly records: Uint8Array;
}

const fastSyncResponse: Table<FastSyncResponse> = {
  minimum: FAST_SYNC_HEAD.minimum,
  sizeOf: (value) => FAST_SYNC_HEAD.minimum + value.records.length,
  write(writer, value) {
    FAST_SYNC_HEAD.write(writer, value);
    raw(value.records.length).write(writer, value.records);
  },
  read(reader) {
    const head = FAST_SYNC_HEAD.read(reader);
    return { ...head, records: raw(reader.bytes.length - reader.offset).read(reader) };
  },
  encode: (value) => encodeWith(fastSyncResponse, value),
  decode: (bytes) => decodeWith(fastSyncResponse, bytes),
};

export const FAST_SYNC_RESPONSE = headed(
  fastSyncResponse,
  FAST_SYNC_HEAD.minimum,
  ({ chunkIndex, totalChunks, tableId }) => chunkIndex < totalChunks && tableId >= 1 && tableId <= 3,
);

const MESSAGE_TEXT = list(u8, u8);
export const FAST_SYNC_ERROR = headed(layout('FastSyncError', { code: u8, message: MESSAGE_TEXT }), 2);

/** What is known of a peer, 59 bytes (06 §6). An IPv4 address stands in the last four bytes of `ip`, after twelve zeros. */
const PEER_ENTRY = layout('PeerEntry', { ipVersion: u8, ip: raw(16), port: u16, nodeId: id32, startWindow: u64 });

const isPeerEntry = (entry: { readonly ipVersion: number; readonly ip: Uint8Array }): boolean =>
  entry.ipVersion === 6 || (entry.ipVersion === 4 && entry.ip.every((byte, i) => i >= 12 || byte === 0));

export const MOST_PEERS = 100;
export const PEER_LIST_REQUEST = fixed(layout('PeerListRequest', { maxCount: u16 }));
export const PEER_LIST_RESPONSE = headed(
  layout('PeerListResponse', { peers: list(PEER_ENTRY) }),
  2,
  ({ peers }) => peers.length <= MOST_PEERS && peers.every(isPeerEntry),
);

/** Sixteen accounts, one of them real (06 §8); the service, not the codec, judges type and count. */
export const BATCH_LOOKUP_REQUEST = headed(
  layout('BatchLookupRequest', { queryType: u8, accountIds: list(id32, u8) }),
  2,
);
export const BATCH_LOOKUP_BUNDLES = nested(
  layout('BatchLookupResponse', { queryType: u8, results: list(blob, u8) }),
  ({ queryType }) => queryType === 1,
);
export const BATCH_LOOKUP_EXISTENCE = headed(
  layout('BatchLookupResponse', { queryType: u8, results: list(bool, u8) }),
  2,
  ({ queryType }) => queryType === 3,
);
export const BATCH_LOOKUP_ERROR = fixed(layout('BatchLookupError', { queryType: u8, code: u8 }));

export const MOST_LABELS = 10_000;
export const RANGE_SUBSCRIBE_REQUEST = headed(
  layout('RangeSubscribeRequest', { labels: list(id32) }),
  2,
  ({ labels }) => labels.length <= MOST_LABELS,
);
export const RANGE_SUBSCRIBE_RESPONSE = nested(
  layout('RangeSubscribeResponse', { blobs: list(layout('Blob', { label: id32, data: blob })) }),
);
export const RANGE_SUBSCRIBE_ERROR = fixed(layout('RangeSubscribeError', { code: u8 }));

export const EMPTY_PAYLOAD = fixed(layout('Empty', {}));

/** Reasons 0 … 5 have a meaning (06 §6); any other is a plain close. */
export const BYE = fixed(layout('Bye', { reason: u8 }));
export const isKnownByeReason = (reason: number): boolean => reason <= 5;

const encodeWith = <T>(kind: Kind<T>, value: T): Uint8Array => {
  const bytes = new Uint8Array(kind.sizeOf(value));
  kind.write({ bytes, offset: 0 }, value);
  return bytes;
};

const decodeWith = <T>(kind: Kind<T>, bytes: Uint8Array): Result<T, LayoutError> => {
  const reader = new Reader(bytes);
  const value = kind.read(reader);
  if (reader.error !== undefined) return fail(reader.error);
  return reader.offset === bytes.length ? ok(value) : fail('TrailingBytes');
};
