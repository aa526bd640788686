import { sha256 } from '@noble/hashes/sha2.js';
import { ascii } from '../bytes/bytes.ts';

/**
 * Tags of the transport: the bytes alone, no 0x00 behind them, unlike those of H (01 §3, 06 conventions). The first six and the work
 * are hashed, the two tunnel tags begin a signed message, the last is the info of an HKDF.
 */
export const RAW_TAGS = {
  responderSignature: ascii('mt-noise-pq-xx-v1-sig-r'),
  initiatorSignature: ascii('mt-noise-pq-xx-v1-sig-i'),
  master: ascii('mt-noise-pq-xx-v1-master'),
  initiatorToResponder: ascii('mt-noise-pq-xx-v1-i2r'),
  responderToInitiator: ascii('mt-noise-pq-xx-v1-r2i'),
  transcript: ascii('mt-noise-pq-xx-v1-transcript'),
  bootstrapWork: ascii('mt-bootstrap-pow'),
  tunnelOnline: ascii('mt-tunnel-online'),
  tunnelMesh: ascii('mt-tunnel-mesh'),
  meshFrameMac: ascii('mt-mesh-frame-mac'),
} as const;

/** SHA-256(parts joined), 32 bytes. Fed part by part, so that no copy of a secret part stays behind. */
export const rawHash = (...parts: readonly Uint8Array[]): Uint8Array => {
  const state = sha256.create();
  for (const part of parts) state.update(part);
  return state.digest();
};
