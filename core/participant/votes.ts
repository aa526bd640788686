import { compareIds, type Id } from '../bytes/bytes.ts';
import { Bitset } from '../collections/bitset.ts';
import type { Phase, Vote } from '../consensus/objects.ts';
import { PRECOMMIT } from '../consensus/objects.ts';
import type { Roster } from '../consensus/roster.ts';

/** How a vote got here: its bounds differ (09 §12.11). */
export type VoteSource = 'gossip' | 'evidence' | 'proof';

/** `conflict`: the signer's other vote in this slot is already held, and this one was not taken. */
export type VoteTaken = 'new' | 'duplicate' | 'conflict' | 'overflow';

/** Votes a signer may have in rounds beyond the next one until the own round changes (09 §12.11). */
const FUTURE_VOTES = 32;

interface ValueTally {
  readonly value: Id;
  weight: bigint;
  /** By slot, ascending. */
  readonly votes: { readonly slot: number; readonly vote: Vote }[];
}

interface PhaseTally {
  /** Signers with any vote in this slot, each once. */
  readonly signers: Bitset;
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
  /** Ascending by round. */
  readonly #rounds: RoundTally[] = [];
  /** Greatest round each slot has voted in, 0 = none. */
  readonly #lastRound: number[];
  readonly #future: number[];

  constructor(roster: Roster) {
    this.#roster = roster;
    this.#lastRound = roster.members.map(() => 0);
    this.#future = roster.members.map(() => 0);
  }

  /** Takes a vote whose signer and signature were judged. */
  add(vote: Vote, slot: number, source: VoteSource, ownRound: number): VoteTaken {
    const tally = this.#phase(vote.round, vote.phase);
    const known = find(tally.values, vote.proposalHash);
    if (known?.votes.some((held) => held.slot === slot)) return 'duplicate';
    const votedBefore = tally.signers.get(slot);
    if (votedBefore && source === 'gossip') return 'conflict';
    if (source === 'gossip' && vote.round > ownRound + 1) {
      const count = this.#future[slot] as number;
      if (count >= FUTURE_VOTES) return 'overflow';
      this.#future[slot] = count + 1;
    }
    const weight = (this.#roster.members[slot] as { weight: bigint }).weight;
    const value = known ?? insertValue(tally.values, vote.proposalHash);
    insertVote(value, slot, vote);
    value.weight += weight;
    if (!votedBefore) {
      tally.signers.set(slot);
      tally.anyWeight += weight;
    }
    if (vote.round > (this.#lastRound[slot] as number)) this.#lastRound[slot] = vote.round;
    return 'new';
  }

  /** The own round moved: signers may speak of 32 more future rounds. */
  roundChanged(): void {
    this.#future.fill(0);
  }

  /** The vote of `slot` in (round, phase), the lowest value first when it signed two. */
  heldBy(slot: number, round: number, phase: Phase): Vote | undefined {
    const tally = this.#lookup(round, phase);
    if (tally === undefined || !tally.signers.get(slot)) return undefined;
    for (const value of tally.values) {
      for (const held of value.votes) if (held.slot === slot) return held.vote;
    }
    return undefined;
  }

  /** The value with weight ≥ Q in (round, phase), if any. At most one exists while b ≤ 2Q − A − 1. */
  quorum(round: number, phase: Phase): Id | undefined {
    const tally = this.#lookup(round, phase);
    if (tally === undefined) return undefined;
    for (const value of tally.values) if (value.weight >= this.#roster.quorum) return value.value;
    return undefined;
  }

  hasQuorum(round: number, phase: Phase, value: Id): boolean {
    const tally = this.#lookup(round, phase);
    const found = tally === undefined ? undefined : find(tally.values, value);
    return found !== undefined && found.weight >= this.#roster.quorum;
  }

  /** Whether votes of any values in (round, phase) have weight ≥ Q. */
  quorumOfAny(round: number, phase: Phase): boolean {
    const tally = this.#lookup(round, phase);
    return tally !== undefined && tally.anyWeight >= this.#roster.quorum;
  }

  /** Votes for `value` in (round, phase), node_id ascending. */
  votesFor(round: number, phase: Phase, value: Id): readonly Vote[] {
    const tally = this.#lookup(round, phase);
    const found = tally === undefined ? undefined : find(tally.values, value);
    return found === undefined ? [] : found.votes.map((held) => held.vote);
  }

  /** A round, at least `from` and below `below`, in which `value` has a prevote quorum: the greatest one, or 0. */
  prevoteQuorumRound(value: Id, from: number, below: number): number {
    for (let i = this.#rounds.length - 1; i >= 0; i--) {
      const { round, phases } = this.#rounds[i] as RoundTally;
      if (round >= below) continue;
      if (round < from) return 0;
      const found = find(phases[0].values, value);
      if (found !== undefined && found.weight >= this.#roster.quorum) return round;
    }
    return 0;
  }

  /** The precommit quorum for something else than `nil`, in any round (09 §11.2.6). */
  decided(nil: Id): { readonly round: number; readonly value: Id } | undefined {
    for (const { round } of this.#rounds) {
      const value = this.quorum(round, PRECOMMIT);
      if (value !== undefined && value !== nil) return { round, value };
    }
    return undefined;
  }

  /** The greatest round r' > `round` such that signers of weight > A − Q have votes of rounds ≥ r', or 0 (09 §11.2.5). */
  skipTarget(round: number): number {
    const ahead: { round: number; weight: bigint }[] = [];
    for (let slot = 0; slot < this.#lastRound.length; slot++) {
      const last = this.#lastRound[slot] as number;
      if (last > round) ahead.push({ round: last, weight: (this.#roster.members[slot] as { weight: bigint }).weight });
    }
    ahead.sort((a, b) => b.round - a.round);
    const needed = this.#roster.activeWeight - this.#roster.quorum;
    let weight = 0n;
    for (const signer of ahead) {
      weight += signer.weight;
      if (weight > needed) return signer.round;
    }
    return 0;
  }

  #lookup(round: number, phase: Phase): PhaseTally | undefined {
    for (const tally of this.#rounds) if (tally.round === round) return tally.phases[phase - 1];
    return undefined;
  }

  #phase(round: number, phase: Phase): PhaseTally {
    let at = this.#rounds.length;
    while (at > 0 && (this.#rounds[at - 1] as RoundTally).round > round) at--;
    const before = this.#rounds[at - 1];
    if (before !== undefined && before.round === round) return before.phases[phase - 1] as PhaseTally;
    const fresh: RoundTally = { round, phases: [this.#emptyPhase(), this.#emptyPhase()] };
    this.#rounds.splice(at, 0, fresh);
    return fresh.phases[phase - 1] as PhaseTally;
  }

  #emptyPhase(): PhaseTally {
    return { signers: new Bitset(this.#roster.members.length), anyWeight: 0n, values: [] };
  }
}

const find = (values: readonly ValueTally[], value: Id): ValueTally | undefined => {
  for (const tally of values) if (tally.value === value) return tally;
  return undefined;
};

const insertValue = (values: ValueTally[], value: Id): ValueTally => {
  const tally: ValueTally = { value, weight: 0n, votes: [] };
  let at = values.length;
  while (at > 0 && compareIds((values[at - 1] as ValueTally).value, value) > 0) at--;
  values.splice(at, 0, tally);
  return tally;
};

const insertVote = (tally: ValueTally, slot: number, vote: Vote): void => {
  let at = tally.votes.length;
  while (at > 0 && (tally.votes[at - 1] as { slot: number }).slot > slot) at--;
  tally.votes.splice(at, 0, { slot, vote });
};
