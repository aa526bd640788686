import { concat, type Id } from '../bytes/bytes.ts';
import { id32, layout, raw, u8, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey, type Verify } from '../crypto/suite.ts';
import { RAW_TAGS } from './raw-hash.ts';

/** The listener's head window, first on the stream, 8 bytes: what a newcomer takes its slot from (09 §4). */
export const TUNNEL_GREETING = layout('TunnelGreeting', { window: u64 });

/** Tunnel proof as the dialer sends it, 5294 bytes (06 §4.1). */
export const ADVERTISEMENT = layout('TunnelAdvertisement', {
  /** 1, the only one. */
  version: u8,
  clientKey: raw(PUBLIC_KEY_SIZE),
  nonce: id32,
  proof: raw(SIGNATURE_SIZE),
});

/** The same with the nonce of a proof of work behind it, 5302 bytes: to bootstrap nodes, and from newcomers (06 §4.1, 09 §4). */
export const ADVERTISEMENT_WITH_WORK = layout('TunnelAdvertisementWithWork', {
  version: u8,
  clientKey: raw(PUBLIC_KEY_SIZE),
  nonce: id32,
  proof: raw(SIGNATURE_SIZE),
  workNonce: u64,
});

/** The listener's answer, 1 byte: an `AccessLevel`. There is none on refusal. */
export const TUNNEL_REPLY = layout('TunnelReply', { level: u8 });

export const ADVERTISEMENT_VERSION = 1;

/** Full gossip. */
export const LEVEL_NODE = 1;
/** Read-only: receives proposals; an observer also hands in registrations and operations (09 §4). */
export const LEVEL_CANDIDATE = 2;
/** Host services, no gossip. */
export const LEVEL_ACCOUNT = 3;
export type AccessLevel = typeof LEVEL_NODE | typeof LEVEL_CANDIDATE | typeof LEVEL_ACCOUNT;

const SCOPE = layout('TunnelOnlineScope', { serverNodeId: id32, slot: u64, nonce: id32 });

/** Two windows make a slot. */
export const slotOf = (window: bigint): bigint => window >> 1n;

/** The 88 bytes that a client signs to one listener, for one slot, once (06 §4.1). */
export const onlineMessage = (serverNodeId: Id, slot: bigint, nonce: Id): Uint8Array =>
  concat(RAW_TAGS.tunnelOnline, SCOPE.encode({ serverNodeId, slot, nonce }));

export interface OnlineProof {
  readonly clientKey: Uint8Array;
  /** 32 fresh random bytes. */
  readonly nonce: Id;
  /** 3309 bytes. */
  readonly proof: Uint8Array;
}

/** Proof of `key` for the listener `serverNodeId` that said it stands in `window` (06 §4.1, 09 §4). */
export const proveOnline = (key: SigningKey, serverNodeId: Id, window: bigint, nonce: Id): OnlineProof => ({
  clientKey: key.publicKey,
  nonce,
  proof: key.sign(onlineMessage(serverNodeId, slotOf(window), nonce)),
});

/** `workNonce`: of `searchWork` over the proof, where work is asked for. */
export const encodeAdvertisement = (proof: OnlineProof, workNonce?: bigint): Uint8Array => {
  const version = ADVERTISEMENT_VERSION;
  return workNonce === undefined
    ? ADVERTISEMENT.encode({ version, ...proof })
    : ADVERTISEMENT_WITH_WORK.encode({ version, ...proof, workNonce });
};

/** What the listener granted. `BadReply`: not one byte, or no level. */
export const decodeReply = (bytes: Uint8Array): Result<AccessLevel, 'BadReply'> => {
  const reply = TUNNEL_REPLY.decode(bytes);
  const level = reply.ok ? reply.value.level : 0;
  return level === LEVEL_NODE || level === LEVEL_CANDIDATE || level === LEVEL_ACCOUNT ? ok(level) : fail('BadReply');
};

/** The slot a proof is good for: that of `window` or the one before, nothing newer or older (06 §4.1). At most two verifications. */
export const verifyOnlineProof = (
  verify: Verify,
  serverNodeId: Id,
  window: bigint,
  proof: OnlineProof,
): Result<bigint, 'InvalidSignature'> => {
  const slot = slotOf(window);
  const isFor = (candidate: bigint): boolean =>
    verify(proof.clientKey, onlineMessage(serverNodeId, candidate, proof.nonce), proof.proof);
  if (isFor(slot)) return ok(slot);
  return slot > 0n && isFor(slot - 1n) ? ok(slot - 1n) : fail('InvalidSignature');
};
