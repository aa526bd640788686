import { describe, expect, it } from 'vitest';
import type { ProtocolObject } from '../consensus/objects.ts';
import { loseRoundsToLateBundles } from './late-bundles.suite.ts';
import { type Defect, type ScriptSeat, Table } from './script.suite.ts';
import type { HeldProposal } from './types.ts';
import { VOTING_RULES } from './voting-rules.ts';

/*
 * Broken variants of 09 §11.5 after which no window closes. Four seats of weight 1, Q = 3; p3 is Byzantine: crashed from the start,
 * what it says is forged with its key. Leaders are p0, p1, p2, p3 in turn, so four rounds are a cycle, and the round of p3 is lost
 * in any case. After its few words p3 is silent and the network calm: honest seats then need all their three votes for a quorum.
 * What p3 says to one seat is not passed on by that one. In a network a push may bring it to the others in time, with Evidence of
 * what it contradicts, and so heal a run (core/host/broken.test.ts has one); but a push may be lost, so the rules do without it.
 */

const HONEST = 'p0,p1,p2';

/** Everybody's bundle but that of p3; p0 proposes P0@0r1, which p1 gets and p2 does not. */
const ROUND_1 = `
  seats 4
  crash p3
  start
  deliver all
  tick p0 24
  lose ->p2 proposal
  deliver ->p1 proposal`;

/** p0 alone holds a quorum for P0@0r1: by a vote of B, of whom the others hold one for nil. B is not heard of again. */
const LOCKED = `${ROUND_1}
  tick p2 112
  forge p3 prevote P0@0r1 round 1 to p0
  forge p3 prevote nil round 1 to p1,p2
  deliver prevote`;

const play = (run: string, defect: Defect = {}): Table => new Table(defect).play(run);

/** Who is locked, and in what; not in which round. */
const locksOf = (table: Table): readonly (string | undefined)[] =>
  table.seats.map(({ participant: { session } }) => session?.rounds.locked?.candidate.hash);

/** Three cycles of leaders pass, each like the one before: nobody decides, and the locks stay what they are. */
const expectHalt = (table: Table): void => {
  table.play(`calm ${HONEST} 4`);
  const locks = locksOf(table);
  for (let cycle = 0; cycle < 2; cycle++) {
    table.play(`calm ${HONEST} 4`);
    expect(locksOf(table)).toEqual(locks);
  }
  expect(table.finals()).toEqual([undefined, undefined, undefined, undefined]);
};

/** Everybody has closed the window with the same proposal, within `rounds` rounds of a calm network. */
const expectFinal = (table: Table, proposal: string, rounds: number): void => {
  table.play(`calm ${HONEST} ${rounds}`);
  expect(table.finals().slice(0, 3)).toEqual([proposal, proposal, proposal]);
};

