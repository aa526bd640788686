import { equalBytes } from '../bytes/bytes.ts';
import type { Registration } from '../consensus/objects.ts';
import { accountId } from '../crypto/ids.ts';
import { SUITE_ML_DSA_65, type Verify } from '../crypto/suite.ts';
import type { Params } from '../genesis/params.ts';
import { possessionMessage } from './registration.ts';
import { entryHorizon, requiredLength } from './required-length.ts';
import type { EntryView } from './view.ts';

/** Why a registration that decodes is refused, in the order of the checks (05 §3). */
export type RegistrationFault =
  | 'UnsupportedSuite'
  | 'BadOperatorBinding'
  | 'NodeIdInNodeTable'
  | 'NodeIdInCandidatePool'
  | 'OperatorInCandidatePool'
  | 'OperatorAlreadyNode'
  | 'OperatorKeyMismatch'
  | 'WStartTooLate'
  | 'WStartTooOld'
  | 'InvalidOperatorPoP'
  | 'InvalidSignature'
  | 'InsufficientVdf'
  | 'BadVdfProof';

/** When a registration is judged: W_p, the window whose proposal carries it, or the open window while it is only heard of. */
export interface RegistrationBasis {
  readonly window: number;
  /** Nodes active in that window, in S_{window−1}. */
  readonly activeNodes: number;
  readonly params: Pick<Params, 'tau2Windows' | 'vdfEntryWindows' | 'adaptiveVdfThreshold' | 'adaptiveVdfMultiplier'>;
}

/** Whether proof_endpoint of a registration stands for a chain of its length: the verifier the network uses (05 D-E5). */
export type EntryProof = (registration: Registration) => boolean;

export interface RegistrationVerdict {
  /** Required length at this moment, in windows. */
  readonly required: bigint;
  /** Undefined: accepted. */
  readonly fault: RegistrationFault | undefined;
}

/** All checks of 05 §3 in their order: structural ones first, then length and proof, which cost most. */
export const validateRegistration = (
  registration: Registration,
  view: EntryView,
  basis: RegistrationBasis,
  verify: Verify,
  proves: EntryProof,
): RegistrationVerdict => {
  const required = requiredLength(view.poolSize, basis.activeNodes, basis.params);
  const fault =
    tableFault(registration, view) ??
    startFault(registration, basis, required) ??
    signatureFault(registration, verify) ??
    contextualFault(registration, required, proves);
  return { required, fault };
};

/** The length alone: all that is left to judge of a registration that was taken unproven, when it is listed again (05 §4). */
export const lengthVerdict = (
  { vdfChainLength }: Registration,
  view: EntryView,
  basis: RegistrationBasis,
): RegistrationVerdict => {
  const required = requiredLength(view.poolSize, basis.activeNodes, basis.params);
  return { required, fault: vdfChainLength < required ? 'InsufficientVdf' : undefined };
};

/** Suite, binding, and what the tables hold already. */
const tableFault = (registration: Registration, view: EntryView): RegistrationFault | undefined => {
  const { nodeId, suiteId, operatorPubkey, operatorAccountId } = registration;
  if (suiteId !== SUITE_ML_DSA_65) return 'UnsupportedSuite';
  if (operatorAccountId !== accountId(suiteId, operatorPubkey)) return 'BadOperatorBinding';
  if (view.hasNode(nodeId)) return 'NodeIdInNodeTable';
  if (view.hasCandidate(nodeId)) return 'NodeIdInCandidatePool';
  if (view.isPooledOperator(operatorAccountId)) return 'OperatorInCandidatePool';
  const account = view.account(operatorAccountId);
  if (account?.isNodeOperator) return 'OperatorAlreadyNode';
  if (account !== undefined && !equalBytes(account.currentPubkey, operatorPubkey)) return 'OperatorKeyMismatch';
  return undefined;
};

/** The chain began at least τ₂ windows ago, and not longer ago than the horizon. */
const startFault = (
  { wStart }: Registration,
  { window, params: { tau2Windows } }: RegistrationBasis,
  required: bigint,
): RegistrationFault | undefined => {
  const now = BigInt(window);
  if (wStart > now - tau2Windows) return 'WStartTooLate';
  if (wStart < now - entryHorizon(required, tau2Windows)) return 'WStartTooOld';
  return undefined;
};

const signatureFault = (registration: Registration, verify: Verify): RegistrationFault | undefined => {
  const { nodePubkey, operatorPubkey, operatorPop, scope, signature } = registration;
  if (!verify(operatorPubkey, possessionMessage(nodePubkey), operatorPop)) return 'InvalidOperatorPoP';
  if (!verify(nodePubkey, scope, signature)) return 'InvalidSignature';
  return undefined;
};

const contextualFault = (
  registration: Registration,
  required: bigint,
  proves: EntryProof,
): RegistrationFault | undefined => {
  if (registration.vdfChainLength < required) return 'InsufficientVdf';
  return proves(registration) ? undefined : 'BadVdfProof';
};
