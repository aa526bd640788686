import { type Id, strictlyAscending } from '../bytes/bytes.ts';
import type { Verify } from '../crypto/suite.ts';
import { type Basis, judgeSigner, memberOf, type SignerFault } from './basis.ts';
import type { Bundle } from './objects.ts';
import type { Member } from './roster.ts';

/** Structural limits of a bundle (04 D-19, 03 O-6). */
export const MAX_OPS_PER_BUNDLE = 16_384;
export const MAX_REVEALS_PER_BUNDLE = 1_024;

export type BundleFault =
  | SignerFault
  | 'WrongWindow'
  | 'WrongEndpoint'
  | 'TooManyOps'
  | 'TooManyReveals'
  | 'OpsOutOfOrder'
  | 'RevealsOutOfOrder'
  | 'InvalidSignature';

/**
 * A bundle judged alone (04 §4, check order; 09 §11.4.2), `endpoint` being T_W. While T_W is unknown pass undefined: then its
 * check is left for `judgeEndpoint` (09 §8.1).
 */
export const judgeBundle = (
  bundle: Bundle,
  basis: Basis,
  endpoint: Id | undefined,
  verify: Verify,
): BundleFault | undefined => {
  const fault = judgeSigner(bundle.nodeId, basis);
  if (fault !== undefined) return fault;
  if (bundle.window !== basis.window) return 'WrongWindow';
  if (endpoint !== undefined && bundle.endpoint !== endpoint) return 'WrongEndpoint';
  if (bundle.operations.length > MAX_OPS_PER_BUNDLE) return 'TooManyOps';
  if (bundle.reveals.length > MAX_REVEALS_PER_BUNDLE) return 'TooManyReveals';
  if (!strictlyAscending(bundle.operations)) return 'OpsOutOfOrder';
  if (!strictlyAscending(bundle.reveals)) return 'RevealsOutOfOrder';
  const { publicKey } = memberOf(bundle.nodeId, basis) as Member;
  return verify(publicKey, bundle.scope, bundle.signature) ? undefined : 'InvalidSignature';
};

/** The check that waits for T_W (09 §8.1, §12.10). */
export const judgeEndpoint = (bundle: Bundle, endpoint: Id): 'WrongEndpoint' | undefined =>
  bundle.endpoint === endpoint ? undefined : 'WrongEndpoint';

/** What a bundle is beside one already held of the same (node, window) (04 §4). */
export const judgeAgainstHeld = (
  bundle: Bundle,
  held: Id | undefined,
): 'DuplicateBundle' | 'Equivocation' | undefined =>
  held === undefined ? undefined : held === bundle.id ? 'DuplicateBundle' : 'Equivocation';
