import { layout, Reader, u8, u32, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { messageType } from './registry.ts';

/** The only msg_version. */
export const MESSAGE_VERSION = 1;

/** max_protocol_payload_bytes, 1 MiB (06 §1). */
export const MAX_PAYLOAD = 1_048_576;

/** Head of every message, 14 bytes (06 §6). */
export const ENVELOPE_HEADER = layout('EnvelopeHeader', {
  msgType: u8,
  msgVersion: u8,
  requestId: u64,
  payloadLength: u32,
});

export const ENVELOPE_HEADER_SIZE = ENVELOPE_HEADER.minimum;

export interface Envelope {
  readonly code: number;
  /** 0 for gossip; a response copies the one of its request. */
  readonly requestId: bigint;
  /** At most 1 MiB; a view of the decoded bytes. */
  readonly payload: Uint8Array;
}

export type EnvelopeError =
  | 'TruncatedHeader'
  | 'PayloadTooLarge'
  | 'InvalidMsgType'
  | 'UnsupportedVersion'
  | 'TruncatedPayload'
  | 'PayloadLengthMismatch';

export const encodeEnvelope = (envelope: Envelope): Uint8Array => {
  const bytes = new Uint8Array(ENVELOPE_HEADER_SIZE + envelope.payload.length);
  bytes.set(
    ENVELOPE_HEADER.encode({
      msgType: envelope.code,
      msgVersion: MESSAGE_VERSION,
      requestId: envelope.requestId,
      payloadLength: envelope.payload.length,
    }),
  );
  bytes.set(envelope.payload, ENVELOPE_HEADER_SIZE);
  return bytes;
};

/** Splits one message. Errors in the order of 06 §6; the claimed length is judged before anything is reserved for it. */
export const decodeEnvelope = (bytes: Uint8Array): Result<Envelope, EnvelopeError> => {
  if (bytes.length < ENVELOPE_HEADER_SIZE) return fail('TruncatedHeader');
  const header = ENVELOPE_HEADER.read(new Reader(bytes));
  if (header.payloadLength > MAX_PAYLOAD) return fail('PayloadTooLarge');
  if (messageType(header.msgType) === undefined) return fail('InvalidMsgType');
  if (header.msgVersion !== MESSAGE_VERSION) return fail('UnsupportedVersion');
  const rest = bytes.length - ENVELOPE_HEADER_SIZE;
  if (rest < header.payloadLength) return fail('TruncatedPayload');
  if (rest > header.payloadLength) return fail('PayloadLengthMismatch');
  return ok({ code: header.msgType, requestId: header.requestId, payload: bytes.subarray(ENVELOPE_HEADER_SIZE) });
};
