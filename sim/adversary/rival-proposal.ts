import type { Id } from '#core/bytes/bytes.ts';
import { cement } from '#core/consensus/cementing.ts';
import { makeHeader } from '#core/consensus/header.ts';
import type { Bundle, Operation, Proposal, ProtocolObject, Registration, Reveal } from '#core/consensus/objects.ts';
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
  const open = openWindow(settled);
  const bundles = bodies.bundles(entries.map(({ hash }) => hash));
  if (bundles === undefined) return undefined;
  const kept = withOneLess(bundles, header.proposerNodeId, open.roster);
  if (kept === undefined) return undefined;
  const cemented = cement(open.roster, kept);
  const reveals = bodies.reveals(cemented.reveals);
  const objects = bodies.operations(cemented.operations);
  if (reveals === undefined || objects === undefined) return undefined;
  const input = {
    timechainValue: header.timechainValue,
    bundles: listed(kept),
    reveals: listed(reveals),
    operations: objects.filter((object) => object.kind === 'operation'),
    registrations: objects.filter((object) => object.kind === 'registration'),
    proposer: header.proposerNodeId,
    fallbackDepth: header.fallbackDepth,
  };
  // Their signatures were judged when they were accepted.
  const outcome = applyWindow(settled, input, () => true);
  const rival = makeHeader(headerFields(outcome, open, header.proposerNodeId, header.fallbackDepth), key);
  return makeProposal(rival, input.bundles, input.reveals);
};

/** Drops one bundle, the one of `first` rather than another, such that the others have weight ≥ Q. */
const withOneLess = (bundles: readonly Bundle[], first: Id, roster: Roster): readonly Bundle[] | undefined => {
  const weightOf = ({ nodeId }: Bundle): bigint => roster.members[roster.slotOf(nodeId)]?.weight ?? 0n;
  const weight = bundles.reduce((sum, bundle) => sum + weightOf(bundle), 0n);
  const own = bundles.filter(({ nodeId }) => nodeId === first);
  const dropped = [...own, ...bundles].find((bundle) => weight - weightOf(bundle) >= roster.quorum);
  return dropped && bundles.filter((bundle) => bundle !== dropped);
};
