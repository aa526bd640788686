import type { Id } from '../bytes/bytes.ts';
import { SUITE_ML_DSA_65, type Verify } from '../crypto/suite.ts';
import { leaderOf } from '../lottery/cascade.ts';
import type { Basis } from './basis.ts';
import type { Header, Proposal } from './objects.ts';
import { listRoot } from './set-roots.ts';

/** The greatest protocol_version this implementation follows (01 §10). */
export const MAX_PROTOCOL_VERSION = 1;

export type HeaderFault =
  | 'FallbackDepthZero'
  | 'WindowNotMonotone'
  | 'ProtocolVersionDecreased'
  | 'ProtocolVersionUnsupported'
  | 'WrongParent'
  | 'UnknownProposer'
  | 'UnsupportedSuite'
  | 'InvalidSignature'
  | 'ProposerNotCanonical'
  | 'WrongTimechain'
  | 'WrongTarget';

/** What the header of one window must continue (04 §10 steps 1–8). */
export interface HeaderBasis extends Basis {
  /** prev_proposal_hash: zeros for window 0 (04 D-13). */
  readonly parent: Id;
  /** Version of the header before. */
  readonly protocolVersion: number;
  readonly cascade: readonly Id[];
  readonly target: bigint;
  readonly maxProtocolVersion: number;
}

/**
 * Steps 1–8 of 04 §10, first fault first. `timechainValue` is T_W; `round` is the current round for the reading of step 6 as
 * printed, undefined where a proposal is accepted for any round (09 §12.7).
 */
export const judgeHeader = (
  header: Header,
  basis: HeaderBasis,
  timechainValue: Id,
  round: number | undefined,
  verify: Verify,
): HeaderFault | undefined => {
  if (header.fallbackDepth === 0) return 'FallbackDepthZero';
  if (header.window !== basis.window) return 'WindowNotMonotone';
  if (header.protocolVersion < basis.protocolVersion) return 'ProtocolVersionDecreased';
  if (header.protocolVersion > basis.maxProtocolVersion) return 'ProtocolVersionUnsupported';
  if (header.prevProposalHash !== basis.parent) return 'WrongParent';
  const proposer = basis.nodeOf(header.proposerNodeId);
  if (proposer === undefined) return 'UnknownProposer';
  if (proposer.suiteId !== SUITE_ML_DSA_65) return 'UnsupportedSuite';
  if (!verify(proposer.nodePubkey, header.scope, header.signature)) return 'InvalidSignature';
  if (!isCanonicalProposer(header, basis.cascade, round)) return 'ProposerNotCanonical';
  if (header.timechainValue !== timechainValue) return 'WrongTimechain';
  if (header.target !== basis.target) return 'WrongTarget';
  return undefined;
};

/** Step 6: the cascade entry of the header's depth, which the current round has reached (any depth when round > 255). */
const isCanonicalProposer = (header: Header, cascade: readonly Id[], round: number | undefined): boolean => {
  if (leaderOf(cascade, header.fallbackDepth) !== header.proposerNodeId) return false;
  return round === undefined || round > 255 || header.fallbackDepth <= round;
};

export type ProposalFault =
  | HeaderFault
  | 'BundlesRootMismatch'
  | 'RevealsRootMismatch'
  | 'LeaderNotCanonical'
  | 'InvalidLeaderSignature';

/**
 * What makes a proposal worth keeping, pushing and telling (09 §12.7): steps 1–8 without the round, both list roots, and the
 * leader's signature of a re-proposal. The lists are not signed: a root that is missed blames the sender, not the proposal.
 */
export const judgeProposal = (
  proposal: Proposal,
  basis: HeaderBasis,
  timechainValue: Id,
  isKnownHeader: boolean,
  verify: Verify,
): ProposalFault | undefined => {
  const { header, bundles, reveals, reproposal } = proposal;
  if (!isKnownHeader) {
    const fault = judgeHeader(header, basis, timechainValue, undefined, verify);
    if (fault !== undefined) return fault;
  }
  if (listRoot(bundles) !== header.includedBundlesRoot) return 'BundlesRootMismatch';
  if (listRoot(reveals) !== header.includedRevealsRoot) return 'RevealsRootMismatch';
  if (reproposal === undefined) return undefined;
  if (leaderOf(basis.cascade, reproposal.round) !== reproposal.leader) return 'LeaderNotCanonical';
  // As the proposer of a header: the cascade names nodes of the table, active or not (04 §7).
  const leader = basis.nodeOf(reproposal.leader);
  const isSigned =
    leader?.suiteId === SUITE_ML_DSA_65 && verify(leader.nodePubkey, reproposal.scope, reproposal.signature);
  return isSigned ? undefined : 'InvalidLeaderSignature';
};
