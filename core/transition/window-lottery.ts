import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { RevealBasis, RevealSigner } from '../consensus/judge-reveal.ts';
import { lotteryEndpoint } from '../lottery/endpoint.ts';
import { type LotteryMode, type Ticket, weightedTicket } from '../lottery/ticket.ts';
import type { NodeRecord } from '../state/records.ts';
import type { LotteryBasis } from './settled.ts';

/** A node's part in one lottery. */
export interface LotteryTicket extends Ticket {
  readonly endpoint: Id;
}

/** The lottery of one window, its T being known (04 §6): what its reveals are judged on, and everybody's ticket. */
export interface WindowLottery extends RevealBasis {
  /** undefined: not active in the window, or not eligible. */
  ticketOf(nodeId: Id): LotteryTicket | undefined;
  /** Tickets of all eligible nodes, ascending node_id; the target is ignored. */
  tickets(): readonly LotteryTicket[];
}

export interface LotteryInputs {
  readonly timechainValue: Id;
  /** cemented_bundle_aggregate(window − 2). */
  readonly aggregate: Id;
  readonly target: bigint;
  readonly mode: LotteryMode;
  readonly basis: LotteryBasis;
  /** A node of S_{window−1}, active or not. */
  nodeOf(nodeId: Id): NodeRecord | undefined;
}

/** Tickets are drawn when first asked for, each once. */
export const windowLottery = (inputs: LotteryInputs): WindowLottery => {
  const { timechainValue, aggregate, target, mode, basis, nodeOf } = inputs;
  const { window } = basis;
  const weights = weightsOf(basis);
  const drawn = new IdMap<LotteryTicket>();
  const ticketOf = (nodeId: Id): LotteryTicket | undefined => {
    const weight = weights.get(nodeId) ?? 0n;
    if (weight === 0n) return undefined;
    let ticket = drawn.get(nodeId);
    if (ticket === undefined) {
      const endpoint = lotteryEndpoint(timechainValue, aggregate, nodeId, window);
      ticket = { nodeId, endpoint, ticket: weightedTicket(mode, endpoint, weight) };
      drawn.set(nodeId, ticket);
    }
    return ticket;
  };
  const signerOf = (nodeId: Id): RevealSigner | undefined => {
    const node = nodeOf(nodeId);
    if (node === undefined) return undefined;
    const weight = weights.get(nodeId);
    return {
      publicKey: node.nodePubkey,
      suiteId: node.suiteId,
      isActive: weight !== undefined,
      lotteryWeight: weight ?? 0n,
    };
  };
  const tickets = (): readonly LotteryTicket[] =>
    basis.entries.flatMap(({ nodeId }) => {
      const ticket = ticketOf(nodeId);
      return ticket === undefined ? [] : [ticket];
    });
  return { window, timechainValue, aggregate, target, mode, signerOf, ticketOf, tickets };
};

const known = new WeakMap<LotteryBasis, IdMap<bigint>>();

/** lottery_weight by node id; a basis serves three windows. */
const weightsOf = (basis: LotteryBasis): IdMap<bigint> => {
  let weights = known.get(basis);
  if (weights === undefined) {
    weights = IdMap.from(basis.entries.map(({ nodeId, weight }) => [nodeId, weight] as const));
    known.set(basis, weights);
  }
  return weights;
};
