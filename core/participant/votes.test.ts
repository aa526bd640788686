import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Phase, PRECOMMIT, PREVOTE } from '../consensus/objects.ts';
import { countedVote, rosterWith } from './rosters.suite.ts';
import { FUTURE_VOTES, VoteKeeper, type VoteSource, type VoteTaken } from './votes.ts';

const SEED = { seed: 20261121 };
const ROUNDS = [1, 2, 3, 4, 5, 6];
const VALUES = ['a', 'b', 'nil'];
const PHASES: readonly Phase[] = [PREVOTE, PRECOMMIT];

interface Cast {
  readonly slot: number;
  readonly round: number;
  readonly phase: Phase;
  readonly value: string;
  readonly source: VoteSource;
}

const weights = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
const party = weights.chain((chosen) =>
  fc.record({
    weights: fc.constant(chosen),
    casts: fc.array(
      fc.record<Cast>({
        slot: fc.nat(chosen.length - 1),
        round: fc.constantFrom(...ROUNDS),
        phase: fc.constantFrom(...PHASES),
        value: fc.constantFrom(...VALUES),
        source: fc.constantFrom<VoteSource>('gossip', 'gossip', 'evidence', 'proof'),
      }),
      { maxLength: 60 },
    ),
  }),
);

const isSameSlot = (a: Cast, b: Cast): boolean => a.slot === b.slot && a.round === b.round && a.phase === b.phase;

describe('votes of one window (09 §11.2.7)', () => {
  it('are counted as a naive recount counts them', () => {
    fc.assert(
      fc.property(party, ({ weights: chosen, casts }) => {
        const roster = rosterWith(chosen);
        const keeper = new VoteKeeper(roster);
        const taken: Cast[] = [];
        for (const cast of casts) {
          const { slot, round, phase, value, source } = cast;
          const others = taken.filter((other) => isSameSlot(other, cast));
          let expected: VoteTaken = 'new';
          if (others.some((other) => other.value === value)) expected = 'duplicate';
          else if (source === 'gossip' && others.length > 0) expected = 'conflict';
          expect(keeper.add(countedVote(slot, round, value, phase), slot, source, ROUNDS.length)).toBe(expected);
          if (expected === 'new') taken.push(cast);
        }
        const weigh = (wanted: (cast: Cast) => boolean): bigint =>
          [...new Set(taken.filter(wanted).map(({ slot }) => slot))].reduce((sum, slot) => {
            return sum + (roster.members[slot] as { weight: bigint }).weight;
          }, 0n);
        const isQuorum = (round: number, phase: Phase, value: string): boolean =>
          weigh((cast) => cast.round === round && cast.phase === phase && cast.value === value) >= roster.quorum;

        for (const round of ROUNDS) {
          for (const phase of PHASES) {
            const any = weigh((cast) => cast.round === round && cast.phase === phase) >= roster.quorum;
            expect(keeper.quorumOfAny(round, phase)).toBe(any);
            const reached = VALUES.filter((value) => isQuorum(round, phase, value));
            expect(keeper.quorum(round, phase)).toBe(reached[0]);
            for (const value of VALUES) {
              expect(keeper.hasQuorum(round, phase, value)).toBe(reached.includes(value));
              const of = taken.filter((c) => c.round === round && c.phase === phase && c.value === value);
              const ids = of.sort((a, b) => a.slot - b.slot).map((c) => `${c.slot}/${round}/${phase}/${value}`);
              expect(keeper.votesFor(round, phase, value).map(({ id }) => id)).toEqual(ids);
            }
            for (const slot of chosen.keys()) {
              const first = taken.find((cast) => isSameSlot(cast, { slot, round, phase } as Cast));
              expect(keeper.heldBy(slot, round, phase)?.proposalHash).toBe(first?.value);
            }
          }
          const ahead = ROUNDS.filter((r) => {
            return r > round && weigh((cast) => cast.round >= r) > roster.activeWeight - roster.quorum;
          });
          expect(keeper.skipTarget(round)).toBe(ahead.at(-1) ?? 0);
          for (const value of VALUES) {
            const justifying = ROUNDS.filter((r) => r < round && isQuorum(r, PREVOTE, value));
            expect(keeper.prevoteQuorumRound(value, round)).toBe(justifying.at(-1) ?? 0);
          }
        }
      }),
      { ...SEED, numRuns: 150 },
    );
  });

  it('a skip needs more than A − Q: of four equal nodes two (09 §11.2.5)', () => {
    const keeper = new VoteKeeper(rosterWith([1, 1, 1, 1]));
    keeper.add(countedVote(0, 9, 'a'), 0, 'gossip', 8);
    keeper.add(countedVote(0, 9, 'a', PRECOMMIT), 0, 'gossip', 8);
    expect(keeper.skipTarget(1)).toBe(0);
    keeper.add(countedVote(1, 5, 'b'), 1, 'gossip', 8);
    expect([1, 4, 5].map((round) => keeper.skipTarget(round))).toEqual([5, 5, 0]);
  });
});

describe('bounds (09 §12.11)', () => {
  it.each(['gossip', 'evidence'] as const)(
    '32 votes beyond the next round by %s, until the own round changes',
    (source) => {
      const keeper = new VoteKeeper(rosterWith([1, 1]));
      for (let i = 0; i < FUTURE_VOTES; i++) expect(keeper.add(countedVote(0, 3 + i, 'a'), 0, source, 1)).toBe('new');
      expect(keeper.hasRoom(0, 40, 1)).toBe(false);
      expect(keeper.add(countedVote(0, 40, 'a'), 0, source, 1)).toBe('overflow');
      // The next round, another signer and a proof are not bounded by it.
      expect(keeper.add(countedVote(0, 2, 'a'), 0, source, 1)).toBe('new');
      expect(keeper.add(countedVote(1, 40, 'a'), 1, source, 1)).toBe('new');
      expect(keeper.add(countedVote(0, 40, 'a'), 0, 'proof', 1)).toBe('new');
      keeper.roundChanged();
      expect(keeper.add(countedVote(0, 41, 'a'), 0, source, 2)).toBe('new');
    },
  );
});
