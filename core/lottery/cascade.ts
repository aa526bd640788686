import type { Id } from '../bytes/bytes.ts';
import { IdSet } from '../collections/id-map.ts';
import { MAX_U128 } from './ln.ts';
import { orderTickets, type Ticket } from './ticket.ts';

/** fallback_depth(r) = ((r−1) mod 255) + 1 (04 D-11, 09 §11.2). */
export const depthOf = (round: number): number => ((round - 1) % 255) + 1;

/** leader(W, r) = cascade(W)[(fallback_depth − 1) mod length] (04 §7). */
export const leaderOf = (cascade: readonly Id[], round: number): Id | undefined =>
  cascade.length === 0 ? undefined : cascade[(depthOf(round) - 1) % cascade.length];

/** Tickets of unpenalised reveals, best first (04 §7). */
export const revealOrder = (reveals: readonly Ticket[], penalised: readonly Id[]): readonly Id[] => {
  const excluded = IdSet.from(penalised);
  return orderTickets(reveals.filter(({ nodeId }) => !excluded.has(nodeId))).map(({ nodeId }) => nodeId);
};

/**
 * winner(W): first of the cemented, unpenalised reveals; without one, first of all nodes active in W, penalised ones included and
 * the target ignored (04 §7, D-10). `order` is that of the reveals. Undefined only where no node is active.
 */
export const winnerOf = (order: readonly Id[], active: readonly Ticket[]): Id | undefined =>
  order[0] ?? orderTickets(active)[0]?.nodeId;

/**
 * Nodes that the final proposal of depth d excludes from the lottery of its window: the cascade before it, without the proposer
 * itself (04 D-12, 09 §11.4.5). In cascade order.
 */
export const penalties = (cascade: readonly Id[], fallbackDepth: number): readonly Id[] => {
  const proposer = leaderOf(cascade, fallbackDepth);
  return cascade.slice(0, Math.min(fallbackDepth - 1, cascade.length)).filter((nodeId) => nodeId !== proposer);
};

/** A node active in W with its ticket of W−2, undefined where it had none. */
export interface CascadeEntry {
  readonly nodeId: Id;
  readonly ticket: bigint | undefined;
}

/**
 * cascade(W) for W ≥ 2 (04 §7): the ordered reveals of W−2 that are still in the node table, then every other node active in W by
 * its ticket of W−2; one without a ticket counts with 2^128 − 1.
 */
export const cascadeOf = (
  order: readonly Id[],
  isInTable: (nodeId: Id) => boolean,
  active: readonly CascadeEntry[],
): readonly Id[] => {
  const first = order.filter(isInTable);
  const taken = IdSet.from(first);
  const rest = active
    .filter(({ nodeId }) => !taken.has(nodeId))
    .map(({ nodeId, ticket }) => ({ nodeId, ticket: ticket ?? MAX_U128 }));
  return [...first, ...orderTickets(rest).map(({ nodeId }) => nodeId)];
};
