import { graceOf, type TimerFigures } from './timers.ts';
import type { VoteSource } from './votes.ts';

/**
 * The decisions of voting (09 §11.2, §11.4), each one function under its name, and nothing else of it: no state, no effect. Rounds
 * count from 1; 0 stands for none. Every node runs `VOTING_RULES`. What depends on one of them is shown by running without it: the
 * tests of 09 §11.5 replace one function of a copy.
 */
export interface VotingRules {
  /** §11.2.1, §11.2.4: whether a prevote quorum of `round` takes the place of that of `validRound` as the valid value. */
  replacesValid(round: number, validRound: number): boolean;
  /** §11.2.3 (a): whether a node locked in `lockedRound` may prevote a fresh proposal of another value. */
  mayTakeFresh(lockedRound: number): boolean;
  /** §11.2.3 (c): whether a prevote quorum of `quorumRound` for a value lets a node locked in `lockedRound` prevote that value. */
  mayLeaveLock(quorumRound: number, lockedRound: number): boolean;
  /** §11.2.3, §11.2.4: whether a node that voted last in `votedRound` may vote in `round`, its own one: once. */
  mayVote(votedRound: number, round: number): boolean;
  /** §11.2.5: whether signers of `weight` in later rounds are enough to go there. */
  maySkip(weight: bigint, activeWeight: bigint, quorum: bigint): boolean;
  /** §11.2.7: whether a vote counts although another one of its signer is held in the slot. */
  countsBeside(source: VoteSource): boolean;
  /** §11.4.1: whether collection discipline binds a proposal; `isJustified` by 11.2.3 (b) or (c). */
  bindsDiscipline(isJustified: boolean): boolean;
  /** §11.4.1: grace of a round in ticks. */
  graceOf(figures: TimerFigures, round: number): number;
}

export const VOTING_RULES: VotingRules = {
  replacesValid: (round, validRound) => round > validRound,
  mayTakeFresh: (lockedRound) => lockedRound === 0,
  mayLeaveLock: (quorumRound, lockedRound) => quorumRound > 0 && quorumRound >= lockedRound,
  mayVote: (votedRound, round) => votedRound < round,
  maySkip: (weight, activeWeight, quorum) => weight > activeWeight - quorum,
  // One beside another travels inside Evidence or a proof only: a bit of a bitmap stands for one vote (09 §10.4).
  countsBeside: (source) => source !== 'gossip',
  bindsDiscipline: (isJustified) => !isJustified,
  graceOf,
};
