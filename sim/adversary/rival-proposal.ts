import type { Id } from '#core/bytes/bytes.ts';
import { cement } from '#core/consensus/cementing.ts';
import { makeHeader } from '#core/consensus/header.ts';
import type {
  Bundle,
  Header,
  Operation,
  Proposal,
  ProtocolObject,
  Registration,
  Reveal,
} from '#core/consensus/objects.ts';
import { makeProposal } from '#core/consensus/proposal.ts';
import type { Roster } from '#core/consensus/roster.ts';
import type { SigningKey } from '#core/crypto/suite.ts';
import { listed } from '#core/participant/evaluation.ts';
import { applyWindow, headerFields } from '#core/transition/apply.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';

/** Bodies that a node published or accepted, by identifier: what its proposals are made of. */
export class Bodies {
  readonly #bundles = new Map<Id, Bundle>();
  readonly #reveals = new Map<Id, Reveal>();
  readonly #operations = new Map<Id, Operation | Registration>();

  learn(object: ProtocolObject): void {
    if (object.kind === 'bundle') this.#bundles.set(object.id, object);
    else if (object.kind === 'reveal') this.#reveals.set(object.id, object);
    else if (object.kind === 'operation' || object.kind === 'registration') this.#operations.set(object.id, object);
  }

  /** Forgets what windows after `window` cannot list. */
  closed(window: number, settled: readonly Id[]): void {
    for (const [id, bundle] of this.#bundles) if (bundle.window <= window) this.#bundles.delete(id);
    for (const [id, reveal] of this.#reveals) if (reveal.window < window) this.#reveals.delete(id);
    for (const id of settled) this.#operations.delete(id);
  }

  bundles(ids: readonly Id[]): readonly Bundle[] | undefined {
    return all(ids, this.#bundles);
  }

  /** All of the open window, as they came. */
  bundlesHeld(): readonly Bundle[] {
    return [...this.#bundles.values()];
  }

  reveals(ids: readonly Id[]): readonly Reveal[] | undefined {
    return all(ids, this.#reveals);
  }

  operations(ids: readonly Id[]): readonly (Operation | Registration)[] | undefined {
    return all(ids, this.#operations);
  }
}

/** All of them, or undefined. */
const all = <T>(ids: readonly Id[], bodies: ReadonlyMap<Id, T>): readonly T[] | undefined => {
  const found = ids.map((id) => bodies.get(id)).filter((body) => body !== undefined);
  return found.length === ids.length ? found : undefined;
};

/**
 * A second valid proposal of the same proposer for the same window and depth: with one bundle less, its own if a quorum is left
 * without it. `settled` is S_{W−1}. Undefined where no bundle can be spared or a body is not here.
 */
export const rivalProposal = (
  { header, bundles: entries }: Proposal,
  settled: Settled,
  bodies: Bodies,
  key: SigningKey,
): Proposal | undefined => {
  const bundles = bodies.bundles(entries.map(({ hash }) => hash));
  if (bundles === undefined) return undefined;
  const kept = withOneLess(bundles, header.proposerNodeId, openWindow(settled).roster);
  return kept && proposalOf(settled, header, kept, bodies, key);
};

/** What a proposal says besides what follows from its bundles. */
type ProposalBasis = Pick<Header, 'timechainValue' | 'proposerNodeId' | 'fallbackDepth'>;

/** A fresh proposal with these bundles, of weight ≥ Q, for the window after `settled`; undefined where a body is not here. */
export const proposalOf = (
  settled: Settled,
  { timechainValue, proposerNodeId: proposer, fallbackDepth }: ProposalBasis,
  bundles: readonly Bundle[],
  bodies: Bodies,
  key: SigningKey,
): Proposal | undefined => {
  const open = openWindow(settled);
  const cemented = cement(open.roster, bundles);
  const reveals = bodies.reveals(cemented.reveals);
  const objects = bodies.operations(cemented.operations);
  if (reveals === undefined || objects === undefined) return undefined;
  const input = {
    timechainValue,
    bundles: listed(bundles),
    reveals: listed(reveals),
    operations: objects.filter((object) => object.kind === 'operation'),
    registrations: objects.filter((object) => object.kind === 'registration'),
    proposer,
    fallbackDepth,
  };
  // Their signatures were judged when they were accepted.
  const outcome = applyWindow(settled, input, () => true);
  const made = makeHeader(headerFields(outcome, open, proposer, fallbackDepth), key);
  return makeProposal(made, input.bundles, input.reveals);
};

/** Drops one bundle, the one of `first` rather than another, such that the others have weight ≥ Q. */
const withOneLess = (bundles: readonly Bundle[], first: Id, roster: Roster): readonly Bundle[] | undefined => {
  const weightOf = ({ nodeId }: Bundle): bigint => roster.members[roster.slotOf(nodeId)]?.weight ?? 0n;
  const weight = bundles.reduce((sum, bundle) => sum + weightOf(bundle), 0n);
  const own = bundles.filter(({ nodeId }) => nodeId === first);
  const dropped = [...own, ...bundles].find((bundle) => weight - weightOf(bundle) >= roster.quorum);
  return dropped && bundles.filter((bundle) => bundle !== dropped);
};
