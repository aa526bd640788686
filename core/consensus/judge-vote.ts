import type { Verify } from '../crypto/suite.ts';
import { type Basis, judgeSigner, memberOf, type SignerFault } from './basis.ts';
import type { Vote } from './objects.ts';
import type { Member } from './roster.ts';

/** A vote judged alone: signer active in the window, signature (04 §9). What it votes for is judged elsewhere. */
export const judgeVote = (
  vote: Vote,
  basis: Basis,
  verify: Verify,
): SignerFault | 'WrongWindow' | 'InvalidSignature' | undefined => {
  const fault = judgeSigner(vote.nodeId, basis);
  if (fault !== undefined) return fault;
  if (vote.window !== basis.window) return 'WrongWindow';
  const { publicKey } = memberOf(vote.nodeId, basis) as Member;
  return verify(publicKey, vote.scope, vote.signature) ? undefined : 'InvalidSignature';
};
