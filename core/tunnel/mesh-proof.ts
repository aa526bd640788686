import { concat, equalBytes, type Id } from '../bytes/bytes.ts';
import { id32, layout, raw, u32, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { nodeId } from '../crypto/ids.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey, type Verify } from '../crypto/suite.ts';
import { NonceBook } from './nonce-book.ts';
import { slotOf } from './online-proof.ts';
import { RAW_TAGS } from './raw-hash.ts';

/** Tunnel proof between nodes without the network, 5297 bytes (06 §4.3). */
export const MESH_ADVERTISEMENT = layout('MeshAdvertisement', {
  clientKey: raw(PUBLIC_KEY_SIZE),
  /** The last window that the client knows. */
  cachedWindow: u32,
  nonce: id32,
  proof: raw(SIGNATURE_SIZE),
});

/** How far behind a cached window may be, in τ₁. */
export const MESH_STALENESS = 7n;
export const MAX_MESH_NONCES_PER_KEY = 64;
/** 4 MiB of 72 bytes each: client, nonce, window. */
export const MAX_MESH_NONCES = 58_254;

const SCOPE = layout('TunnelMeshScope', { peerNodeId: id32, slot: u64, nonce: id32 });

/** The 86 bytes that a client signs to one peer (06 §4.3). Another tag than online: no proof serves in both places. */
export const meshMessage = (peerNodeId: Id, cachedWindow: bigint, nonce: Id): Uint8Array =>
  concat(RAW_TAGS.tunnelMesh, SCOPE.encode({ peerNodeId, slot: slotOf(cachedWindow), nonce }));

/** The oldest cached window that is taken while `knownWindow` is known; below zero, all are. */
const oldestCached = (knownWindow: bigint, tau1Windows: number): bigint =>
  knownWindow - MESH_STALENESS * BigInt(tau1Windows);

/** Whether `cachedWindow` lies within 7τ₁ before `knownWindow`, both ends included (06 §4.3). */
export const isFreshEnough = (cachedWindow: bigint, knownWindow: bigint, tau1Windows: number): boolean =>
  oldestCached(knownWindow, tau1Windows) <= cachedWindow && cachedWindow <= knownWindow;

export interface MeshProof {
  readonly clientKey: Uint8Array;
  readonly cachedWindow: bigint;
  readonly nonce: Id;
  readonly proof: Uint8Array;
}

/** 5297 bytes: the proof of `key` for `peerNodeId`. */
export const encodeMeshAdvertisement = (
  key: SigningKey,
  peerNodeId: Id,
  cachedWindow: number,
  nonce: Id,
): Uint8Array => {
  const proof = key.sign(meshMessage(peerNodeId, BigInt(cachedWindow), nonce));
  return MESH_ADVERTISEMENT.encode({ clientKey: key.publicKey, cachedWindow, nonce, proof });
};

/** Freshness, then the signature for exactly the window that the proof names. */
export const verifyMeshProof = (
  verify: Verify,
  peerNodeId: Id,
  knownWindow: bigint,
  tau1Windows: number,
  proof: MeshProof,
): Result<undefined, 'StalenessBoundExceeded' | 'InvalidSignature'> => {
  if (!isFreshEnough(proof.cachedWindow, knownWindow, tau1Windows)) return fail('StalenessBoundExceeded');
  const message = meshMessage(peerNodeId, proof.cachedWindow, proof.nonce);
  return verify(proof.clientKey, message, proof.proof) ? ok(undefined) : fail('InvalidSignature');
};

/** In the order of judging (06 §4.3); each is silent. `IdentityMismatch`: not the key of the handshake (06 §15 E-13). */
export type MeshProofRejected =
  | 'BadLength'
  | 'IdentityMismatch'
  | 'StalenessBoundExceeded'
  | 'NonceReused'
  | 'NonceCapacity'
  | 'InvalidSignature';

export interface MeshListenerConfig {
  readonly nodeId: Id;
  readonly verify: Verify;
  /** τ₁ in windows, 1 unless the network says otherwise (06 OP-14). */
  readonly tau1Windows: number;
}

/** Judges the mesh proofs that come to one node, over all its links. */
export class MeshListener {
  readonly #config: MeshListenerConfig;
  readonly #nonces = new NonceBook(MAX_MESH_NONCES_PER_KEY, MAX_MESH_NONCES);

  constructor(config: MeshListenerConfig) {
    this.#config = config;
  }

  /** One advertisement of the peer whose handshake key is `remoteKey`; answers the client's node_id. */
  judge(bytes: Uint8Array, remoteKey: Uint8Array, knownWindow: bigint): Result<Id, MeshProofRejected> {
    const decoded = MESH_ADVERTISEMENT.decode(bytes);
    if (!decoded.ok) return fail('BadLength');
    const proof = { ...decoded.value, cachedWindow: BigInt(decoded.value.cachedWindow) };
    if (!equalBytes(proof.clientKey, remoteKey)) return fail('IdentityMismatch');
    const { tau1Windows, verify } = this.#config;
    if (!isFreshEnough(proof.cachedWindow, knownWindow, tau1Windows)) return fail('StalenessBoundExceeded');
    const client = nodeId(proof.clientKey);
    this.#nonces.expire(oldestCached(knownWindow, tau1Windows));
    if (this.#nonces.has(client, proof.nonce)) return fail('NonceReused');
    if (!this.#nonces.hasRoom(client)) return fail('NonceCapacity');
    const verified = verifyMeshProof(verify, this.#config.nodeId, knownWindow, tau1Windows, proof);
    if (!verified.ok) return verified;
    // The signature holds for both windows of its slot: the nonce is kept for the later one.
    this.#nonces.add(client, proof.nonce, proof.cachedWindow | 1n);
    return ok(client);
  }
}
