import type { Id } from '../bytes/bytes.ts';
import { id32, layout, raw, u8, u16, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import { type Phase, PRECOMMIT, PREVOTE, type Vote } from './objects.ts';
import { signedParts, signInPlace, UNSIGNED } from './signed.ts';

/** ProposalVote (04 §9), 3384 bytes. */
export const voteLayout = layout('ProposalVote', {
  phase: u8,
  round: u16,
  window: u64,
  proposalHash: id32,
  nodeId: id32,
  signature: raw(SIGNATURE_SIZE),
});

export interface VoteFields {
  readonly phase: Phase;
  readonly round: number;
  readonly window: number | bigint;
  readonly proposalHash: Id;
  readonly nodeId: Id;
}

/** Decodes canonical bytes. Error: Malformed, also for a phase that is none and for round 0. */
export const decodeVote = (bytes: Uint8Array): Result<Vote, 'Malformed'> => {
  const decoded = voteLayout.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const { phase, round, window, proposalHash, nodeId } = decoded.value;
  if ((phase !== PREVOTE && phase !== PRECOMMIT) || round === 0) return fail('Malformed');
  return ok(voteFrom(bytes, { phase, round, window, proposalHash, nodeId }));
};

/** Builds and signs a vote. */
export const makeVote = (fields: VoteFields, key: SigningKey): Vote => {
  const bytes = encodeVote(fields, UNSIGNED);
  signInPlace(bytes, key);
  return voteFrom(bytes, fields);
};

/** A vote put together again from a proof, which carries only signers and signatures (09 §3, 0x48). */
export const voteOf = (fields: VoteFields & { readonly signature: Uint8Array }): Vote =>
  voteFrom(encodeVote(fields, fields.signature), fields);

const encodeVote = ({ phase, round, window, proposalHash, nodeId }: VoteFields, signature: Uint8Array): Uint8Array =>
  voteLayout.encode({ phase, round, window: BigInt(window), proposalHash, nodeId, signature });

const voteFrom = (bytes: Uint8Array, { phase, round, window, proposalHash, nodeId }: VoteFields): Vote => ({
  kind: 'vote',
  ...signedParts('mt-proposal-vote', bytes),
  phase,
  round,
  window: Number(window),
  proposalHash,
  nodeId,
});
