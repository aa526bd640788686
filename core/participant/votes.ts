import { compareIds, type Id } from '../bytes/bytes.ts';
import { Bitset } from '../collections/bitset.ts';
import type { Phase, Vote } from '../consensus/objects.ts';
import type { Member, Roster } from '../consensus/roster.ts';
import { VOTING_RULES, type VotingRules } from './voting-rules.ts';

/** How a vote got here: its bounds differ (09 §12.11). Own votes count as `proof`: nothing bounds them. */
export type VoteSource = 'gossip' | 'evidence' | 'proof';

/** `conflict`: another vote of its signer is held in this slot. `overflow`: too far ahead. Neither was taken. */
export type VoteTaken = 'new' | 'duplicate' | 'conflict' | 'overflow';

/** Votes a signer may have in rounds beyond the next one until the own round changes (09 §12.11). */
export const FUTURE_VOTES = 32;

interface ValueTally {
  readonly value: Id;
  weight: bigint;
  readonly signers: Bitset;
  /** By slot, ascending. */
  readonly votes: { readonly slot: number; readonly vote: Vote }[];
}

interface PhaseTally {
  /** The first vote of each slot. */
  readonly first: (Vote | undefined)[];
  /** Weight of the signers with any vote here, each once. */
  anyWeight: bigint;
  /** Ascending by value. Few: an honest network has one or two. */
  readonly values: ValueTally[];
}

interface RoundTally {
  readonly round: number;
  readonly phases: readonly [PhaseTally, PhaseTally];
}

/**
 * Every vote of one window that this node holds, counted (09 §11.2.7): a vote counts for the value it names, also beside another
 * vote of its signer; in any-value sums and in skips a signer counts once. Quorums never go back (09 §8.7).
 */
export class VoteKeeper {
  readonly #roster: Roster;
  readonly #rules: VotingRules;
  /** Ascending by round. */
  readonly #rounds: RoundTally[] = [];
  /** Greatest round each slot has voted in, 0 = none. */
  readonly #lastRound: number[];
  /** Votes of each slot beyond the next round, since the own round changed. */
  readonly #future: number[];

  constructor(roster: Roster, rules: VotingRules = VOTING_RULES) {
    this.#roster = roster;
    this.#rules = rules;
    this.#lastRound = roster.members.map(() => 0);
    this.#future = roster.members.map(() => 0);
  }

