import type { Id } from '../bytes/bytes.ts';
import { Bitset } from '../collections/bitset.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Roster } from './roster.ts';

/** What of a bundle counts when lists are weighed. */
export interface Listing {
  readonly nodeId: Id;
  readonly operations: readonly Id[];
  readonly reveals: readonly Id[];
}

/** What a set of included bundles cements (04 §8). */
export interface Cemented {
  /** Σ weight of the signers, to be ≥ Q. */
  readonly weight: bigint;
  /** Identifiers of operations and registrations with listing weight ≥ Q, ascending. */
  readonly operations: readonly Id[];
  /** Identifiers of reveals with listing weight ≥ Q, ascending. */
  readonly reveals: readonly Id[];
}

/**
 * Counts the included bundles' lists; mechanical: no body is looked at (03 §6.2). A signer counts once, by the first bundle of it,
 * whatever list they come from; a node that is not in the roster does not count.
 */
export const cement = (roster: Roster, bundles: readonly Listing[]): Cemented => {
  const operations = new IdMap<bigint>();
  const reveals = new IdMap<bigint>();
  const counted = new Bitset(roster.members.length);
  let weight = 0n;
  for (const bundle of bundles) {
    const slot = roster.slotOf(bundle.nodeId);
    const member = roster.members[slot];
    if (member === undefined || !counted.set(slot)) continue;
    weight += member.weight;
    count(operations, bundle.operations, member.weight);
    count(reveals, bundle.reveals, member.weight);
  }
  return { weight, operations: reached(operations, roster.quorum), reveals: reached(reveals, roster.quorum) };
};

const count = (weights: IdMap<bigint>, ids: readonly Id[], weight: bigint): void => {
  for (const id of ids) weights.set(id, (weights.get(id) ?? 0n) + weight);
};

const reached = (weights: IdMap<bigint>, quorum: bigint): readonly Id[] =>
  weights.keys().filter((id) => (weights.get(id) as bigint) >= quorum);
