import { type Address, groupOf } from './address.ts';

/** An incoming connection, as the choice of whom to close looks at it. */
export interface Inbound {
  readonly number: number;
  readonly address: Address;
  /** Order of opening: greater is younger. */
  readonly openedAt: number;
  /** Microseconds; undefined: not measured yet. */
  readonly roundTrip: number | undefined;
  /** When it last brought something new, and a new proposal; −1: never. */
  readonly usefulAt: number;
  readonly proposalAt: number;
}

const FASTEST = 4;
const USEFUL = 4;
const GROUPS = 8;
const PROPOSALS = 4;

/**
 * Which incoming connection makes room for a newcomer (06 §9): four with the shortest round trip, four that were useful last, up to
 * eight of distinct groups and four that relayed a proposal last are protected; of the others the youngest of the largest group goes.
 * undefined: all are protected, the newcomer is refused.
 */
export const evictedFor = (links: readonly Inbound[]): Inbound | undefined => {
  let left = [...links];
  const protect = (kept: readonly Inbound[]): void => {
    left = left.filter((link) => !kept.includes(link));
  };
  const best = (count: number, isKnown: (link: Inbound) => boolean, score: (link: Inbound) => number) =>
    left
      .filter(isKnown)
      .sort((a, b) => score(b) - score(a) || a.openedAt - b.openedAt)
      .slice(0, count);
  protect(
    best(
      FASTEST,
      ({ roundTrip }) => roundTrip !== undefined,
      ({ roundTrip = 0 }) => -roundTrip,
    ),
  );
  protect(
    best(
      USEFUL,
      ({ usefulAt }) => usefulAt >= 0,
      ({ usefulAt }) => usefulAt,
    ),
  );
  protect(oldestOfGroups(left).slice(0, GROUPS));
  protect(
    best(
      PROPOSALS,
      ({ proposalAt }) => proposalAt >= 0,
      ({ proposalAt }) => proposalAt,
    ),
  );
  const size = (link: Inbound): number =>
    left.filter((other) => groupOf(other.address) === groupOf(link.address)).length;
  return left.toSorted((a, b) => size(b) - size(a) || b.openedAt - a.openedAt)[0];
};

/** The oldest connection of each group, oldest first. */
const oldestOfGroups = (links: readonly Inbound[]): readonly Inbound[] => {
  const seen = new Set<string>();
  return links
    .toSorted((a, b) => a.openedAt - b.openedAt)
    .filter(({ address }) => {
      const group = groupOf(address);
      return !seen.has(group) && seen.add(group) !== undefined;
    });
};
