import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import type { Measure, Metrics } from './measure.ts';

/** Windows before the end within which an operation may still be under way. */
const UNDER_WAY = 4;

interface Payment {
  readonly host: number;
  readonly at: number;
  /** The last window final anywhere when the host took it; undefined: it was down. */
  takenAfter: number | undefined;
  /** Microseconds until its user's host showed it confirmed, and final. */
  confirmed: number | undefined;
  settled: number | undefined;
  isSettledAnywhere: boolean;
}

/**
 * `payments`: how long users wait, from the moment they hand an operation to their host until that host shows it confirmed (04 §4),
 * and final. An operation that is final counts as confirmed, too.
 */
export class Payments implements Measure {
  readonly #payments = new Map<Id, Payment>();
  #last = -1;

  planned(host: number, operation: Id, at: number): void {
    if (this.#payments.has(operation)) return;
    const nothing = { takenAfter: undefined, confirmed: undefined, settled: undefined, isSettledAnywhere: false };
    this.#payments.set(operation, { host, at, ...nothing });
  }

  notice(host: number, notice: Notice, at: number): void {
    if (notice.type === 'submitted') {
      const payment = this.#of(notice.operation.id, host);
      if (payment !== undefined) payment.takenAfter ??= this.#last;
    } else if (notice.type === 'confirmed') {
      const payment = this.#of(notice.notice.operation, host);
      if (payment !== undefined) payment.confirmed ??= at - payment.at;
    } else if (notice.type === 'final') {
      const { entry, settled } = notice.record;
      const isNew = settled.window > this.#last;
      if (isNew) this.#last = settled.window;
      for (const id of entry.operations) {
        const payment = this.#payments.get(id);
        if (payment === undefined) continue;
        payment.isSettledAnywhere = true;
        if (payment.host === host) payment.settled ??= at - payment.at;
      }
    }
  }

  /** A payment of a user of this host. */
  #of(operation: Id, host: number): Payment | undefined {
    const payment = this.#payments.get(operation);
    return payment?.host === host ? payment : undefined;
  }

  metrics(): Metrics {
    const taken = [...this.#payments.values()].filter(({ takenAfter }) => takenAfter !== undefined);
    const overdue = taken.filter(
      ({ takenAfter, isSettledAnywhere }) => (takenAfter as number) + UNDER_WAY <= this.#last && !isSettledAnywhere,
    );
    const shown = taken.flatMap(({ confirmed, settled }) => confirmed ?? settled ?? []);
    const settled = taken.flatMap((payment) => payment.settled ?? []);
    return {
      payments: taken.length,
      paymentsConfirmed: shown.length,
      paymentsSettled: settled.length,
      paymentsNeverSettled: overdue.length,
      paymentsLost: overdue.filter(({ confirmed }) => confirmed !== undefined).length,
      ...spread('confirm', shown),
      ...spread('settle', settled),
    };
  }
}

/** Median, 99th percentile and greatest of some microseconds, in whole milliseconds; nothing where there are none. */
const spread = (name: string, micros: readonly number[]): Metrics => {
  if (micros.length === 0) return {};
  const sorted = [...micros].sort((a, b) => a - b);
  const at = (share: number): number => {
    const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
    return Math.round((sorted[rank] as number) / 1000);
  };
  return { [`${name}P50Ms`]: at(0.5), [`${name}P99Ms`]: at(0.99), [`${name}MaxMs`]: at(1) };
};
