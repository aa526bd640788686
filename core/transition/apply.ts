import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import type { HeaderFields } from '../consensus/header.ts';
import type { Header, Listed, Operation, Registration } from '../consensus/objects.ts';
import { controlRoot, listRoot } from '../consensus/set-roots.ts';
import type { Verify } from '../crypto/suite.ts';
import { applyRegistrations, type RegistrationReceipt } from '../entry/batch.ts';
import type { ChainEngine } from '../entry/candidate-chain.ts';
import { emissionPayee, expireCandidates, type Selection, selectCandidates } from '../entry/selection.ts';
import { entryProofMode } from '../genesis/derived.ts';
import { penalties, revealOrder, winnerOf } from '../lottery/cascade.ts';
import { type SettleReceipt, settleOperations } from '../operations/settle.ts';
import type { Roots } from '../state/roots.ts';
import type { Delta } from '../state/state.ts';
import { cementedBundleAggregate } from '../timechain/aggregate.ts';
import { timechainStep } from '../timechain/chain.ts';
import { participationPermille } from '../timechain/difficulty.ts';
import { countConfirmations } from './confirmations.ts';
import { type Cost, treeHashes } from './cost.ts';
import { Draft } from './draft.ts';
import { operatorOf, payEmission } from './emission.ts';
import { entryProofOf } from './entry-proof.ts';
import { closeEpoch, isBoundary, type Pruned } from './epoch.ts';
import { type OpenWindow, openWindow } from './open-window.ts';
import type { Prework } from './prework.ts';
import type { Settled } from './settled.ts';
import { type EpochEnd, nextSide } from './side-state.ts';
import type { LotteryTicket } from './window-lottery.ts';

/** What a final proposal W fixes, with the bodies it needs: an archive entry is enough, bundles are not needed (09 §3). */
export interface WindowInput {
  /** T_W. */
  readonly timechainValue: Id;
  /** included_bundles(W). */
  readonly bundles: readonly Listed[];
  /** included_reveals(W − 1). */
  readonly reveals: readonly Listed[];
  /** Cemented in W, in any order. */
  readonly operations: readonly Operation[];
  /** control_set(W), in any order. */
  readonly registrations: readonly Registration[];
  /** Leader of that depth: no valid header names another. */
  readonly proposer: Id;
  readonly fallbackDepth: number;
}

/** What proposal W does to S_{W−1}. */
export interface Outcome extends Roots {
  readonly window: number;
  readonly timechainValue: Id;
  readonly target: bigint;
  readonly delta: Delta;
  readonly controlRoot: Id;
  readonly includedBundlesRoot: Id;
  readonly includedRevealsRoot: Id;
  /** winner(W − 1); the bootstrap node for W = 0. */
  readonly winnerId: Id;
  /** Zeros for W = 0. */
  readonly winnerEndpoint: Id;
  /** op_hashes that changed the state, in the order they were applied. */
  readonly applied: readonly Id[];
  /** Cemented operations with what became of them, ascending op_hash. */
  readonly operations: readonly SettleReceipt[];
  /** The control set with what became of it, in nr_sort_key order. */
  readonly registrations: readonly RegistrationReceipt[];
  /** Candidates whose time was over, ascending. */
  readonly expired: readonly Id[];
  readonly selection: Selection;
  /** Node ids that entered the Node Table. */
  readonly admitted: readonly Id[];
  /** Account that received the emission; undefined for W = 0. */
  readonly payee: Id | undefined;
  /** Permille; undefined for W = 0. */
  readonly participation: number | undefined;
  /** Present at a τ₂ boundary only. */
  readonly epoch: (EpochEnd & { readonly pruned: Pruned }) | undefined;
  /** Without what prework did, which has a cost of its own. */
  readonly cost: Cost;
  /** S_W, once the header is named; the state keeps `delta` above what S_{W−1} stands on. */
  settle(proposalHash: Id, protocolVersion: number): Settled;
}

/** A tree over n list entries: at most this many nodes for each. */
const NODES_PER_ENTRY = 256;

/**
 * apply_proposal(S_{W−1}, proposal_W), 04 §11: pure, on a draft; `settled` stays as it is. Cost: the trees over what changed, which
 * is every included node; a τ₂ boundary also closes every account, unless `prework` did. Throws `FatalInvariant` only, where no
 * input can lead. `chain` hashes entry chains again; a shell that verified them before passes one that remembers. `prework` changes
 * nothing but `cost`, and that in the same way however far it got: what is left of it is done here and counts as its own. One that
 * is for another window or state is not used.
 */