  /** Whether the bounds admit one more vote of `slot` in `round`. */
  hasRoom(slot: number, round: number, ownRound: number): boolean {
    return round <= ownRound + 1 || (this.#future[slot] as number) < FUTURE_VOTES;
  }

  /** Takes a vote whose signer and signature were judged. */
  add(vote: Vote, slot: number, source: VoteSource, ownRound: number): VoteTaken {
    const { round, proposalHash } = vote;
    const tally = this.#open(round, vote.phase);
    let value = find(tally.values, proposalHash);
    if (value?.signers.get(slot) === true) return 'duplicate';
    if (tally.first[slot] !== undefined && !this.#rules.countsBeside(source)) return 'conflict';
    if (source !== 'proof') {
      if (!this.hasRoom(slot, round, ownRound)) return 'overflow';
      if (round > ownRound + 1) this.#future[slot] = (this.#future[slot] as number) + 1;
    }
    value ??= insertValue(tally.values, proposalHash, this.#roster.members.length);
    insertVote(value, slot, vote);
    const weight = this.#weightOf(slot);
    value.weight += weight;
    if (tally.first[slot] === undefined) {
      tally.first[slot] = vote;
      tally.anyWeight += weight;
    }
    if (round > (this.#lastRound[slot] as number)) this.#lastRound[slot] = round;
    return 'new';
  }

  /** The own round moved: signers may speak of 32 more future rounds. */
  roundChanged(): void {
    this.#future.fill(0);
  }

  /** The first vote of `slot` in (round, phase). */
  heldBy(slot: number, round: number, phase: Phase): Vote | undefined {
    return this.#find(round, phase)?.first[slot];
  }

  /** The value with weight ≥ Q in (round, phase), if any. At most one exists while b ≤ 2Q − A − 1. */
  quorum(round: number, phase: Phase): Id | undefined {
    return this.#find(round, phase)?.values.find(({ weight }) => weight >= this.#roster.quorum)?.value;
  }

  hasQuorum(round: number, phase: Phase, value: Id): boolean {
    return this.#reachesQuorum(find(this.#find(round, phase)?.values, value));
  }

  /** Whether votes of any values in (round, phase) have weight ≥ Q. */
  quorumOfAny(round: number, phase: Phase): boolean {
    const tally = this.#find(round, phase);
    return tally !== undefined && tally.anyWeight >= this.#roster.quorum;
  }

  /** Votes for `value` in (round, phase), node_id ascending. */
  votesFor(round: number, phase: Phase, value: Id): readonly Vote[] {
    return find(this.#find(round, phase)?.values, value)?.votes.map(({ vote }) => vote) ?? [];
  }

  /** The greatest round below `below` in which `value` has a prevote quorum, or 0. */
  prevoteQuorumRound(value: Id, below: number): number {
    for (const { round, phases } of this.#rounds.toReversed()) {
      if (round < below && this.#reachesQuorum(find(phases[0].values, value))) return round;
    }
    return 0;
  }

  /** The greatest round r' > `round` such that signers of weight > A − Q have votes of rounds ≥ r', or 0 (09 §11.2.5). */
  skipTarget(round: number): number {
    const ahead: { readonly last: number; readonly weight: bigint }[] = [];
    for (const [slot, last] of this.#lastRound.entries()) {
      if (last > round) ahead.push({ last, weight: this.#weightOf(slot) });
    }
    ahead.sort((a, b) => b.last - a.last);
    const { activeWeight, quorum } = this.#roster;
    let weight = 0n;
    for (const signer of ahead) {
      weight += signer.weight;
      if (this.#rules.maySkip(weight, activeWeight, quorum)) return signer.last;
    }
    return 0;
  }

  #reachesQuorum(tally: ValueTally | undefined): boolean {
    return tally !== undefined && tally.weight >= this.#roster.quorum;
  }

  #weightOf(slot: number): bigint {
    return (this.#roster.members[slot] as Member).weight;
  }

  #find(round: number, phase: Phase): PhaseTally | undefined {
    return this.#rounds.findLast((tally) => tally.round === round)?.phases[phase - 1];
  }

  #open(round: number, phase: Phase): PhaseTally {
    let at = this.#rounds.length;
    while (at > 0 && (this.#rounds[at - 1] as RoundTally).round > round) at--;
    let tally = this.#rounds[at - 1];
    if (tally?.round !== round) {
      tally = { round, phases: [this.#emptyPhase(), this.#emptyPhase()] };
      this.#rounds.splice(at, 0, tally);
    }
    return tally.phases[phase - 1] as PhaseTally;
  }

  #emptyPhase(): PhaseTally {
    return { first: this.#roster.members.map(() => undefined), anyWeight: 0n, values: [] };
  }
}

const find = (values: readonly ValueTally[] | undefined, value: Id): ValueTally | undefined =>
  values?.find((tally) => tally.value === value);

const insertValue = (values: ValueTally[], value: Id, size: number): ValueTally => {
  const tally: ValueTally = { value, weight: 0n, signers: new Bitset(size), votes: [] };
  let at = values.length;
  while (at > 0 && compareIds((values[at - 1] as ValueTally).value, value) > 0) at--;
  values.splice(at, 0, tally);
  return tally;
};

const insertVote = (tally: ValueTally, slot: number, vote: Vote): void => {
  tally.signers.set(slot);
  let at = tally.votes.length;
  while (at > 0 && (tally.votes[at - 1] as { slot: number }).slot > slot) at--;
  tally.votes.splice(at, 0, { slot, vote });
};
