import { ZERO_ID } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { PRECOMMIT, type Vote } from '../consensus/objects.ts';
import { voteOf } from '../consensus/vote.ts';
import { MOST_SIGNATURES, PROOF_RESPONSE } from '../wire/payloads.ts';

/**
 * The precommits of a final window as one 0x48 (09 §3). Of more than 300 the first 300 by node_id go in: what a client cannot find a
 * quorum in it does not believe.
 */
export const encodeCertificate = (votes: readonly Vote[]): Uint8Array => {
  const first = votes[0];
  const signatures = votes.slice(0, MOST_SIGNATURES).map(({ nodeId, signature }) => ({ nodeId, signature }));
  return PROOF_RESPONSE.encode({
    window: BigInt(first?.window ?? 0),
    phase: PRECOMMIT,
    round: first?.round ?? 0,
    proposalHash: first?.proposalHash ?? ZERO_ID,
    total: votes.length,
    from: 0,
    signatures,
  });
};

/** `Malformed`: no 0x48 of precommits. */
export const decodeCertificate = (bytes: Uint8Array): Result<readonly Vote[], 'Malformed'> => {
  const decoded = PROOF_RESPONSE.decode(bytes);
  if (!decoded.ok || decoded.value.phase !== PRECOMMIT || decoded.value.round === 0) return fail('Malformed');
  const { window, round, proposalHash, signatures } = decoded.value;
  return ok(
    signatures.map(({ nodeId, signature }) =>
      voteOf({ phase: PRECOMMIT, round, window, proposalHash, nodeId, signature }),
    ),
  );
};
