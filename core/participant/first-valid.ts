import type { Candidate } from './proposals.ts';
import type { Rounds } from './rounds.ts';
import { Timers } from './timers.ts';
import { LAST_ROUND, type VotingPorts } from './voting.ts';

/**
 * Finality of the `published` rules: no votes; the first proposal that passes validation is final at a node, and two nodes may see
 * different ones first (09 §12.18, 04 §9 (ii)). Rounds start as under votes and end by the propose timer.
 */
export class FirstValid implements Rounds {
  readonly #ports: VotingPorts;
  readonly #timers = new Timers();
  round = 0;
  /** There are no votes, hence no locks and no quorums. */
  readonly locked = undefined;
  readonly valid = undefined;
  readonly decidedValue = undefined;
  #proposedRound = 0;

  constructor(ports: VotingPorts) {
    this.#ports = ports;
  }

  nextDeadline(): number {
    return this.#timers.next();
  }

  restore(round: number): void {
    if (round > 0) this.#enter(round);
  }

  voteTaken(): void {}

  proposed(round: number): void {
    this.#proposedRound = Math.max(this.#proposedRound, round);
  }

  start(): void {
    if (this.round === 0) this.#enter(1);
  }

  expire(now: number): void {
    for (const timer of this.#timers.due(now)) {
      if (timer === 'propose' && this.round < LAST_ROUND) this.#enter(this.round + 1);
    }
  }

  advance(): void {
    const final = this.#firstValid();
    if (final !== undefined) {
      this.#ports.decide(final, this.round);
      return;
    }
    if (this.round === 0 || this.#proposedRound >= this.round) return;
    if (!this.#ports.isLeader(this.round)) return;
    if (this.round === 1 && this.#timers.isRunning('collect') && !this.#ports.isComplete()) return;
    if (!this.#ports.proposeFresh(this.round)) return;
    this.#proposedRound = this.round;
    this.advance();
  }

  /** A valid proposal whose depth is at most that of the current round (04 §10 step 6). */
  #firstValid(): Candidate | undefined {
    for (const candidate of this.#ports.proposals.all()) {
      const depth = candidate.proposal.header.fallbackDepth;
      if ((depth <= this.round || this.round > 255) && this.#ports.judge(candidate) === 'valid') return candidate;
    }
    return undefined;
  }

  #enter(round: number): void {
    this.round = round;
    this.#timers.clear();
    this.#timers.start('propose', this.#ports.deadline(this.#ports.figures.propose(round)));
    if (round === 1 && this.#ports.isLeader(1)) {
      this.#timers.start('collect', this.#ports.deadline(this.#ports.figures.collect));
    }
    this.#ports.changed();
  }
}
