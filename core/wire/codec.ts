import { fail, ok, type Result } from '../bytes/result.ts';
import type { Phase, ProtocolObject } from '../consensus/objects.ts';
import type { LeaderOf } from '../consensus/proposal.ts';
import { decodeEnvelope, type Envelope, type EnvelopeError, encodeEnvelope } from './envelope.ts';
import type { ArchiveEntry, Message, ObjectClass, ObjectName, SlotSet, StemMessage, Stemmed } from './messages.ts';
import {
  classOf,
  codeOfObject,
  decodeArchiveEntry,
  decodeBody,
  decodeObject,
  encodeArchiveEntry,
  encodeObject,
  isStemmed,
  type ObjectError,
} from './objects.ts';
import {
  ANNOUNCE,
  ARCHIVE_REQUEST,
  ARCHIVE_RESPONSE,
  FAST_SYNC_ERROR,
  FAST_SYNC_REQUEST,
  FAST_SYNC_RESPONSE,
  HAVE,
  OBJECT_REQUEST,
  OBJECT_RESPONSE,
  type Payload,
  type PayloadError,
  PROOF_REQUEST,
  PROOF_RESPONSE,
  STATUS,
  WANT,
} from './payloads.ts';

/**
 * `NoMessage`: a type of the registry that is not for this codec (keepalive, host services). `NotStemmed`: a message
 * that never travels over a stem.
 */
export type MessageError = EnvelopeError | PayloadError | ObjectError | 'NoMessage' | 'NotStemmed';

/** A message as one envelope (06 §6): header, then payload. One on its stem has the bytes of its object's own message (06 §10). */
export const encodeMessage = (message: Message): Uint8Array => encodeEnvelope(envelopeOf(message));

const envelopeOf = (message: Message): Envelope => {
  switch (message.type) {
    case 'object':
    case 'stem':
      return envelope(codeOfObject(message.object), 0, encodeObject(message.object));
    case 'status':
      return envelope(0x26, 0, STATUS.encode({ ...message, window: BigInt(message.window) }));
    case 'have':
      return envelope(0x27, 0, HAVE.encode({ ...message, window: BigInt(message.window) }));
    case 'want':
      return envelope(0x28, 0, WANT.encode({ ...message, window: BigInt(message.window) }));
    case 'announce':
      return envelope(0x29, 0, ANNOUNCE.encode(message));
    case 'snapshot-request':
      return envelope(
        0x40,
        message.requestId,
        FAST_SYNC_REQUEST.encode({
          anchorWindow: BigInt(message.anchorWindow),
          resumeOffset: BigInt(message.resumeOffset),
        }),
      );
    case 'snapshot-chunk':
      return envelope(0x41, message.requestId, FAST_SYNC_RESPONSE.encode(message));
    case 'snapshot-error':
      return envelope(0x42, message.requestId, FAST_SYNC_ERROR.encode(message));
    case 'archive-request':
      return envelope(
        0x43,
        message.requestId,
        ARCHIVE_REQUEST.encode({ fromWindow: BigInt(message.fromWindow), count: message.count }),
      );
    case 'archive-response':
      return envelope(
        0x44,
        message.requestId,
        ARCHIVE_RESPONSE.encode({ entries: message.entries.map(encodeArchiveEntry) }),
      );
    case 'object-request':
      return envelope(0x45, message.requestId, OBJECT_REQUEST.encode(message));
    case 'object-response':
      return envelope(
        0x46,
        message.requestId,
        OBJECT_RESPONSE.encode({ objects: message.objects.map(bodyOf), stopped: message.stopped }),
      );
    case 'proof-request':
      return envelope(0x47, message.requestId, PROOF_REQUEST.encode({ ...message, window: BigInt(message.window) }));
    case 'proof-response':
      return envelope(0x48, message.requestId, PROOF_RESPONSE.encode({ ...message, window: BigInt(message.window) }));
  }
};

const envelope = (code: number, requestId: number, payload: Uint8Array): Envelope => ({
  code,
  requestId: BigInt(requestId),
  payload,
});

/** A vote has no class; one in a response is a defect of the caller, and refused by every receiver. */
const bodyOf = (object: ProtocolObject): { readonly class: number; readonly bytes: Uint8Array } => ({
  class: classOf(object) ?? 0,
  bytes: encodeObject(object),
});

/** Windows and request ids are u64 on the wire and safe integers in memory: a larger one names nothing. */
const isSafe = (value: bigint): boolean => value <= BigInt(Number.MAX_SAFE_INTEGER);

/**
 * The message in one envelope. `leaderOf` names the leader of a round, as far as it is known: the identifier of a re-proposal
 * depends on it. `UnknownLeader` and `NoMessage` are no fault of the sender; every other error is (06 §11 B4).
 */
export const decodeMessage = (bytes: Uint8Array, leaderOf: LeaderOf): Result<Message, MessageError> => {
  const decoded = decodeEnvelope(bytes);
  if (!decoded.ok) return decoded;
  const { code, payload, requestId } = decoded.value;
  const object = decodeObject(code, payload, leaderOf);
  if (object !== undefined) return object.ok ? ok({ type: 'object', object: object.value }) : object;
  if (!isSafe(requestId)) return fail('InvalidPayloadField');
  return decodePayload(code, Number(requestId), payload, leaderOf);
};

