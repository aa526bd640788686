import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import { participationPermille } from '#core/timechain/difficulty.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { type Measure, type Metrics, rounded } from './measure.ts';

interface Epoch {
  /** Sums over the windows of the epoch: share of the nodes included, and of the active weight, in permille. */
  presence: number;
  participation: number;
  windows: number;
  /** What its end decided; 0 while it lasts. */
  d: number;
}

/**
 * `epochs`: how many nodes are included, how much weight, and what the end of the epoch made of D (05 §7). Epoch k is the windows
 * (k − 1)τ₂ + 1 … kτ₂; one that has not ended is left out.
 */
export class Epochs implements Measure {
  #before: Settled;
  readonly #epochs: Epoch[] = [];

  /** `start`: the state before window 0. */
  constructor(start: Settled) {
    this.#before = start;
  }

  notice(_host: number, notice: Notice): void {
    if (notice.type !== 'final') return;
    const { settled, entry } = notice.record;
    const { window, side, network } = settled;
    if (window !== this.#before.window + 1 || !this.#isNext(entry.header.prevProposalHash)) return;
    const { members, activeWeight, slotOf } = openWindow(this.#before).roster;
    this.#before = settled;
    if (window === 0) return;
    const tau2 = Number(network.params.tau2Windows);
    const number = Math.ceil(window / tau2);
    this.#epochs[number - 1] ??= { presence: 0, participation: 0, windows: 0, d: 0 };
    const epoch = this.#epochs[number - 1] as Epoch;
    const weight = entry.bundles.reduce((sum, { nodeId }) => sum + (members[slotOf(nodeId)]?.weight ?? 0n), 0n);
    epoch.presence += entry.bundles.length / members.length;
    epoch.participation += participationPermille(weight, activeWeight);
    epoch.windows++;
    if (window % tau2 === 0) epoch.d = side.dAfterNext;
  }

  /** Where a history parts, one branch is followed. */
  #isNext(parent: Id): boolean {
    const { window, side } = this.#before;
    return window < 0 || parent === side.proposalHash;
  }

  metrics(): Metrics {
    const ended = this.#epochs.filter(({ d }) => d > 0);
    const metrics: Record<string, number> = { epochs: ended.length };
    ended.forEach((epoch, i) => {
      for (const [what, value] of Object.entries(figures(epoch))) metrics[`epoch.${i + 1}.${what}`] = value;
    });
    const last = ended.at(-1);
    if (last === undefined) return metrics;
    for (const [what, value] of Object.entries(figures(last))) metrics[`epoch.last.${what}`] = value;
    return { ...metrics, dRelative: rounded(last.d / Number(this.#before.network.params.d0), 4) };
  }
}

const figures = ({ presence, participation, windows, d }: Epoch): Metrics => ({
  presence: rounded(presence / windows, 3),
  participation: rounded(participation / windows / 1000, 3),
  d,
});
