import { concat, fromHex, type Id, toHex } from '#core/bytes/bytes.ts';
import { makeBundle } from '#core/consensus/bundle.ts';
import { cement } from '#core/consensus/cementing.ts';
import { makeHeader } from '#core/consensus/header.ts';
import { judgeReveal } from '#core/consensus/judge-reveal.ts';
import type { Listed, Reveal } from '#core/consensus/objects.ts';
import { makeReveal } from '#core/consensus/reveal.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey, type Verify } from '#core/crypto/suite.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import { leaderOf } from '#core/lottery/cascade.ts';
import { lotteryEndpoint } from '#core/lottery/endpoint.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { decodeAccountRecord, decodeNodeRecord } from '#core/state/records.ts';
import type { State } from '#core/state/view.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { applyWindow, compareOutcome, headerFields, type Outcome } from '#core/transition/apply.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { type OpenWindow, openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { WindowLottery } from '#core/transition/window-lottery.ts';
import type { Output } from './compare.ts';
import type { Input } from './input.ts';
import { disagreement, Model } from './model.ts';
import { operationOf, registrationOf } from './objects.ts';
import { genesisOf } from './topics/genesis.ts';

/**
 * Who is excluded when more rounds failed than the cascade has leaders. `printed`: as the histories were made, everybody, the one
 * that led again in the end included (04 D-12 before 09). `decided`: as 09 §11.4.5 and the core have it, everybody but that one.
 */
export type Reading = 'printed' | 'decided';

/** The lists of a history are given, not signed: no identifier covers these signatures. */
const unsigned: SigningKey = {
  publicKey: new Uint8Array(PUBLIC_KEY_SIZE),
  sign: () => new Uint8Array(SIGNATURE_SIZE),
};

/** The model under either reading. */
class HistoryModel extends Model {
  readonly #reading: Reading;

  constructor(genesis: Genesis, reading: Reading, verify: Verify) {
    super(genesis.network, foundersOf(genesis), verify);
    this.#reading = reading;
  }

  protected override penalties(cascade: readonly Id[], depth: number): readonly Id[] {
    return this.#reading === 'printed' ? cascade.slice(0, depth - 1) : super.penalties(cascade, depth);
  }
}

/** Keys of the founders, bootstrap first. */
const foundersOf = ({ network, records }: Genesis) =>
  network.founders.map((id) => {
    const node = decodeNodeRecord(recordOf(records.node, id));
    if (!node.ok) throw new Error(node.error);
    const account = decodeAccountRecord(recordOf(records.account, node.value.operatorAccountId));
    if (!account.ok) throw new Error(account.error);
    return { accountPubkey: account.value.currentPubkey, nodePubkey: node.value.nodePubkey };
  });

const recordOf = (records: Genesis['records']['node'], id: Id): Uint8Array => {
  const found = records.find(([key]) => key === id);
  if (found === undefined) throw new Error(`no genesis record ${id}`);
  return found[1];
};

/**
 * Runs a `history` case through the core, window by window, and gives everything its `out` has. The naive model walks beside it and
 * has to agree on every header; a history in which it does not throws.
 */
export const runHistory = (input: Input, reading: Reading = 'decided'): Output => {
  const genesis = genesisOf(input);
  const verify = remembering(mlDsa65.verify);
  const model = new HistoryModel(genesis, reading, verify);
  let settled = genesisSettled(genesis, new MemoryBase());
  let before: OpenWindow | undefined;
  const windows: Output[] = [];
  for (const window of input.list('windows')) {
    const open = openWindow(settled);
    const step = runWindow(window, open, before, model, verify);
    windows.push(step.output);
    const penalised = open.cascade.slice(0, window.number('fallback_depth') - 1);
    settled = reading === 'decided' ? step.settled : { ...step.settled, side: { ...step.settled.side, penalised } };
    before = open;
  }
  return {
    genesisStateHash: genesis.network.genesisHash,
    genesisStateRoot: genesis.roots.stateRoot,
    windows,
    final: tablesOf(settled.state),
  };
};

interface Step {
  readonly output: Output;
  readonly settled: Settled;
}

