import type { Micros } from './types.ts';

/** Network time, microseconds (09 §10, §11.3; 06 §1). */
export const MILLISECOND = 1000;
export const SECOND = 1_000_000;
/** τ₁: the period budgets are counted in when a window lasts longer. */
export const TAU1 = 60 * SECOND;

/** Have and Announce go out this often while there is anything new (09 §10.2). */
export const TELL_INTERVAL = 100 * MILLISECOND;
/** A link is told again after this long: meanwhile news gather, and most of them arrive by push. */
export const TELL_GAP = 2 * SECOND;
/** A Status of a link that knows everything is answered again after this long (09 §11.3.5). */
export const ANSWER_AGAIN = 20 * SECOND;
/** From learning that something is missing to asking for it (09 §10.3): what is already on its way arrives first. */
export const PULL_DELAY = 100 * MILLISECOND;
/** Requests that fall due within this span go out together. */
export const PULL_SLACK = 20 * MILLISECOND;
/** Added to the round trip before the next link is asked (09 §10.3). */
export const ASK_PATIENCE = 300 * MILLISECOND;
/** Assumed before the first answer of a link. */
export const FIRST_ROUND_TRIP = 200 * MILLISECOND;
/** No measured round trip counts for more. */
export const LONGEST_ROUND_TRIP = 10 * SECOND;
/** What each object asked for adds to that: one of 4.5 kB at 8 Mbit/s. */
export const ANSWER_MICROS = 4500;
/** Status is repeated this often while nothing changes, and never sooner than the gap (09 §10, 0x26). */
export const STATUS_INTERVAL = 5 * SECOND;
export const STATUS_GAP = 250 * MILLISECOND;
/** Repetitions that fall due within this span go out together. */
export const STATUS_SLACK = SECOND;
/** A request without an answer is forgotten (06 §1: τ₁/2). */
export const REQUEST_LIFETIME = 30 * SECOND;

/** An operation that gossip did not bring back by then is spread by every hop of its stem (06 §10: τ₁/2). */
export const STEM_PATIENCE = 30 * SECOND;

/** Later than any moment. */
export const NEVER: Micros = Number.MAX_SAFE_INTEGER;

/** The one wake-up the machine asks its host for: the earliest moment anything is due. */
export class Alarm {
  readonly #set: (at: Micros) => void;
  #at: Micros = NEVER;

  constructor(set: (at: Micros) => void) {
    this.#set = set;
  }

  /** Wakes no later than `at`. */
  by(at: Micros): void {
    if (at >= this.#at) return;
    this.#at = at;
    this.#set(at);
  }

  /** The alarm rang. */
  clear(): void {
    this.#at = NEVER;
  }
}

/** A token bucket in integers: one event per `interval` on average, `burst` at once. */
export class Allowance {
  readonly #interval: Micros;
  readonly #most: Micros;
  #credit: Micros;
  #at: Micros = 0;

  constructor(interval: Micros, burst: number) {
    this.#interval = interval;
    this.#most = interval * burst;
    this.#credit = this.#most;
  }

  /** Whether one more event is allowed now; it is counted if so. */
  take(now: Micros): boolean {
    this.#credit = Math.min(this.#most, this.#credit + now - this.#at);
    this.#at = now;
    if (this.#credit < this.#interval) return false;
    this.#credit -= this.#interval;
    return true;
  }
}
