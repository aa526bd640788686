import type { Id } from '../bytes/bytes.ts';
import { type Phase, PRECOMMIT, PREVOTE, type Vote } from '../consensus/objects.ts';
import type { Candidate, ProposalKeeper } from './proposals.ts';
import type { Rounds } from './rounds.ts';
import { type TimerFigures, type TimerName, Timers } from './timers.ts';
import type { VoteKeeper } from './votes.ts';
import { VOTING_RULES, type VotingRules } from './voting-rules.ts';

/** Rounds are u16 on the wire; a later one is not entered (09 §11.2.5). */
export const LAST_ROUND = 65_535;

/** Depths of a header: later rounds repeat them (04 D-11). */
const DEPTHS = 255;

/** What is known of a proposal's steps 9–13: `missing` = a body is not there yet. */
export type Judgement = 'valid' | 'invalid' | 'missing';

/** A proposal locked on, or known valid, with the round of its prevote quorum. */
export interface Quorate {
  readonly candidate: Candidate;
  readonly round: number;
}

/** What the rule needs from the participant around it. Every `cast…` and `propose…` is durable before it is sent, the lock with it. */
export interface VotingPorts {
  readonly votes: VoteKeeper;
  readonly proposals: ProposalKeeper;
  readonly figures: TimerFigures;
  /** The value of a nil vote in this window. */
  readonly nil: Id;
  /** Whether this node is active in the window: others follow and cast no vote. */
  readonly isVoter: boolean;
  /** Iteration count `ticks` ahead of now. */
  deadline(ticks: number): number;
  depthOf(round: number): number;
  isLeader(round: number): boolean;
  judge(candidate: Candidate): Judgement;
  /** Collection discipline of a fresh proposal in `round` (09 §11.4.1). */
  isDisciplined(candidate: Candidate, round: number): boolean;
  /** Whether its proposer signed another header for its depth (09 §11.4.4). */
  isContested(candidate: Candidate): boolean;
  /** Whether bundles of all active weight are there: the collect wait ends. */
  isComplete(): boolean;
  castVote(phase: Phase, round: number, value: Id): void;
  /** Sends a fresh proposal of `round`; false while something it needs is missing. */
  proposeFresh(round: number): boolean;
  propose(valid: Quorate, round: number): void;
  /** The round or the valid value changed: makes it durable, and says so where it is part of the standing. */
  changed(): void;
  /** A proposal with a quorum is not known here: asks for it. */
  wantProposal(hash: Id): void;
  decide(candidate: Candidate, round: number): void;
  /** A certificate that contradicts validation or another one: a safety failure (09 §12.17). */
  contradiction(reason: string): void;
}

/**
 * Voting on one window: 09 §11.2, weighted two-phase votes with locks. A vote of either phase is signed once per round, never for
 * a round below the own one. `advance` applies the rules until none fires; it is called after every input that may matter.
 */
export class Voting implements Rounds {
  readonly #ports: VotingPorts;
  readonly #rules: VotingRules;
  readonly #timers = new Timers();
  round = 0;
  locked: Quorate | undefined;
  valid: Quorate | undefined;
  #prevotedRound = 0;
  #precommittedRound = 0;
  #proposedRound = 0;
  /** Prevote quorums of rounds above the valid one, ascending by round: candidates for (valid, validRound). */
  readonly #quorums: { readonly round: number; readonly value: Id }[] = [];
  #futureVotes = false;
  #decided: { readonly round: number; readonly value: Id } | undefined;

  constructor(ports: VotingPorts, rules: VotingRules = VOTING_RULES) {
    this.#ports = ports;
    this.#rules = rules;
  }

  get validRound(): number {
    return this.valid?.round ?? 0;
  }

  /** The earliest deadline as an iteration count, or 0. */
  nextDeadline(): number {
    return this.#timers.next();
  }

  /** Takes up what a restart found durable (09 §12.15b): the round, the locks, and which votes of that round are signed. */
  restore(round: number, locked: Quorate | undefined, valid: Quorate | undefined, signed: readonly Vote[]): void {
    this.locked = locked;
    this.valid = valid;
    const later = this.#quorums.findIndex((quorum) => quorum.round > this.validRound);
    this.#quorums.splice(0, later < 0 ? this.#quorums.length : later);
    for (const vote of signed) {
      if (vote.phase === PREVOTE) this.#prevotedRound = Math.max(this.#prevotedRound, vote.round);
      else this.#precommittedRound = Math.max(this.#precommittedRound, vote.round);
    }
    if (round > 0) this.#enter(round);
  }