const runWindow = (
  input: Input,
  open: OpenWindow,
  before: OpenWindow | undefined,
  model: Model,
  verify: Verify,
): Step => {
  const { window, roster, cascade } = open;
  const operations = input.list('operations').map(operationOf);
  const registrations = input.list('registrations').map(registrationOf);
  const reveals = input.ids('reveals').map((nodeId) => revealOf(nodeId, open.previousT, before));
  const timechainValue = open.timechainValue ?? timechainStep(open.previousT, open.d);
  const bundles = input.list('bundles').map((bundle) => {
    const listed = (name: string, objects: readonly { readonly id: Id }[]): readonly Id[] =>
      bundle.numbers(name).map((index) => (objects[index] as { readonly id: Id }).id);
    const hashes = [...listed('ops', operations), ...listed('registrations', registrations)].sort();
    const fields = { nodeId: bundle.id('node_id'), endpoint: timechainValue, window, operations: hashes };
    return makeBundle({ ...fields, reveals: [...listed('reveals', reveals)].sort() }, unsigned);
  });
  const cemented = cement(roster, bundles);
  const isCemented = ({ id }: { readonly id: Id }): boolean => cemented.operations.includes(id);
  const lottery = before?.lottery(open.previousT);
  const verdicts = reveals.map((reveal) => revealVerdict(reveal, lottery, cemented.reveals.includes(reveal.id)));
  const fallbackDepth = input.number('fallback_depth');
  const proposer = leaderOf(cascade, fallbackDepth) as Id;
  const windowInput = {
    timechainValue,
    bundles: listOf(bundles),
    reveals: listOf(reveals.filter((_, i) => verdicts[i]?.[0] === 'ok')),
    operations: operations.filter(isCemented),
    registrations: registrations.filter(isCemented),
    proposer,
    fallbackDepth,
  };
  const outcome = applyWindow(open.settled, windowInput, verify);
  const header = makeHeader(headerFields(outcome, open, proposer, fallbackDepth), unsigned);
  const fault = compareOutcome(outcome, header) ?? disagreement(model.apply(windowInput), header);
  if (fault !== undefined) throw new Error(`the model disagrees in window ${window}: ${fault}`);
  const settled = outcome.settle(header.id, header.protocolVersion);
  const output = {
    w: window,
    d: open.d,
    timechainValue,
    aggregate_w_minus_2: open.aggregate,
    activeNodes: roster.members.length,
    activeChainLength: roster.activeWeight,
    quorum: roster.quorum,
    cascadeLength: cascade.length,
    cascadeFirst: cascade.slice(0, 3),
    cascadeSha256: sha256(concat(...cascade.map(fromHex))),
    proposer,
    reveals: verdicts,
    winnerId: outcome.winnerId,
    winnerEndpoint: outcome.winnerEndpoint,
    operations: operations.map(({ id }) => ({
      opHash: id,
      verdict: verdictOf(outcome.operations.find(({ operation }) => operation.id === id)),
    })),
    applyOrder: outcome.applied,
    registrations: registrations.map(({ id, nodeId }) => {
      const receipt = outcome.registrations.find(({ registration }) => registration.id === id);
      return { noderegHash: id, nodeId, verdict: verdictOf(receipt), required: receipt?.required };
    }),
    registrationOrder: outcome.registrations.map(({ registration }) => registration.id),
    expired: outcome.expired,
    slots: outcome.selection.slots,
    admitted: outcome.admitted,
    dropped: outcome.selection.dropped,
    operatorAccountsCreated: outcome.selection.created,
    payee: outcome.payee ?? null,
    participationPermille: outcome.participation,
    target: outcome.target,
    ...epochOutput(outcome),
    supply: supplyOf(settled.state),
    accountRoot: outcome.accountRoot,
    nodeRoot: outcome.nodeRoot,
    candidateRoot: outcome.candidateRoot,
    stateRoot: outcome.stateRoot,
    controlRoot: outcome.controlRoot,
    includedBundlesRoot: outcome.includedBundlesRoot,
    includedRevealsRoot: outcome.includedRevealsRoot,
    proposalHash: header.id,
  };
  return { output, settled };
};

/** A reveal of the window before, its endpoint right whoever signs it. */
const revealOf = (nodeId: Id, timechainValue: Id, before: OpenWindow | undefined): Reveal => {
  if (before === undefined) throw new Error('a reveal before window 0');
  const endpoint = lotteryEndpoint(timechainValue, before.aggregate, nodeId, before.window);
  return makeReveal({ nodeId, window: before.window, endpoint }, unsigned);
};

/** Judged by the window it belongs to, as its receivers did. */
const revealVerdict = (reveal: Reveal, lottery: WindowLottery | undefined, isListed: boolean): readonly unknown[] => {
  if (lottery === undefined) throw new Error('a reveal before window 0');
  const fault = judgeReveal(reveal, lottery, () => true);
  const ticket = lottery.ticketOf(reveal.nodeId)?.ticket;
  return [fault ?? (isListed ? 'ok' : 'NotCemented'), ...(ticket === undefined ? [] : [ticket])];
};

const verdictOf = (receipt: { readonly fault: string | undefined } | undefined): string =>
  receipt === undefined ? 'NotCemented' : (receipt.fault ?? 'ok');

const listOf = (objects: readonly { readonly nodeId: Id; readonly id: Id }[]): readonly Listed[] =>
  objects.map(({ nodeId, id }) => ({ nodeId, hash: id })).sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));

const epochOutput = ({ epoch }: Outcome): Output => ({
  prunedAccounts: epoch?.pruned.accounts ?? [],
  prunedNodes: epoch?.pruned.nodes ?? [],
  boundary: epoch && {
    medianPermille: epoch.medianPermille,
    dNext: epoch.dNext,
    includedReveals: epoch.includedReveals,
    targetNext: epoch.targetNext,
  },
});

const supplyOf = (state: State): bigint => {
  let supply = 0n;
  for (const { balance } of state.accounts()) supply += balance;
  return supply;
};

const tablesOf = (state: State): Output => ({
  accounts: Array.from(state.accounts(), (account) => ({
    ...account,
    isNodeOperator: Number(account.isNodeOperator),
    currentPubkeySha256: sha256(account.currentPubkey),
  })),
  nodes: [...state.nodes()],
  candidates: [...state.candidates()],
});

/** Core and model ask the same questions; an answer takes two milliseconds. */
const remembering = (verify: Verify): Verify => {
  const known = new Map<Id, boolean>();
  return (publicKey, message, signature) => {
    const question = toHex(sha256(concat(publicKey, message, signature)));
    let answer = known.get(question);
    if (answer === undefined) {
      answer = verify(publicKey, message, signature);
      known.set(question, answer);
    }
    return answer;
  };
};