/** The message in an envelope that came over the stem stream (06 §10). */
export const decodeStemMessage = (bytes: Uint8Array): Result<StemMessage, MessageError> => {
  const decoded = decodeEnvelope(bytes);
  if (!decoded.ok) return decoded;
  const object = decodeObject(decoded.value.code, decoded.value.payload, () => undefined);
  if (object === undefined || (object.ok && !isStemmed(object.value))) return fail('NotStemmed');
  return object.ok ? ok({ type: 'stem', object: object.value as Stemmed }) : object;
};

const decodePayload = (
  code: number,
  requestId: number,
  payload: Uint8Array,
  leaderOf: LeaderOf,
): Result<Message, MessageError> => {
  switch (code) {
    case 0x26:
      return windowed(STATUS, payload, (value) => ({ type: 'status', ...value }));
    case 0x27:
      return windowed(HAVE, payload, ({ window, sets }) => ({
        type: 'have',
        window,
        sets: sets as readonly SlotSet[],
      }));
    case 0x28:
      return windowed(WANT, payload, ({ window, sets }) => ({
        type: 'want',
        window,
        sets: sets as readonly SlotSet[],
      }));
    case 0x29:
      return decodedAs(ANNOUNCE, payload, ({ names }) => ({ type: 'announce', names: names as readonly ObjectName[] }));
    case 0x40:
      return decodeSnapshotRequest(requestId, payload);
    case 0x41:
      return decodedAs(FAST_SYNC_RESPONSE, payload, (value) => ({ type: 'snapshot-chunk', requestId, ...value }));
    case 0x42:
      return decodedAs(FAST_SYNC_ERROR, payload, (value) => ({ type: 'snapshot-error', requestId, ...value }));
    case 0x43:
      return decodeArchiveRequest(requestId, payload);
    case 0x44:
      return decodeArchiveResponse(requestId, payload);
    case 0x45:
      return decodedAs(OBJECT_REQUEST, payload, ({ names }) => ({
        type: 'object-request',
        requestId,
        names: names as readonly ObjectName[],
      }));
    case 0x46:
      return decodeObjectResponse(requestId, payload, leaderOf);
    case 0x47:
      return windowed(PROOF_REQUEST, payload, (value) => ({
        type: 'proof-request',
        requestId,
        ...value,
        phase: value.phase as Phase,
      }));
    case 0x48:
      return windowed(PROOF_RESPONSE, payload, (value) => ({
        type: 'proof-response',
        requestId,
        ...value,
        phase: value.phase as Phase,
      }));
    default:
      return fail('NoMessage');
  }
};

const decodedAs = <T>(
  layout: Payload<T>,
  payload: Uint8Array,
  make: (value: T) => Message,
): Result<Message, PayloadError> => {
  const decoded = layout.decode(payload);
  return decoded.ok ? ok(make(decoded.value)) : decoded;
};

/** As above, for payloads that begin with a window. */
const windowed = <T extends { readonly window: bigint }>(
  layout: Payload<T>,
  payload: Uint8Array,
  make: (value: Omit<T, 'window'> & { readonly window: number }) => Message,
): Result<Message, PayloadError> => {
  const decoded = layout.decode(payload);
  if (!decoded.ok) return decoded;
  if (!isSafe(decoded.value.window)) return fail('InvalidPayloadField');
  return ok(make({ ...decoded.value, window: Number(decoded.value.window) }));
};

const decodeSnapshotRequest = (requestId: number, payload: Uint8Array): Result<Message, PayloadError> => {
  const decoded = FAST_SYNC_REQUEST.decode(payload);
  if (!decoded.ok) return decoded;
  const { anchorWindow, resumeOffset } = decoded.value;
  if (!isSafe(anchorWindow) || !isSafe(resumeOffset)) return fail('InvalidPayloadField');
  return ok({
    type: 'snapshot-request',
    requestId,
    anchorWindow: Number(anchorWindow),
    resumeOffset: Number(resumeOffset),
  });
};

const decodeArchiveRequest = (requestId: number, payload: Uint8Array): Result<Message, PayloadError> => {
  const decoded = ARCHIVE_REQUEST.decode(payload);
  if (!decoded.ok) return decoded;
  const { fromWindow, count } = decoded.value;
  if (!isSafe(fromWindow)) return fail('InvalidPayloadField');
  return ok({ type: 'archive-request', requestId, fromWindow: Number(fromWindow), count });
};

const decodeArchiveResponse = (requestId: number, payload: Uint8Array): Result<Message, MessageError> => {
  const decoded = ARCHIVE_RESPONSE.decode(payload);
  if (!decoded.ok) return decoded;
  const entries: ArchiveEntry[] = [];
  for (const bytes of decoded.value.entries) {
    const entry = decodeArchiveEntry(bytes);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  return ok({ type: 'archive-response', requestId, entries });
};

/** Bodies whose leader is unknown are left out: the rest of the answer is worth having. */
const decodeObjectResponse = (
  requestId: number,
  payload: Uint8Array,
  leaderOf: LeaderOf,
): Result<Message, MessageError> => {
  const decoded = OBJECT_RESPONSE.decode(payload);
  if (!decoded.ok) return decoded;
  const objects: ProtocolObject[] = [];
  for (const body of decoded.value.objects) {
    const object = decodeBody(body.class as ObjectClass, body.bytes, leaderOf);
    if (object.ok) objects.push(object.value);
    else if (object.error !== 'UnknownLeader') return object;
  }
  return ok({ type: 'object-response', requestId, objects, stopped: decoded.value.stopped });
};
