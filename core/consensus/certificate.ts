import type { Id } from '../bytes/bytes.ts';
import type { Verify } from '../crypto/suite.ts';
import type { Basis } from './basis.ts';
import { judgeVote } from './judge-vote.ts';
import type { Vote } from './objects.ts';
import type { Roster } from './roster.ts';

/**
 * Whether votes are a certificate or a prevote proof (09 §3, 0x48): all for one proposal, round and phase of the basis' window,
 * node ids ascending strictly, every signature holding, together of weight ≥ Q. `weight` is that of the signers. Signatures are
 * verified last, and only where they can decide.
 */
export const judgeCertificate = (
  votes: readonly Vote[],
  basis: Basis,
  verify: Verify,
): { readonly valid: boolean; readonly weight: bigint } => {
  const weight = signersWeight(votes, basis.roster);
  const valid =
    weight >= basis.roster.quorum &&
    areOneVote(votes) &&
    votes.every((vote) => judgeVote(vote, basis, verify) === undefined);
  return { valid, weight };
};

/** Weight of the signers of votes by one roster, 0 unless they ascend strictly: nobody counts twice. */
export const signersWeight = (votes: readonly Vote[], roster: Roster): bigint => {
  let weight = 0n;
  let before: Id = '';
  for (const { nodeId } of votes) {
    if (nodeId <= before) return 0n;
    before = nodeId;
    weight += roster.members[roster.slotOf(nodeId)]?.weight ?? 0n;
  }
  return weight;
};

/** Whether votes differ in their signers only; none are no vote at all. */
const areOneVote = ([first, ...others]: readonly Vote[]): boolean =>
  first !== undefined &&
  others.every(
    ({ phase, round, window, proposalHash }) =>
      phase === first.phase && round === first.round && window === first.window && proposalHash === first.proposalHash,
  );
