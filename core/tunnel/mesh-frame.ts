import { type Id, toHex } from '../bytes/bytes.ts';
import { id32, type Kind, layout, raw, u8, u16 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { sha256 } from '../crypto/hash.ts';
import { hkdfExpand, hmacSha256 } from '../crypto/kdf.ts';
import { RAW_TAGS } from './raw-hash.ts';

export const MAX_MESH_PAYLOAD = 256;
/** Most hops, made and still allowed together (06 §14.1). */
export const MAX_MESH_HOPS = 16;
export const MESH_FRAME_VERSION = 1;

export const MESH_DISCOVERY = 0;
export const MESH_DATA = 1;
export const MESH_FORWARD = 3;

const MAC_SIZE = 16;
const KEY_SIZE = 32;
const NO_MAC = new Uint8Array(MAC_SIZE);

/** LE16 length, then that many bytes. */
const payload: Kind<Uint8Array> = {
  minimum: 2,
  sizeOf: (value) => 2 + value.length,
  write(writer, value) {
    u16.write(writer, value.length);
    writer.bytes.set(value, writer.offset);
    writer.offset += value.length;
  },
  read(reader) {
    const length = u16.read(reader);
    if (length > MAX_MESH_PAYLOAD) reader.error = 'TooMany';
    return raw(length).read(reader);
  },
};

/** A frame from link to link, at most 343 bytes: 71 before the payload, at most 256 of it, and the mac (06 §14.1). */
export const MESH_FRAME = layout('MeshFrame', {
  version: u16,
  frameType: u8,
  /** Hops still allowed. */
  ttl: u8,
  /** Hops made. */
  hopCount: u8,
  senderRef: id32,
  /** 32 × ff for everybody, else a node_id or an opaque hint. */
  recipientHint: id32,
  payload,
  /** Of this link; zeros in discovery frames, which have no link yet. */
  mac: raw(MAC_SIZE),
});

/** What stays the same from hop to hop: what a frame is recognised by. */
const MESH_IDENTITY = layout('MeshFrameIdentity', {
  version: u16,
  frameType: u8,
  senderRef: id32,
  recipientHint: id32,
  payload,
});

export interface MeshFields {
  readonly frameType: number;
  readonly ttl: number;
  readonly hopCount: number;
  readonly senderRef: Id;
  readonly recipientHint: Id;
  readonly payload: Uint8Array;
}

/** mac of `unmarked`, header and payload, under the secret of one link, 16 bytes (06 §14.1). */
const linkMac = (linkSecret: Uint8Array, unmarked: Uint8Array): Uint8Array => {
  // HKDF with an empty salt: Extract is HMAC under the empty key.
  const key = hkdfExpand(hmacSha256(new Uint8Array(0), linkSecret), RAW_TAGS.meshFrameMac, KEY_SIZE);
  return hmacSha256(key, unmarked).subarray(0, MAC_SIZE);
};

const unmarkedPart = (frame: Uint8Array): Uint8Array => frame.subarray(0, frame.length - MAC_SIZE);

const macOf = (frame: Uint8Array, frameType: number, linkSecret: Uint8Array): Uint8Array =>
  frameType === MESH_DISCOVERY ? NO_MAC : linkMac(linkSecret, unmarkedPart(frame));

/** Compares every byte, so that the time it takes says nothing about where a forged mac is wrong. */
const isSameMac = (a: Uint8Array, b: Uint8Array): boolean => {
  let differing = 0;
  for (let i = 0; i < MAC_SIZE; i++) differing |= (a[i] as number) ^ (b[i] as number);
  return differing === 0;
};

/** `fields` as a frame for the link that shares `linkSecret`. */
export const encodeMeshFrame = (fields: MeshFields, linkSecret: Uint8Array): Uint8Array => {
  const frame = MESH_FRAME.encode({ version: MESH_FRAME_VERSION, ...fields, mac: NO_MAC });
  frame.set(macOf(frame, fields.frameType, linkSecret), frame.length - MAC_SIZE);
  return frame;
};

/** By what a frame is known that came before: SHA-256 of all but ttl, hops and mac (06 §14.1). */
export const meshDedupKey = (fields: MeshFields): Id =>
  toHex(sha256(MESH_IDENTITY.encode({ version: MESH_FRAME_VERSION, ...fields })));

/** In the order of judging (06 §14.1): `BadHops` and `BadMac` count against the link. */
export type MeshFrameError = 'BadLength' | 'UnsupportedVersion' | 'UnknownType' | 'BadHops' | 'BadMac';

/** One frame from the link that shares `linkSecret`. The payload is a view of `bytes`. */
export const decodeMeshFrame = (bytes: Uint8Array, linkSecret: Uint8Array): Result<MeshFields, MeshFrameError> => {
  const decoded = MESH_FRAME.decode(bytes);
  if (!decoded.ok) return fail('BadLength');
  const { version, mac, ...fields } = decoded.value;
  if (version !== MESH_FRAME_VERSION) return fail('UnsupportedVersion');
  if (fields.frameType > MESH_FORWARD) return fail('UnknownType');
  if (fields.ttl + fields.hopCount > MAX_MESH_HOPS) return fail('BadHops');
  return isSameMac(mac, macOf(bytes, fields.frameType, linkSecret)) ? ok(fields) : fail('BadMac');
};