  /** Notes a proposal already signed in `round`, so that no other is. */
  proposed(round: number): void {
    this.#proposedRound = Math.max(this.#proposedRound, round);
  }

  /** Round 1 begins (09 §8.4, §12.5). */
  start(): void {
    if (this.round === 0) this.#enter(1);
  }

  /** A vote was taken by the keeper. */
  voteTaken(vote: Vote): void {
    const { votes, nil } = this.#ports;
    const { round, phase, proposalHash: value } = vote;
    if (round > this.round) this.#futureVotes = true;
    if (value === nil || !votes.hasQuorum(round, phase, value)) return;
    if (phase === PREVOTE) this.#noteQuorum(round, value);
    else if (this.#decided === undefined) this.#decided = { round, value };
    else if (this.#decided.value !== value) this.#ports.contradiction('two certificates for different proposals');
  }

  /** The value with a precommit quorum, decided but perhaps not yet applied. */
  get decidedValue(): Id | undefined {
    return this.#decided?.value;
  }

  /** Timers that ran out by iteration `now`. */
  expire(now: number): void {
    for (const timer of this.#timers.due(now)) this.#expired(timer);
  }

  /** Applies 09 §11.2 until nothing changes. */
  advance(): void {
    while (this.#step());
  }

  #step(): boolean {
    if (this.#decided !== undefined && this.#decide(this.#decided)) return false;
    if (this.round === 0) return false;
    this.#updateValid();
    if (this.#futureVotes) {
      this.#futureVotes = false;
      const target = Math.min(this.#ports.votes.skipTarget(this.round), LAST_ROUND);
      if (target > this.round) {
        this.#enter(target);
        return true;
      }
    }
    if (this.#proposedRound < this.round && this.#ports.isLeader(this.round) && this.#propose()) return true;
    if (this.#mayVote(this.#prevotedRound) && this.#prevote()) return true;
    this.#startVoteTimers();
    return this.#mayVote(this.#precommittedRound) && this.#precommit();
  }

  #mayVote(votedRound: number): boolean {
    return this.#ports.isVoter && this.#rules.mayVote(votedRound, this.round);
  }

  /** Rule 6: a precommit quorum in any round is final, once the proposal and its bodies are here. True: this window is over. */
  #decide(decided: { readonly round: number; readonly value: Id }): boolean {
    const candidate = this.#ports.proposals.get(decided.value);
    if (candidate === undefined) {
      this.#ports.wantProposal(decided.value);
      return false;
    }
    const judgement = this.#ports.judge(candidate);
    if (judgement === 'missing') return false;
    if (judgement === 'valid') this.#ports.decide(candidate, decided.round);
    else this.#ports.contradiction('a certified proposal fails validation');
    return true;
  }

  #noteQuorum(round: number, value: Id): void {
    if (!this.#rules.replacesValid(round, this.validRound)) return;
    let at = this.#quorums.length;
    while (at > 0 && (this.#quorums[at - 1] as { round: number }).round > round) at--;
    if (this.#quorums[at - 1]?.round !== round) this.#quorums.splice(at, 0, { round, value });
  }

  /** valid = the proposal with the greatest-round prevote quorum held, whose body is here and which passed validation. */
  #updateValid(): void {
    for (let i = this.#quorums.length - 1; i >= 0; i--) {
      const { round, value } = this.#quorums[i] as { round: number; value: Id };
      const candidate = this.#ports.proposals.get(value);
      if (candidate === undefined) this.#ports.wantProposal(value);
      else if (this.#ports.judge(candidate) === 'valid') {
        this.valid = { candidate, round };
        this.#quorums.splice(0, i + 1);
        this.#ports.changed();
        return;
      }
    }
  }

  /** Rule 5: entering a round voids every timer and starts the propose timer. */
  #enter(round: number): void {
    this.round = round;
    this.#timers.clear();
    this.#timers.start('propose', this.#ports.deadline(this.#ports.figures.propose(round)));
    if (round === 1 && this.#ports.isLeader(1)) {
      this.#timers.start('collect', this.#ports.deadline(this.#ports.figures.collect));
    }
    this.#futureVotes = true;
    this.#ports.votes.roundChanged();
    this.#ports.changed();
  }

  #expired(timer: TimerName): void {
    const { nil } = this.#ports;
    if (timer === 'propose' && this.#mayVote(this.#prevotedRound)) this.#cast(PREVOTE, nil);
    else if (timer === 'prevote' && this.#mayVote(this.#precommittedRound)) this.#cast(PRECOMMIT, nil);
    else if (timer === 'precommit' && this.round < LAST_ROUND) this.#enter(this.round + 1);
  }

  /** Rule 1. The collect wait exists in round 1 only and for fresh proposals only (09 §12.5). */
  #propose(): boolean {
    if (this.valid !== undefined) {
      // A quorum of this very round: what it is for was proposed in it already.
      if (this.valid.round === this.round) return false;
      this.#proposedRound = this.round;
      this.#ports.propose(this.valid, this.round);
      return true;
    }
    if (this.round === 1 && this.#timers.isRunning('collect') && !this.#ports.isComplete()) return false;
    if (!this.#ports.proposeFresh(this.round)) return false;
    this.#proposedRound = this.round;
    return true;
  }

  /** Rule 3. */
  #prevote(): boolean {
    const value = this.#prevoteValue();
    if (value === undefined) return false;
    this.#cast(PREVOTE, value);
    return true;
  }

  /** What rule 3 lets this node prevote now; undefined = wait for a proposal, a body, a quorum, or the propose timeout. */
  #prevoteValue(): Id | undefined {
    const { proposals, nil, depthOf } = this.#ports;
    let isNil = false;
    let isWaiting = false;
    for (const { candidate, validRound } of proposals.ofRound(this.round, depthOf(this.round))) {
      const judgement = this.#ports.judge(candidate);
      const isJustified = this.#isJustified(candidate);
      if (judgement === 'valid' && (isJustified || (validRound === 0 && this.#isAcceptable(candidate)))) {
        return candidate.hash;
      }
      // A justified one, or a re-proposal whose quorum may still come, is worth waiting for, unless it is invalid.
      if (judgement === 'invalid') isNil = true;
      else if (isJustified || validRound > 0 || this.#isAcceptable(candidate)) isWaiting = true;
      else isNil = true;
    }
    return isNil && !isWaiting && this.#mayAnswerAtOnce() ? nil : undefined;
  }

  /** Rule 3 (a): what a fresh proposal needs besides its body; two headers of one proposer have neither (09 §11.4.4). */
  #isAcceptable(candidate: Candidate): boolean {
    const mayTakeFresh = this.#rules.mayTakeFresh(this.locked?.round ?? 0);
    return mayTakeFresh && !this.#ports.isContested(candidate) && this.#isDisciplined(candidate, false);
  }

  /** Rule 3 (b), (c): locked on it, or a prevote quorum for it at or above the own lock. */
  #isJustified(candidate: Candidate): boolean {
    const isLocked = this.locked?.candidate.hash === candidate.hash;
    return (isLocked || this.#mayLeaveLock(candidate)) && this.#isDisciplined(candidate, true);
  }

  #mayLeaveLock({ hash }: Candidate): boolean {
    const quorumRound = this.#ports.votes.prevoteQuorumRound(hash, this.round);
    return this.#rules.mayLeaveLock(quorumRound, this.locked?.round ?? 0);
  }

  #isDisciplined(candidate: Candidate, isJustified: boolean): boolean {
    return !this.#rules.bindsDiscipline(isJustified) || this.#ports.isDisciplined(candidate, this.round);
  }

  /** Beyond 255 rounds a header of an earlier round has the depth of this one too, whose leader may yet propose something else. */
  #mayAnswerAtOnce(): boolean {
    return this.round <= DEPTHS;
  }

  /** Rules 4 and 5: vote timers start when votes of any values have weight ≥ Q. */
  #startVoteTimers(): void {
    const { votes, figures } = this.#ports;
    if (!this.#timers.isStarted('prevote') && votes.quorumOfAny(this.round, PREVOTE)) {
      this.#timers.start('prevote', this.#ports.deadline(figures.vote(this.round)));
    }
    if (!this.#timers.isStarted('precommit') && votes.quorumOfAny(this.round, PRECOMMIT)) {
      this.#timers.start('precommit', this.#ports.deadline(figures.vote(this.round)));
    }
  }

  /** Rule 4: lock and precommit on a prevote quorum, whatever the own prevote was. The vote's record holds the lock. */
  #precommit(): boolean {
    const { votes, proposals, nil } = this.#ports;
    const value = votes.quorum(this.round, PREVOTE);
    if (value === undefined) return false;
    if (value !== nil) {
      const candidate = proposals.get(value);
      if (candidate === undefined || this.#ports.judge(candidate) !== 'valid') return false;
      this.locked = { candidate, round: this.round };
    }
    this.#cast(PRECOMMIT, value);
    return true;
  }

  #cast(phase: Phase, value: Id): void {
    if (phase === PREVOTE) this.#prevotedRound = this.round;
    else this.#precommittedRound = this.round;
    this.#ports.castVote(phase, this.round, value);
  }
}
