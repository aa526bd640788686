import type { Id } from '#core/bytes/bytes.ts';
import { isProven } from '#core/entry/waiting.ts';
import type { Notice } from '#core/host/host.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { CandidateRecord, NodeRecord } from '#core/state/records.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { Admissions, slotsOf } from './admissions.ts';
import { type Measure, type Metrics, rounded } from './measure.ts';

/** A window that is final, and the state that it followed. */
interface Step {
  readonly before: Settled;
  readonly record: FinalRecord;
  /** Nodes that are in the table since this window. */
  readonly admitted: readonly NodeRecord[];
}

/** Whether a candidate is in the pool: one whose sampled proof nobody has seen is not. */
const isIn = (candidate: CandidateRecord | undefined): boolean => candidate !== undefined && isProven(candidate);

/**
 * `growth`: active nodes epoch by epoch beside the curve of 05 §5 and §6 (as many admissions as there are slots, as soon as
 * somebody's chain is τ₂ windows old), and what became of registrations and emissions on the way. `entryFaults` counts what 02 §4.1
 * and 05 §3 to §6 exclude, in every window: with the records alone, not with the rules that made them. `regimeWindow` is the first
 * window that includes a bundle of a node that is no founder (05 §1), `soleQuorumUntil` the last in which the bootstrap node alone is
 * a quorum.
 */
export class Growth implements Measure {
  #before: Settled;
  readonly #founders: ReadonlySet<Id>;
  /** Active nodes at the end of each epoch, and the same by the formula. */
  readonly #curve: { readonly nodes: number; readonly formula: number }[] = [];
  readonly #formula: Admissions;
  #windows = 0;
  #admitted = 0;
  #pruned = 0;
  #expired = 0;
  #registrations = 0;
  #refused = 0;
  #welcomed = 0;
  #faults = 0;
  #poolMost = 0;
  /** Segments of the longest chain that entered the pool. */
  #longest = 0;
  #regimeWindow = -1;
  #soleQuorumUntil = -1;

  /** `start`: the state before window 0. `joining`: since when each host that is no founder seeks entry. */
  constructor(start: Settled, joining: readonly number[]) {
    this.#before = start;
    this.#founders = new Set(start.network.founders);
    this.#formula = new Admissions(this.#founders.size, joining);
  }

  notice(_host: number, notice: Notice): void {
    if (notice.type !== 'final') return;
    const { record } = notice;
    const { settled, entry } = record;
    const before = this.#before;
    const isNext = before.window < 0 || entry.header.prevProposalHash === before.side.proposalHash;
    if (settled.window !== before.window + 1 || !isNext) return;
    this.#before = settled;
    const admitted = [...settled.state.nodes()].filter(({ nodeId }) => before.state.node(nodeId) === undefined);
    const step = { before, record, admitted };
    this.#count(step);
    this.#check(step);
    this.#follow(settled);
  }

  #count({ before, record, admitted }: Step): void {
    const { settled, entry, registrations } = record;
    const { state, window } = settled;
    if (window > 0) this.#windows++;
    this.#admitted += admitted.length;
    for (const { nodeId } of before.state.nodes()) if (state.node(nodeId) === undefined) this.#pruned++;
    for (const { nodeId, expires } of before.state.candidates()) {
      const isGone = state.candidate(nodeId) === undefined && state.node(nodeId) === undefined;
      if (isGone && expires <= BigInt(window)) this.#expired++;
    }
    this.#registrations += registrations.length;
    for (const { nodeId } of registrations) {
      if (state.candidate(nodeId) === undefined && state.node(nodeId) === undefined) this.#refused++;
    }
    const isForeign = entry.bundles.some(({ nodeId }) => !this.#founders.has(nodeId));
    if (isForeign && this.#regimeWindow < 0) this.#regimeWindow = window;
    const { members, quorum, slotOf } = openWindow(before).roster;
    const bootstrap = members[slotOf(settled.network.founders[0] as Id)];
    if (bootstrap !== undefined && bootstrap.weight >= quorum) this.#soleQuorumUntil = window;
  }

  #check(step: Step): void {
    const { state, network } = step.record.settled;
    for (const node of state.nodes()) {
      const operator = state.account(node.operatorAccountId);
      const lengths = [0n, ...node.chainLengthCheckpoints, node.chainLength];
      this.#expect(node.chainLength >= 1n && node.suiteId === 1);
      this.#expect(operator?.isNodeOperator === true);
      this.#expect(lengths.every((length, i) => i === 0 || length >= (lengths[i - 1] as bigint)));
      this.#expect(state.candidate(node.nodeId) === undefined);
    }
    this.#checkLengths(step);
    const { before, admitted } = step;
    const { window } = step.record.settled;
    this.#expect(admitted.length <= slotsOf(network, window, openWindow(before).roster.members.length));
    for (const { nodeId, startWindow, chainLength } of admitted) {
      const chain = before.state.candidate(nodeId) ?? step.record.registrations.find((made) => made.nodeId === nodeId);
      this.#expect(chain !== undefined && chain.wStart + network.params.tau2Windows <= BigInt(window));
      this.#expect(startWindow === BigInt(window) && chainLength === 1n);
    }
    // Transfers of the window would hide who received the emission.
    if (window > 0 && step.record.operations.length === 0) this.#checkEmission(step);
  }

