import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { Admissions } from './admissions.ts';
import { type Measure, type Metrics, rounded } from './measure.ts';

/** Percent of the weight: who has less is no quorum alone, who has less is missed by no quorum (05 §1). */
const SHARES = [67, 34] as const;

/**
 * `hand-over`: `foundersBelow<percent>`, the first window in which the founders together have less than so much of the active weight
 * (−1: none yet), and the same by the closed form: f founders weigh f·(1 + W) in window W, a node admitted in window a W − a
 * (05 §1, §6), with admissions as early as the rule allows.
 */
export class HandOver implements Measure {
  #before: Settled;
  readonly #founders: ReadonlySet<Id>;
  readonly #formula: Admissions;
  /** By the closed form: the windows of the admissions so far. */
  readonly #admitted: number[] = [];
  readonly #below = SHARES.map(() => -1);
  readonly #belowByFormula = SHARES.map(() => -1);
  #share = 1;

  /** `start`: the state before window 0. `joining`: since when each host that is no founder seeks entry. */
  constructor(start: Settled, joining: readonly number[]) {
    this.#before = start;
    this.#founders = new Set(start.network.founders);
    this.#formula = new Admissions(this.#founders.size, joining);
  }

  notice(_host: number, notice: Notice): void {
    if (notice.type !== 'final') return;
    const { settled, entry } = notice.record;
    const before = this.#before;
    const isNext = before.window < 0 || entry.header.prevProposalHash === before.side.proposalHash;
    if (settled.window !== before.window + 1 || !isNext) return;
    this.#before = settled;
    const { window, members, activeWeight } = openWindow(before).roster;
    const held = members.reduce((sum, { nodeId, weight }) => (this.#founders.has(nodeId) ? sum + weight : sum), 0n);
    this.#share = Number(held) / Number(activeWeight);
    note(this.#below, window, Number(held), Number(activeWeight));
    const founders = this.#founders.size * (1 + window);
    const others = this.#admitted.reduce((sum, admitted) => sum + window - admitted, 0);
    note(this.#belowByFormula, window, founders, founders + others);
    for (let left = this.#formula.enter(settled.network, window); left > 0; left--) this.#admitted.push(window);
  }

  metrics(): Metrics {
    const metrics: Record<string, number> = { foundersShare: rounded(this.#share, 4) };
    SHARES.forEach((percent, i) => {
      metrics[`foundersBelow${percent}`] = this.#below[i] as number;
      metrics[`foundersBelow${percent}Formula`] = this.#belowByFormula[i] as number;
    });
    return metrics;
  }
}

const note = (below: number[], window: number, held: number, whole: number): void => {
  SHARES.forEach((percent, i) => {
    if ((below[i] as number) < 0 && 100 * held < percent * whole) below[i] = window;
  });
};
