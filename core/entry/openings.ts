import { concat, fromHex, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import type { Openings, Registration } from '../consensus/objects.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Challenge } from './challenge.ts';
import type { CheckpointTree } from './checkpoint-tree.ts';
import { decodeRegistration, REGISTRATION_SIZE } from './registration.ts';
import { makeSampledProof, sampledProofLayout } from './sampled-proof.ts';

/** Message code of openings, that of registrations, and the first byte of what their identifier hashes. */
const ENTRY_CODE = 0x10;

/** Identifier of what a registration taken in `window` opens. It needs no body: there is one right answer (05 D-E5). */
export const openingsId = (registration: Id, window: number): Id =>
  toHex(sha256(concat(Uint8Array.of(ENTRY_CODE), fromHex(registration), littleEndian(window, 8))));

/**
 * The longer payload of 0x10: a registration of 10 605 bytes, then its SampledProof; 85 654 at most for an honest chain of 20 160.
 * Error: Malformed, also where the proof is of another registration. Views of `bytes`.
 */
export const decodeOpenings = (bytes: Uint8Array): Result<Openings, 'Malformed'> => {
  const registration = decodeRegistration(bytes.subarray(0, REGISTRATION_SIZE));
  const proof = bytes.subarray(REGISTRATION_SIZE);
  const decoded = sampledProofLayout.decode(proof);
  if (!registration.ok || !decoded.ok || decoded.value.registration !== registration.value.id) return fail('Malformed');
  const { window } = decoded.value;
  if (window > BigInt(Number.MAX_SAFE_INTEGER)) return fail('Malformed');
  return ok(openingsOf(bytes, registration.value, Number(window), proof));
};

const openingsOf = (bytes: Uint8Array, registration: Registration, window: number, proof: Uint8Array): Openings => ({
  kind: 'openings',
  id: openingsId(registration.id, window),
  bytes,
  registration,
  window,
  proof,
});

/** A candidate's answer to the challenge; undefined where the tree is not the one it registered. */
export const makeOpenings = (
  registration: Registration,
  challenge: Challenge,
  tree: CheckpointTree,
): Openings | undefined => {
  const proof = makeSampledProof(challenge, tree);
  if (proof === undefined) return undefined;
  return openingsOf(concat(registration.bytes, proof), registration, challenge.window, proof);
};