  /** 05 §4: the chains that entered the pool are as long as the pressure asked, whoever came first. */
  #checkLengths({ before, record }: Step): void {
    const { state, network } = record.settled;
    const { tau2Windows, adaptiveVdfMultiplier, adaptiveVdfThreshold } = network.params;
    const active = BigInt(openWindow(before).roster.members.length);
    const entered = record.registrations
      .filter(({ nodeId }) => isIn(state.candidate(nodeId)) || state.node(nodeId) !== undefined)
      .map(({ vdfChainLength }) => Number(vdfChainLength))
      .sort((a, b) => a - b);
    const waiting = [...before.state.candidates()].filter(isIn).length;
    this.#poolMost = Math.max(this.#poolMost, waiting);
    entered.forEach((length, i) => {
      const pending = BigInt(waiting + i);
      const isCalm = active === 0n || 100n * pending <= active * BigInt(adaptiveVdfThreshold);
      const required = isCalm ? tau2Windows : (tau2Windows * pending * BigInt(adaptiveVdfMultiplier)) / active;
      this.#expect(BigInt(length) >= required);
      this.#longest = Math.max(this.#longest, length);
    });
  }

  /** 05 §6: the emission goes to the admitted node's operator under `mesh`, else to the winner's. */
  #checkEmission({ before, record, admitted }: Step): void {
    const { settled, entry } = record;
    const { state, network } = settled;
    const isWelcome = network.rules.admission === 'mesh' && admitted.length > 0;
    const winner = before.state.node(entry.header.winnerId);
    const payee = isWelcome ? admitted[0]?.operatorAccountId : winner?.operatorAccountId;
    const received = (account: Id): bigint =>
      (state.account(account)?.balance ?? 0n) - (before.state.account(account)?.balance ?? 0n);
    const isPaid = payee !== undefined && received(payee) === network.params.emissionMoneta;
    this.#expect(isPaid);
    if (isPaid && isWelcome) this.#welcomed++;
  }

  #expect(holds: boolean): void {
    if (!holds) this.#faults++;
  }

  /** The formula goes on by one window; at the end of an epoch both curves get a point. */
  #follow(settled: Settled): void {
    const { network, window } = settled;
    this.#formula.enter(network, window);
    if (window === 0 || window % Number(network.params.tau2Windows) !== 0) return;
    this.#curve.push({ nodes: openWindow(settled).roster.members.length, formula: this.#formula.nodes });
  }

  metrics(): Metrics {
    const metrics: Record<string, number> = {
      nodesActive: openWindow(this.#before).roster.members.length,
      nodesByFormula: this.#formula.nodes,
      admitted: this.#admitted,
      pruned: this.#pruned,
      expired: this.#expired,
      registrations: this.#registrations,
      refused: this.#refused,
      welcomed: this.#welcomed,
      welcomeShare: rounded(this.#welcomed / Math.max(1, this.#windows), 4),
      entryFaults: this.#faults,
      poolMost: this.#poolMost,
      longestChain: this.#longest,
      regimeWindow: this.#regimeWindow,
      soleQuorumUntil: this.#soleQuorumUntil,
    };
    this.#curve.forEach(({ nodes, formula }, i) => {
      metrics[`growth.${i + 1}.nodes`] = nodes;
      metrics[`growth.${i + 1}.formula`] = formula;
    });
    return metrics;
  }
}
