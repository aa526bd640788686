import type { Verify } from '../crypto/suite.ts';
import { type Basis, judgeSigner, memberOf, type SignerFault } from './basis.ts';
import { isConflict } from './evidence.ts';
import type { Evidence } from './objects.ts';
import type { Member } from './roster.ts';

/** Valid iff signer and slot agree, identifiers differ and both signatures hold under S_{W−1}; the endpoint is not judged (09 §12.11). */
export const judgeEvidence = (
  evidence: Evidence,
  basis: Basis,
  verify: Verify,
): SignerFault | 'WrongWindow' | 'NoConflict' | 'InvalidSignature' | undefined => {
  const fault = judgeSigner(evidence.signer, basis);
  if (fault !== undefined) return fault;
  if (evidence.window !== basis.window) return 'WrongWindow';
  if (!isConflict(evidence)) return 'NoConflict';
  const { publicKey } = memberOf(evidence.signer, basis) as Member;
  for (const { scope, signature } of [evidence.a, evidence.b]) {
    if (!verify(publicKey, scope, signature)) return 'InvalidSignature';
  }
  return undefined;
};
