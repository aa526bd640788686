/** Timer figures in ticks, local policy (09 §8.5, §8.6). */
export interface TimerFigures {
  /** Wait of the first leader after Q. */
  readonly collect: number;
  /** Discipline grace of round 1; doubled each round (09 §11.4.1). */
  readonly grace: number;
  readonly propose: (round: number) => number;
  readonly vote: (round: number) => number;
  /** An own T_W that lacks at most this many ticks is finished before the next is begun (09 §12.3). */
  readonly finish: number;
}

export const ORDINARY_TIMERS: TimerFigures = {
  collect: 24,
  grace: 40,
  propose: (round) => 96 + 16 * round,
  vote: (round) => 16 + 8 * round,
  finish: 20,
};

/** For cross-checks and tests: nobody is left out because of a slow machine (09 §8.6, §12.3). */
export const PATIENT_TIMERS: TimerFigures = {
  collect: 256,
  grace: 256,
  propose: () => 512,
  vote: () => 128,
  finish: 200,
};

/** Grace of round r in ticks: grace · 2^(r−1), exponent at most 20 (09 §11.4.1). */
export const graceOf = (figures: TimerFigures, round: number): number => figures.grace * 2 ** Math.min(round - 1, 20);

/** What a deadline ends. */
export type TimerName = 'collect' | 'propose' | 'prevote' | 'precommit';

const NAMES: readonly TimerName[] = ['collect', 'propose', 'prevote', 'precommit'];

/** Deadlines of the current round, as iteration counts. Entering a round voids them all (09 §12.5). */
export class Timers {
  readonly #at: Record<TimerName, number> = { collect: 0, propose: 0, prevote: 0, precommit: 0 };

  clear(): void {
    for (const name of NAMES) this.#at[name] = 0;
  }

  /** Starts a timer; one that runs, or has run out in this round, is left alone. */
  start(name: TimerName, at: number): void {
    if (this.#at[name] === 0) this.#at[name] = at;
  }

  isStarted(name: TimerName): boolean {
    return this.#at[name] !== 0;
  }

  isRunning(name: TimerName): boolean {
    return this.#at[name] > 0;
  }

  /** Timers due at iteration `now`; each is reported once. */
  due(now: number): readonly TimerName[] {
    const due: TimerName[] = [];
    for (const name of NAMES) {
      const at = this.#at[name];
      if (at > 0 && at <= now) {
        due.push(name);
        this.#at[name] = -1;
      }
    }
    return due;
  }

  /** The earliest deadline, or 0. */
  next(): number {
    let next = 0;
    for (const name of NAMES) {
      const at = this.#at[name];
      if (at > 0 && (next === 0 || at < next)) next = at;
    }
    return next;
  }
}
