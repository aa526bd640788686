import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { participationPermille } from '#core/timechain/difficulty.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { type Measure, type Metrics, rounded } from './measure.ts';

interface Epoch {
  /** Sums over the windows of the epoch: share of the nodes included, and of the active weight, in permille. */
  presence: number;
  participation: number;
  windows: number;
  /** Participation of each window. */
  readonly ratios: number[];
  /** Virtual microseconds from the end of the epoch before to its own. */
  began: number;
  ended: number;
  /** What its end decided; 0 while it lasts. */
  d: number;
}

/**
 * `epochs`: how many nodes are included, how much weight, how fast windows close, and what the end of the epoch made of D (05 §7).
 * Epoch k is the windows (k − 1)τ₂ + 1 … kτ₂; one that has not ended is left out. `dFaults` counts windows whose T is not that of the
 * window before hashed as often as 05 §7 says, with a D that holds from two windows after the end of an epoch on.
 */
export class Epochs implements Measure {
  #before: Settled;
  readonly #epochs: Epoch[] = [];
  #timechainValue: Id | undefined;
  /** D of the next window and of those behind it. */
  #d: readonly [number, number];
  #faults = 0;
  #closedAt = 0;

  /** `start`: the state before window 0. */
  constructor(start: Settled) {
    this.#before = start;
    const d0 = Number(start.network.params.d0);
    this.#d = [d0, d0];
  }

  notice(_host: number, notice: Notice, at: number): void {
    if (notice.type !== 'final') return;
    const { settled, entry } = notice.record;
    const { window, side, network } = settled;
    if (window !== this.#before.window + 1 || !this.#isNext(entry.header.prevProposalHash)) return;
    const { members, activeWeight, slotOf } = openWindow(this.#before).roster;
    this.#before = settled;
    const began = this.#closedAt;
    this.#closedAt = at;
    this.#recompute(entry.header.timechainValue);
    if (window === 0) return;
    const tau2 = Number(network.params.tau2Windows);
    const number = Math.ceil(window / tau2);
    this.#epochs[number - 1] ??= { presence: 0, participation: 0, windows: 0, ratios: [], began, ended: at, d: 0 };
    const epoch = this.#epochs[number - 1] as Epoch;
    const weight = entry.bundles.reduce((sum, { nodeId }) => sum + (members[slotOf(nodeId)]?.weight ?? 0n), 0n);
    epoch.presence += entry.bundles.length / members.length;
    const ratio = participationPermille(weight, activeWeight);
    epoch.participation += ratio;
    epoch.ratios.push(ratio);
    epoch.windows++;
    epoch.ended = at;
    if (window % tau2 !== 0) return;
    epoch.d = side.dAfterNext;
    this.#d = [this.#d[0], adapted(this.#d[1], median(epoch.ratios))];
  }

  #recompute(value: Id): void {
    const [next, after] = this.#d;
    if (this.#timechainValue !== undefined && timechainStep(this.#timechainValue, next) !== value) this.#faults++;
    this.#timechainValue = value;
    this.#d = [after, after];
  }

  /** Where a history parts, one branch is followed. */
  #isNext(parent: Id): boolean {
    const { window, side } = this.#before;
    return window < 0 || parent === side.proposalHash;
  }

  metrics(): Metrics {
    const ended = this.#epochs.filter(({ d }) => d > 0);
    const metrics: Record<string, number> = { epochs: ended.length, dFaults: this.#faults };
    ended.forEach((epoch, i) => {
      for (const [what, value] of Object.entries(figures(epoch))) metrics[`epoch.${i + 1}.${what}`] = value;
    });
    const last = ended.at(-1);
    if (last === undefined) return metrics;
    for (const [what, value] of Object.entries(figures(last))) metrics[`epoch.last.${what}`] = value;
    return { ...metrics, dRelative: rounded(last.d / Number(this.#before.network.params.d0), 4) };
  }
}

/** The upper median. */
const median = (permilles: readonly number[]): number =>
  [...permilles].sort((a, b) => a - b)[permilles.length >> 1] as number;

/** D after an epoch of this median, from the text of 05 §7 and not from the rule that made it. */
const adapted = (d: number, permille: number): number => {
  const percent = permille >= 950 ? 103 : permille <= 850 ? 97 : 100;
  return Math.min(Math.max(Math.floor((d * percent) / 100), 1), 2 ** 32 - 1);
};

const figures = ({ presence, participation, windows, ratios, began, ended, d }: Epoch): Metrics => ({
  presence: rounded(presence / windows, 3),
  participation: rounded(participation / windows / 1000, 3),
  median: rounded(median(ratios) / 1000, 3),
  windowsPerMinute: rounded((windows * 60e6) / (ended - began), 3),
  d,
});
