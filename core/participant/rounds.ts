import type { Id } from '../bytes/bytes.ts';
import type { Vote } from '../consensus/objects.ts';
import type { Quorate } from './voting.ts';

/** How a window becomes final: `Voting` for `finality: votes`, `FirstValid` for `first-valid` (09 §1). */
export interface Rounds {
  /** 0 before round 1. */
  readonly round: number;
  readonly locked: Quorate | undefined;
  readonly valid: Quorate | undefined;
  /** The value with a precommit quorum, decided but perhaps not yet applied. */
  readonly decidedValue: Id | undefined;
  /** Round 1 begins (09 §8.4). */
  start(): void;
  voteTaken(vote: Vote): void;
  /** Timers that ran out by iteration `now`. */
  expire(now: number): void;
  /** The earliest deadline as an iteration count, or 0. */
  nextDeadline(): number;
  /** Applies the rules until none fires. */
  advance(): void;
  restore(round: number, locked: Quorate | undefined, valid: Quorate | undefined, signed: readonly Vote[]): void;
  /** Notes a proposal already signed in `round`, so that no other is. */
  proposed(round: number): void;
}