export const applyWindow = (
  settled: Settled,
  input: WindowInput,
  verify: Verify,
  chain: ChainEngine = timechainStep,
  prework?: Prework,
): Outcome => {
  const open = openWindow(settled);
  const { window, aggregate, roster } = open;
  const { params, rules, genesisHash } = settled.network;
  const { timechainValue } = input;
  const signers = input.bundles.map(({ nodeId }) => nodeId);
  const present = { window, timechainValue, aggregate: cementedBundleAggregate(window, signers), d: open.d };
  const draft = new Draft(settled.state);
  const prepared = prework?.isFor(settled) ? prework : undefined;
  prepared?.finish();
  const activeNodes = roster.members.length;
  const entryProof = entryProofMode(rules, params);
  const basis = { window, timechainValue, aggregate, activeNodes, params, rules, genesisHash, entryProof };

  const { tau2Windows } = params;
  const operations = settleOperations(input.operations, draft, { window, tau2Windows, rules, genesisHash }, verify);
  const proves = entryProofOf(open, present, chain);
  const registrations = applyRegistrations(input.registrations, draft, basis, verify, proves);
  const expired = expireCandidates(draft, window);
  const selection = selectCandidates(draft, basis);
  const { winnerId, winnerEndpoint, order } = drawWinner(open, input.reveals);
  const payee = window === 0 ? undefined : emissionPayee(selection, operatorOf(draft, winnerId));
  if (payee !== undefined) payEmission(draft, payee, params.emissionMoneta);
  const includedWeight = countConfirmations(draft, input.bundles, roster);
  const pruned = isBoundary(window, tau2Windows) ? closeEpoch(draft, window, params, prepared) : undefined;
  const minted = payee === undefined ? 0n : params.emissionMoneta;
  if (draft.supplyChange() !== minted) throw new FatalInvariant(`window ${window} changes the supply by another sum`);

  const { delta: own, roots, cost } = (prepared?.state ?? settled.state).apply(draft.changes());
  const delta = prepared?.onSettled(own) ?? own;
  const participation = window === 0 ? undefined : participationPermille(includedWeight, roster.activeWeight);
  const side = nextSide(open, {
    present,
    participation,
    includedReveals: input.reveals.length,
    order,
    penalised: penalties(open.cascade, input.fallbackDepth),
  });
  const entries = input.bundles.length + input.reveals.length + input.registrations.length;
  return {
    ...roots,
    window,
    timechainValue,
    target: open.target,
    delta,
    controlRoot: controlRoot(input.registrations, rules.controlLeaf),
    includedBundlesRoot: listRoot(input.bundles),
    includedRevealsRoot: listRoot(input.reveals),
    winnerId,
    winnerEndpoint,
    applied: operations.filter(({ fault }) => fault === undefined).map(({ operation }) => operation.id),
    operations,
    registrations,
    expired,
    selection,
    admitted: selection.admitted,
    payee,
    participation,
    epoch: side.epoch && pruned && { ...side.epoch, pruned },
    cost: {
      hashes: treeHashes(cost) + NODES_PER_ENTRY * entries,
      records: cost.records,
    },
    settle: (proposalHash, protocolVersion) => ({
      network: settled.network,
      window,
      state: prepared?.after(own, delta) ?? settled.state.with(delta),
      side: side.named(proposalHash, protocolVersion),
    }),
  };
};

interface Winner {
  readonly winnerId: Id;
  readonly winnerEndpoint: Id;
  /** Unpenalised cemented reveals of W − 1, best first. */
  readonly order: readonly Id[];
}

/** winner(W − 1), fixed by proposal W (04 §7). Reveals of nodes that had no ticket count for nothing. */
const drawWinner = ({ settled, lotteryBefore }: OpenWindow, reveals: readonly Listed[]): Winner => {
  const { network, side } = settled;
  if (lotteryBefore === undefined) return { winnerId: network.founders[0] as Id, winnerEndpoint: ZERO_ID, order: [] };
  const tickets = reveals.map(({ nodeId }) => lotteryBefore.ticketOf(nodeId)).filter((ticket) => ticket !== undefined);
  const order = revealOrder(tickets, side.penalised);
  const winnerId = winnerOf(order, order.length === 0 ? lotteryBefore.tickets() : []);
  if (winnerId === undefined) throw new FatalInvariant('a lottery without an eligible node');
  return { winnerId, winnerEndpoint: (lotteryBefore.ticketOf(winnerId) as LotteryTicket).endpoint, order };
};

/** The header of a proposal with this outcome, to be signed by its proposer (04 §8). */
export const headerFields = (outcome: Outcome, open: OpenWindow, proposer: Id, depth: number): HeaderFields => ({
  prevProposalHash: open.parent,
  window: open.window,
  protocolVersion: open.protocolVersion,
  controlRoot: outcome.controlRoot,
  nodeRoot: outcome.nodeRoot,
  candidateRoot: outcome.candidateRoot,
  accountRoot: outcome.accountRoot,
  stateRoot: outcome.stateRoot,
  timechainValue: outcome.timechainValue,
  includedBundlesRoot: outcome.includedBundlesRoot,
  includedRevealsRoot: outcome.includedRevealsRoot,
  winnerEndpoint: outcome.winnerEndpoint,
  winnerId: outcome.winnerId,
  proposerNodeId: proposer,
  target: outcome.target,
  fallbackDepth: depth,
});

export type OutcomeFault =
  | 'BundlesRootMismatch'
  | 'RevealsMismatch'
  | 'WrongWinner'
  | 'ControlSetMismatch'
  | 'StateRootMismatch';

/** What of steps 9–13 of 04 §10 a transition decides: the first reason why `header` is not that of this outcome. */
export const compareOutcome = (outcome: Outcome, header: Header): OutcomeFault | undefined => {
  if (header.includedBundlesRoot !== outcome.includedBundlesRoot) return 'BundlesRootMismatch';
  if (header.includedRevealsRoot !== outcome.includedRevealsRoot) return 'RevealsMismatch';
  if (header.winnerId !== outcome.winnerId || header.winnerEndpoint !== outcome.winnerEndpoint) return 'WrongWinner';
  if (header.controlRoot !== outcome.controlRoot) return 'ControlSetMismatch';
  const isSameState =
    header.candidateRoot === outcome.candidateRoot &&
    header.nodeRoot === outcome.nodeRoot &&
    header.accountRoot === outcome.accountRoot &&
    header.stateRoot === outcome.stateRoot;
  return isSameState ? undefined : 'StateRootMismatch';
};
