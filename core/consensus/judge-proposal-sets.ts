import { type Id, strictlyAscending } from '../bytes/bytes.ts';
import { IdMap, IdSet } from '../collections/id-map.ts';
import type { Verify } from '../crypto/suite.ts';
import type { Basis } from './basis.ts';
import { type Cemented, cement } from './cementing.ts';
import { judgeBundle } from './judge-bundle.ts';
import type { Bundle, Header, Listed, Registration } from './objects.ts';
import { controlRoot, listRoot } from './set-roots.ts';

export type IncludedFault = 'BundleInvalid' | 'InsufficientBundles' | 'BundlesRootMismatch' | 'RevealsMismatch';
export type SetsFault = IncludedFault | 'WrongWinner' | 'ControlSetMismatch';

/** A proposal as far as its two lists go. */
export interface Included {
  readonly header: Pick<Header, 'includedBundlesRoot' | 'includedRevealsRoot'>;
  readonly bundles: readonly Listed[];
  readonly reveals: readonly Listed[];
}

/** What an entry of a list stands for: an object judged alone before, its signer and its identifier. */
export interface Signer {
  readonly nodeId: Id;
  readonly id: Id;
}

/**
 * Steps 9 and 10 of 04 §10 for bodies that were judged alone, in any order: every entry names the very signer of its bundle, once
 * each, or a bundle would count for others; Σ weight ≥ Q; `reveals`, the cemented ones of W − 1, are the other list.
 */
export const judgeIncluded = (
  proposal: Included,
  bundles: readonly Signer[],
  cemented: Pick<Cemented, 'weight'>,
  reveals: readonly Signer[],
  quorum: bigint,
): IncludedFault | undefined => {
  const { header } = proposal;
  if (!areTheListed(bundles, proposal.bundles)) return 'BundleInvalid';
  if (cemented.weight < quorum) return 'InsufficientBundles';
  if (listRoot(proposal.bundles) !== header.includedBundlesRoot) return 'BundlesRootMismatch';
  if (!areTheListed(reveals, proposal.reveals)) return 'RevealsMismatch';
  if (listRoot(proposal.reveals) !== header.includedRevealsRoot) return 'RevealsMismatch';
  return undefined;
};

/** Whether a list says exactly these signers and identifiers, ascending by node_id, no node twice. */
const areTheListed = (objects: readonly Signer[], entries: readonly Listed[]): boolean => {
  if (objects.length !== entries.length || !strictlyAscending(entries.map(({ nodeId }) => nodeId))) return false;
  const ids = IdMap.from(objects.map(({ nodeId, id }) => [nodeId, id] as const));
  return entries.every(({ nodeId, hash }) => ids.get(nodeId) === hash);
};

/** A proposal as far as its sets go. */
export interface ProposedSets extends Included {
  readonly header: Pick<
    Header,
    'includedBundlesRoot' | 'includedRevealsRoot' | 'winnerId' | 'winnerEndpoint' | 'controlRoot'
  >;
}

/** Every body that the sets need, in any order; more do no harm. */
export interface SetBodies {
  readonly bundles: readonly Bundle[];
  /** Valid reveals of W − 1. */
  readonly reveals: readonly Signer[];
  readonly registrations: readonly Registration[];
}

/**
 * Steps 9–12 of 04 §10, first fault first. `endpoint` is T_W; `drawWinner` says who wins W − 1 with these reveals cemented (04 §7).
 * A listed bundle without a body is invalid here: whoever may still fetch it asks later. control_root is the published one (02 §6).
 */
export const judgeProposalSets = (
  proposal: ProposedSets,
  bodies: SetBodies,
  basis: Basis,
  endpoint: Id,
  drawWinner: (reveals: readonly Listed[]) => Pick<Header, 'winnerId' | 'winnerEndpoint'>,
  verify: Verify,
): SetsFault | undefined => {
  const held = IdMap.from(bodies.bundles.map((bundle) => [bundle.id, bundle] as const));
  const bundles: Bundle[] = [];
  for (const { hash } of proposal.bundles) {
    const bundle = held.get(hash);
    if (bundle === undefined || judgeBundle(bundle, basis, endpoint, verify) !== undefined) return 'BundleInvalid';
    bundles.push(bundle);
  }
  const cemented = cement(basis.roster, bundles);
  const revealed = IdMap.from(bodies.reveals.map((reveal) => [reveal.nodeId, reveal] as const));
  const reached = IdSet.from(cemented.reveals);
  const reveals = [...revealed.values()].filter(({ id }) => reached.has(id));
  const fault = judgeIncluded(proposal, bundles, cemented, reveals, basis.roster.quorum);
  if (fault !== undefined) return fault;
  const { winnerId, winnerEndpoint } = drawWinner(proposal.reveals);
  const { header } = proposal;
  if (header.winnerId !== winnerId || header.winnerEndpoint !== winnerEndpoint) return 'WrongWinner';
  const settling = IdSet.from(cemented.operations);
  const controlSet = bodies.registrations.filter(({ id }) => settling.has(id));
  return controlRoot(controlSet, 'whole') === header.controlRoot ? undefined : 'ControlSetMismatch';
};
