import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { type HeaderBasis, MAX_PROTOCOL_VERSION } from '../consensus/judge-header.ts';
import { type Roster, rosterOf } from '../consensus/roster.ts';
import { cascadeOf } from '../lottery/cascade.ts';
import { lotteryWeight } from '../lottery/ticket.ts';
import { aggregateOf, pastWindow } from './past.ts';
import type { LotteryBasis, Settled } from './settled.ts';
import { type WindowLottery, windowLottery } from './window-lottery.ts';

/** Window W = settled.window + 1 while it is open: everything its objects are judged by, a pure function of S_{W−1}. */
export interface OpenWindow extends HeaderBasis {
  readonly settled: Settled;
  readonly window: number;
  /** active(W) in S_{W−1}. */
  readonly roster: Roster;
  /** What a nil vote names: the final proposal W − 1, before window 0 the Genesis State Hash (09 §3). */
  readonly nilHash: Id;
  /** T_{W−1}: where hashing towards T_W starts. For W = 0, where nothing is hashed, T_0. */
  readonly previousT: Id;
  /** T_W where it is known beforehand: T_0. */
  readonly timechainValue: Id | undefined;
  /** D(W), D(W+1): iterations to T_W and T_{W+1}. */
  readonly d: number;
  readonly dNext: number;
  /** cemented_bundle_aggregate(W − 2). */
  readonly aggregate: Id;
  /** Lottery weights of W. */
  readonly basis: LotteryBasis;
  /** The lottery of W, once T_W is known: reveals and tickets of W. */
  lottery(timechainValue: Id): WindowLottery;
  /** The lottery of W − 1, whose cemented reveals proposal W includes; undefined for W = 0. */
  readonly lotteryBefore: WindowLottery | undefined;
}

const known = new WeakMap<Settled, OpenWindow>();

/** The window after `settled`; computed once for each settled state, which many hosts may share. */
export const openWindow = (settled: Settled): OpenWindow => {
  let open = known.get(settled);
  if (open === undefined) {
    open = openAfter(settled);
    known.set(settled, open);
  }
  return open;
};

const openAfter = (settled: Settled): OpenWindow => {
  const { network, state, side } = settled;
  const { params, rules } = network;
  const window = settled.window + 1;
  const roster = rosterOf(state.nodes(), window, params.tau2Windows);
  const basis = lotteryBasis(roster);
  const aggregate = aggregateOf(side.past, window - 2);
  const nodeOf: HeaderBasis['nodeOf'] = (nodeId) => state.node(nodeId);
  let lottery: WindowLottery | undefined;
  return {
    settled,
    window,
    roster,
    parent: window === 0 ? ZERO_ID : side.proposalHash,
    nilHash: side.proposalHash,
    protocolVersion: side.protocolVersion,
    maxProtocolVersion: MAX_PROTOCOL_VERSION,
    previousT: side.timechainValue,
    timechainValue: window === 0 ? side.timechainValue : undefined,
    d: side.dNext,
    dNext: side.dAfterNext,
    target: side.target,
    aggregate,
    cascade: cascade(settled, roster),
    basis,
    nodeOf,
    lottery: (timechainValue) => {
      if (lottery?.timechainValue !== timechainValue) {
        const inputs = { timechainValue, aggregate, target: side.target, mode: rules.lottery, basis, nodeOf };
        lottery = windowLottery(inputs);
      }
      return lottery;
    },
    lotteryBefore: lotteryBefore(settled),
  };
};

/** Lottery weights of the nodes active in a window (04 §6.2). */
export const lotteryBasis = ({ window, members }: Roster): LotteryBasis => ({
  window,
  entries: members.map(({ nodeId, weight, snapshot }) => ({ nodeId, weight: lotteryWeight(weight, snapshot) })),
});

/** The lottery of the window just settled. Of its nodes none has left the table, and those that came in it are unknown to it. */
const lotteryBefore = ({ network, window, state, side }: Settled): WindowLottery | undefined => {
  if (side.basis === undefined) return undefined;
  return windowLottery({
    timechainValue: side.timechainValue,
    aggregate: aggregateOf(side.past, window - 2),
    target: side.targetLast,
    mode: network.rules.lottery,
    basis: side.basis,
    nodeOf: (nodeId) => {
      const node = state.node(nodeId);
      return window > 0 && node?.startWindow === BigInt(window) ? undefined : node;
    },
  });
};

/** cascade(W): the founders in windows 0 and 1, then by the lottery of W − 2 (04 §7). */
const cascade = ({ network, window: last, state, side }: Settled, roster: Roster): readonly Id[] => {
  if (roster.window < 2) return network.founders;
  const past = pastWindow(side.past, last - 1);
  if (past === undefined || side.basisBefore === undefined)
    throw new FatalInvariant(`no lottery of window ${last - 1}`);
  const lottery = windowLottery({
    timechainValue: past.timechainValue,
    aggregate: aggregateOf(side.past, last - 3),
    target: 0n,
    mode: network.rules.lottery,
    basis: side.basisBefore,
    nodeOf: () => undefined,
  });
  const active = roster.members.map(({ nodeId }) => ({ nodeId, ticket: lottery.ticketOf(nodeId)?.ticket }));
  return cascadeOf(side.order.order, (nodeId) => state.node(nodeId) !== undefined, active);
};
