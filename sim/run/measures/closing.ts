import type { Notice } from '#core/host/host.ts';
import type { Scenario } from '../scenario.ts';
import { type Measure, type Metrics, rounded } from './measure.ts';

const SECOND = 1_000_000;

/**
 * From the first crash or cut to the restart or heal that follows. `to` is undefined where none has come. A crash of nobody counts: a
 * series over shares begins at 0.
 */
interface Period {
  readonly from: number;
  readonly to: number | undefined;
}

/** `closing`: which windows became final while a fault lasted, how long the network stood still, and how it went on. */
export class Closing implements Measure {
  readonly #faults: Scenario['faults'];
  /** By window: when the first host entered it, and when it was first final. */
  readonly #enteredAt: number[] = [];
  readonly #finalAt: number[] = [];

  constructor({ faults }: Pick<Scenario, 'faults'>) {
    this.#faults = faults;
  }

  notice(_host: number, notice: Notice, at: number): void {
    if (notice.type === 'entered') this.#enteredAt[notice.window] ??= at;
    else if (notice.type === 'final') this.#finalAt[notice.record.settled.window] ??= at;
  }

  metrics(now: number): Metrics {
    const periods = this.#periods(now);
    const closed = periods.map(({ from, to = now }) => this.#finalAt.filter((at) => at > from && at <= to).length);
    const metrics: Record<string, number> = { haltSeconds: Math.round(this.#longestHalt(now) / SECOND) };
    if (periods.length === 0) return metrics;
    metrics.closedWhileDown = closed.reduce((sum, count) => sum + count, 0);
    metrics.closing = closed.every((count) => count > 0) ? 1 : 0;
    const back = periods.at(-1)?.to;
    const after = back === undefined ? [] : this.#finalAt.filter((at) => at > back);
    if (back !== undefined) metrics.windowsAfterReturn = after.length;
    if (back !== undefined && after[0] !== undefined) metrics.resumeSeconds = rounded((after[0] - back) / SECOND, 1);
    return metrics;
  }

  #periods(now: number): readonly Period[] {
    const moments = this.#faults
      .flatMap((fault) => {
        const { type, window, after } = fault;
        const at = (this.#enteredAt[window] ?? now) + after * SECOND;
        const begins = type === 'crash' || type === 'cut';
        return at < now && (begins || type === 'restart' || type === 'heal') ? [{ begins, at }] : [];
      })
      .sort((a, b) => a.at - b.at);
    const periods: Period[] = [];
    for (const { begins, at } of moments) {
      const open = periods.at(-1);
      const isUnderWay = open !== undefined && open.to === undefined;
      if (begins && !isUnderWay) periods.push({ from: at, to: undefined });
      else if (!begins && isUnderWay) periods[periods.length - 1] = { from: open.from, to: at };
    }
    return periods;
  }

  #longestHalt(now: number): number {
    return [...this.#finalAt, now].reduce((most, at, i, all) => Math.max(most, at - (all[i - 1] ?? 0)), 0);
  }
}
