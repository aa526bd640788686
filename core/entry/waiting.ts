import type { Registration } from '../consensus/objects.ts';
import type { CandidateRecord } from '../state/records.ts';
import { CHALLENGES } from './challenge.ts';

/*
 * Under `entryProof: sampled` a registration is taken before anybody has seen its proof: the challenge is drawn by the window that
 * takes it (05 D-E5). Until its openings were seen it waits as an unproven record of the candidate table: there, and not beside it,
 * since a joiner can tell neither from headers nor from archive entries which registrations were taken. An unproven record has
 * registration_window 0, which no proven one has (W_start ≤ W_p − τ₂), and in place of proof_endpoint the nodereg_hash it was taken
 * under: the challenge is drawn for that, and another signature of its operator would draw another one. Its node and its operator are
 * taken, it expires, and it is neither selected nor counted as pending: it has cost nobody any work.
 */

/** Windows a candidate has for each segment that may be drawn: openings travel, and a validator hashes one segment in about one. */
const WINDOWS_PER_SEGMENT = 4n;

/** Windows in which a registration that was taken unproven may become proven: 256, fewer for chains shorter than 64 segments. */
export const proofWindows = (vdfChainLength: bigint): bigint =>
  WINDOWS_PER_SEGMENT * (vdfChainLength < BigInt(CHALLENGES) ? vdfChainLength : BigInt(CHALLENGES));

/** Whether a candidate's chain was seen to hold: only then it counts and may be selected. */
export const isProven = ({ registrationWindow }: Pick<CandidateRecord, 'registrationWindow'>): boolean =>
  registrationWindow !== 0n;

/** W_p of an unproven record. */
export const listedWindow = ({ expires, vdfChainLength }: CandidateRecord): number =>
  Number(expires - proofWindows(vdfChainLength));

/** Whether `candidate`, the record of its node, is what a registration left when it was taken unproven. */
export const isWaiting = ({ id }: Pick<Registration, 'id'>, candidate: CandidateRecord | undefined): boolean =>
  candidate !== undefined && !isProven(candidate) && candidate.proofEndpoint === id;

/** The record that a registration leaves, but for what its proof decides: where it stands, its endpoint, its end. */
export const candidateRecord = (
  registration: Registration,
  {
    proofEndpoint,
    registrationWindow,
    expires,
  }: Pick<CandidateRecord, 'proofEndpoint' | 'registrationWindow' | 'expires'>,
): CandidateRecord => {
  const { nodeId, nodePubkey, suiteId, operatorPubkey, operatorAccountId, wStart, vdfChainLength } = registration;
  return {
    ...{ nodeId, nodePubkey, suiteId, operatorPubkey, operatorAccountId },
    ...{ proofEndpoint, wStart, vdfChainLength, registrationWindow, expires },
  };
};

/** The record of a registration that was taken in `window` and has to be proven. */
export const unprovenCandidate = (registration: Registration, window: number): CandidateRecord =>
  candidateRecord(registration, {
    proofEndpoint: registration.id,
    registrationWindow: 0n,
    expires: BigInt(window) + proofWindows(registration.vdfChainLength),
  });