describe('broken variants: no decision (09 §11.5)', () => {
  it('“count neither”: halt for ever (11.2.7)', () => {
    // Evidence and the proof come to everybody. Where the second vote of B counts, that is the quorum p0 is locked by.
    const neither: Defect = { voting: { ...VOTING_RULES, countsBeside: () => false } };
    expectHalt(play(LOCKED, neither));
    expectFinal(play(LOCKED), 'P0@0r1', 1);
  });

  it('lock durable, its prevotes not: halt for ever (11.2.8)', () => {
    const bare = (held: HeldProposal | undefined): HeldProposal | undefined => held && { ...held, prevotes: [] };
    const forgets: Defect = {
      keeps: (record) => ({ ...record, locked: bare(record.locked), valid: bare(record.valid) }),
    };
    const run = `${LOCKED}
      crash p0
      restart p0`;
    expectHalt(play(run, forgets));
    expectFinal(play(run), 'P0@0r1', 1);
  });

  it('proof only from the leader, not on change: livelock, locks leapfrog (11.3.1)', () => {
    // p0 and p1 lead in turn. In the round of each, B completes the quorum of that one alone, so its lock is greater than that of the
    // other, who therefore refuses it. p2 has the proof from the leader, is not locked, and votes for both by turns.
    const run = `${ROUND_1}
      forge p3 prevote P0@0r1 round 1 to p0
      forge p3 prevote nil round 1 to p1,p2
      forge p3 precommit nil round 1 to ${HONEST}
      tick p2 112`;
    const leapfrog = (table: Table): readonly (number | undefined)[] => {
      const values = ['P0@0r1', 'P1@0r2'] as const;
      for (let round = 2; round <= 14; round++) {
        table.play(`calm ${HONEST} 1`);
        if (table.finals().some((final) => final !== undefined)) break;
        const leader = (round - 1) % 4;
        const value = values[leader];
        if (value === undefined) continue;
        table.play(`
          forge p3 prevote ${value} round ${round} to p${leader}
          forge p3 prevote nil round ${round} to p${1 - leader},p2
          forge p3 precommit nil round ${round} to ${HONEST}`);
      }
      table.play(`calm ${HONEST} 1`);
      return table.seats.map(({ participant: { session } }) => session?.rounds.locked?.round);
    };
    const silent = play(run, { isSilentOnChange: true });
    expect(leapfrog(silent)).toEqual([13, 14, undefined, undefined]);
    expect(silent.finals()).toEqual([undefined, undefined, undefined, undefined]);
    const told = play(run);
    leapfrog(told);
    expect(told.finals().slice(0, 3)).toEqual(['P0@0r1', 'P0@0r1', 'P0@0r1']);
    expect(told.seats[0]?.finalRounds).toEqual([1]);
  });

  it('lower valid_round re-proposed: livelock (11.2.1)', () => {
    const run = `${ROUND_1}
      # Nobody sees a quorum in round 1; p2 gets the proposal after its vote.
      tick p2 112
      give p2 P0@0r1
      deliver prevote
      tick ${HONEST} 24
      deliver precommit
      tick ${HONEST} 24
      # P1@0r2 goes to p1 and p2. Before anybody sees a quorum of round 2, B shows one of round 1 to all.
      lose ->p0 proposal
      deliver ->p2 proposal
      tick p0 128
      forge p3 prevote P0@0r1 round 1 to ${HONEST}
      deliver p3->
      # p2 sees the quorum of round 2 and locks; p0 and p1 see it after their precommits.
      deliver prevote
      forge p3 prevote P1@0r2 round 2 to p2
      deliver p3->
      tick p0,p1 32
      prove p2 prevote to p0,p1`;
    // Whatever was valid first is proposed again by everybody, and p2 is locked on something later.
    const lower: Defect = { voting: { ...VOTING_RULES, replacesValid: (_round, validRound) => validRound === 0 } };
    expectHalt(play(run, lower));
    expectFinal(play(run), 'P1@0r2', 2);
  });

  describe('discipline on re-proposals (11.4.1)', () => {
    // p0 is locked on P0@0r1, which lacks the bundle of B, and refuses anything else. p1 has had that bundle for 240 ticks when it
    // first sees the proposal, made again by p2 in round 3.
    const run = `
      seats 4
      crash p3
      start
      deliver all
      tick p0 24
      lose ->p1 proposal
      deliver ->p2 proposal
      tick p1 112
      deliver prevote
      forge p3 prevote P0@0r1 round 1 to p0
      forge p3 bundle to ${HONEST}
      deliver p3->
      tick ${HONEST} 24
      deliver precommit
      tick ${HONEST} 24
      lose proposal
      tick ${HONEST} 128
      deliver prevote
      tick ${HONEST} 32
      deliver precommit
      prove p0 prevote to p2
      tick ${HONEST} 32`;
    const binding = { ...VOTING_RULES, bindsDiscipline: () => true };

    it('and fixed grace: livelock', () => {
      expectHalt(play(run, { voting: { ...binding, graceOf: ({ grace }) => grace } }));
    });

    it('alone: rounds lost, until the doubled grace is longer than the delay', () => {
      const table = play(run, { voting: binding });
      // Round 3 is lost, and round 4, which p3 leads. In round 5 a grace of 640 ticks excuses the proposal.
      expectFinal(table, 'P0@0r1', 4);
      expect(table.seats.map(({ finalRounds }) => finalRounds[0])).toEqual([5, 5, 5, undefined]);
    });

    it('with the rule: the first round with the proposal decides', () => {
      const table = play(run);
      expectFinal(table, 'P0@0r1', 1);
      expect(table.seats.map(({ finalRounds }) => finalRounds[0])).toEqual([3, 3, 3, undefined]);
    });
  });

  it('fixed grace, twice the delay above it: a round lost for each Byzantine bundle; doubling: one (11.4.1)', () => {
    const fixed: Defect = { voting: { ...VOTING_RULES, graceOf: ({ grace }) => grace } };
    expect(loseRoundsToLateBundles(10, 3, fixed)).toBe(3);
    expect(loseRoundsToLateBundles(10, 3)).toBe(1);
  });

  it('own bundle of an equivocator rejects the other: rounds lost, all of them (11.4.2)', () => {
    const run = `
      seats 4
      crash p3
      start
      forge p3 bundle to p0
      forge p3 bundle to p1,p2
      deliver all`;
    const rejects: Defect = { refuses: isOtherBundle };
    expectHalt(play(run, rejects));
    expectFinal(play(run), 'P0@0r1', 1);
  });
});

/** Whether a seat holds another bundle of the same signer. */
const isOtherBundle = (object: ProtocolObject, { participant: { session } }: ScriptSeat): boolean => {
  if (object.kind !== 'bundle') return false;
  const held = session.bundles.at(session.open.roster.slotOf(object.nodeId));
  return held !== undefined && held.id !== object.id;
};
