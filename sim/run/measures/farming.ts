import type { Id } from '#core/bytes/bytes.ts';
import { quorumOf } from '#core/consensus/roster.ts';
import type { Notice } from '#core/host/host.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { slotsOf } from './admissions.ts';
import { type Measure, type Metrics, rounded } from './measure.ts';

/** Chains that `cores` have finished when window `window` takes registrations, if they began evenly over the first τ₂ windows. */
export const chainsFinished = (cores: number, tau2: number, window: number): number =>
  Math.max(0, Math.ceil((cores * (window - tau2)) / tau2));

/** 2Q − A: the least weight of voters that can break agreement (09 §11.1). */
const breaking = (activeWeight: bigint): bigint => 2n * quorumOf(activeWeight) - activeWeight;

const shareOf = (part: bigint | number, whole: bigint | number): number =>
  rounded(Number(part) / Math.max(1, Number(whole)), 4);

/** Weight in the lists of active nodes, and what the formula gives the farm there. */
interface Weights {
  readonly farm: number;
  readonly honest: number;
  readonly form: number;
}

/**
 * `farm`: what farms of so many cores in all take, and how heavy they become, beside 05 §6 and §9. A node in the table that belongs to
 * no host is theirs. In the formulas no honest candidate competes and no slot passes while a chain is ready: admissions take
 * min(1, cores/τ₂) of the emissions under `mesh`, and nodes that confirm ever since weigh in window W the sum of W − j over the windows j
 * of their admissions, beside the honest weight of the run.
 */
export class Farming implements Measure {
  #before: Settled;
  readonly #hosts: ReadonlySet<Id>;
  readonly #cores: number;
  readonly #operators = new Set<Id>();
  #admitted = 0;
  #honestAdmitted = 0;
  #registrations = 0;
  #refused = 0;
  /** By the formula: nodes in the table, and their weight in the open window. */
  #formNodes = 0;
  #formWeight = 0;
  /** First window with 2Q − A. */
  #third = -1;
  #thirdForm = -1;
  readonly #epochs: Weights[] = [];

  /** `start`: the state before window 0. `hosts`: nodes that are or become those of hosts. */
  constructor(start: Settled, hosts: ReadonlySet<Id>, cores: number) {
    this.#before = start;
    this.#hosts = hosts;
    this.#cores = cores;
  }

  notice(_host: number, notice: Notice): void {
    if (notice.type !== 'final' || notice.record.settled.window !== this.#before.window + 1) return;
    this.#count(notice.record);
    this.#before = notice.record.settled;
    this.#weigh(notice.record.settled);
  }

  #count({ settled: { state }, registrations }: FinalRecord): void {
    for (const { nodeId, operatorAccountId } of state.nodes()) {
      if (this.#before.state.node(nodeId) !== undefined) continue;
      if (this.#hosts.has(nodeId)) this.#honestAdmitted++;
      else {
        this.#admitted++;
        this.#operators.add(operatorAccountId);
      }
    }
    for (const { nodeId } of registrations) {
      if (this.#hosts.has(nodeId)) continue;
      this.#registrations++;
      if (state.candidate(nodeId) === undefined && state.node(nodeId) === undefined) this.#refused++;
    }
  }

  #weigh(settled: Settled): void {
    const { window, network } = settled;
    const tau2 = Number(network.params.tau2Windows);
    const { roster } = openWindow(settled);
    const ready = chainsFinished(this.#cores, tau2, window) - this.#formNodes;
    this.#formNodes += Math.min(ready, slotsOf(network, window, roster.members.length));
    this.#formWeight += this.#formNodes;
    const farm = roster.members.reduce(
      (sum, node) => sum + (this.#hosts.has(node.nodeId) ? 0 : Number(node.weight)),
      0,
    );
    const honest = Number(roster.activeWeight) - farm;
    const isThird = (part: number): boolean => part > 0 && BigInt(part) >= breaking(BigInt(honest + part));
    if (this.#third < 0 && isThird(farm)) this.#third = roster.window;
    if (this.#thirdForm < 0 && isThird(this.#formWeight)) this.#thirdForm = roster.window;
    if (window > 0 && window % tau2 === 0) this.#epochs.push({ farm, honest, form: this.#formWeight });
  }

  metrics(): Metrics {
    const { state, network, window } = this.#before;
    const { params, rules } = network;
    const tau2 = Number(params.tau2Windows);
    const emitted = (windows: number): bigint => params.emissionMoneta * BigInt(Math.max(1, windows));
    let balance = 0n;
    for (const operator of this.#operators) balance += state.account(operator)?.balance ?? 0n;
    const after = shareOf(balance, emitted(window - tau2));
    const form = rules.admission === 'mesh' ? rounded(Math.min(1, this.#cores / tau2), 4) : 0;
    const metrics: Record<string, number> = {
      'farm.admitted': this.#admitted,
      'farm.admittedForm': this.#formNodes,
      'farm.honestAdmitted': this.#honestAdmitted,
      'farm.registrations': this.#registrations,
      'farm.refused': this.#refused,
      'farm.share': shareOf(balance, emitted(window)),
      'farm.shareAfter': after,
      'farm.shareForm': form,
      'farm.shareDifference': rounded(after - form, 4),
      'farm.third': this.#third,
      'farm.thirdForm': this.#thirdForm,
    };
    this.#epochs.forEach(({ farm, honest, form }, i) => {
      metrics[`farm.${i + 1}.weight`] = shareOf(farm, farm + honest);
      metrics[`farm.${i + 1}.form`] = shareOf(form, form + honest);
    });
    return metrics;
  }
}
