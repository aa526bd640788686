import { describe, expect, it } from 'vitest';
import { PRECOMMIT, PREVOTE } from '../consensus/objects.ts';
import { makeVote } from '../consensus/vote.ts';
import { type Defect, Table } from './script.suite.ts';
import { VOTING_RULES } from './voting-rules.ts';

/*
 * Broken variants of 09 §11.5 that end in two finals. Each is one run, played twice: with the rule taken out, and with all rules.
 * Four seats of weight 1, Q = 3. A Byzantine seat is one that is crashed from the start: what it says is forged with its key.
 */

const play = (run: string, defect: Defect = {}): readonly (string | undefined)[] =>
  new Table(defect).play(run).finals();

/** Everybody's bundle but that of p3, who is Byzantine; p0 proposes P0@0r1 after its collect wait. */
const ROUND_1 = `
  seats 4
  crash p3
  start
  deliver all
  tick p0 24`;

describe('broken variants: two finals (09 §11.5)', () => {
  it('votes below the own round (11.2.5)', () => {
    // One who leaves a round without a precommit in it must never sign one there: what it locks on later does not know of it.
    const late: Defect = {
      adds: ({ phase, round, window, proposalHash }, { nodeId, key, participant: { session } }) => {
        if (phase !== PREVOTE || round >= session.rounds.round) return undefined;
        if (session.votes.heldBy(session.open.roster.slotOf(nodeId), round, PRECOMMIT) !== undefined) return undefined;
        return makeVote({ phase: PRECOMMIT, round, window, proposalHash, nodeId }, key);
      },
    };
    const run = `${ROUND_1}
      # p0, p1 and B prevote P0@0r1. Only p0 sees it, locks and precommits.
      lose ->p2 proposal
      deliver ->p1 proposal
      deliver p1->p0 prevote
      forge p3 prevote P0@0r1 round 1 to p0
      deliver p3->p0
      # p1 sees another vote of B, precommits nil, and goes to round 2, which it leads.
      deliver p0->p1 prevote
      forge p3 prevote nil round 1 to p1
      deliver p3->p1
      tick p1 24
      deliver p0->p1 precommit
      forge p3 precommit nil round 1 to p1
      deliver p3->p1
      tick p1 24
      # p2 has no vote in round 1 and follows to round 2. p1, p2 and B prevote and precommit P1@0r2: final at p1.
      forge p3 prevote P1@0r2 round 2 to p1,p2
      deliver p3->p1,p2
      lose ->p0
      deliver p1->p2
      deliver p2->p1
      forge p3 precommit P1@0r2 round 2 to p1
      deliver p3->p1
      lose p1->p2
      # Now p2 sees the quorum of round 1. With the precommits of p0 and B its own would make P0@0r1 final at p0.
      deliver p0->p2
      forge p3 prevote P0@0r1 round 1 to p2
      deliver p3->p2
      forge p3 precommit P0@0r1 round 1 to p0
      deliver p2->p0
      deliver p3->p0`;
    expect(play(run, late)).toEqual(['P0@0r1', 'P1@0r2', undefined, undefined]);
    expect(play(run)).toEqual([undefined, 'P1@0r2', undefined, undefined]);
    expect(play(`${run}\ncalm p0,p1,p2 1`)).toEqual(['P1@0r2', 'P1@0r2', 'P1@0r2', undefined]);
  });

  /** p0, p2 and B lock and precommit P0@0r1, final at p0. p1 knows of no quorum, and leads round 2. */
  const LOCKED = `${ROUND_1}
    lose ->p1 proposal
    deliver ->p2 proposal
    forge p3 prevote P0@0r1 round 1 to p0,p2
    deliver p2->p0
    deliver p0->p2
    deliver p3->p0,p2
    deliver p2->p0
    forge p3 precommit P0@0r1 round 1 to p0
    deliver p3->p0
    tick p1 112
    lose p0->p1
    deliver p2->p1
    forge p3 prevote nil round 1 to p1
    deliver p3->p1
    tick p1 24
    forge p3 precommit nil round 1 to p1
    deliver p3->p1
    tick p1 24`;

  /** B helps p1 to a quorum for its fresh P1@0r2, if p2 prevotes that. */
  const FRESH_AGAINST_THE_LOCK = `
    forge p3 prevote P1@0r2 round 2 to p1,p2
    deliver p3->p1,p2
    lose p1->p0
    deliver p1->p2
    deliver p2->p1
    forge p3 precommit P1@0r2 round 2 to p1
    deliver p3->p1`;

  it('lock not durable (11.2.8)', () => {
    const forgets: Defect = { keeps: (record) => ({ ...record, locked: undefined, valid: undefined }) };
    const run = `${LOCKED}
      crash p2
      restart p2
      give p2 B0@0 B1@0
      ${FRESH_AGAINST_THE_LOCK}`;
    expect(play(run, forgets)).toEqual(['P0@0r1', 'P1@0r2', undefined, undefined]);
    expect(play(run)).toEqual(['P0@0r1', undefined, undefined, undefined]);
    expect(play(`${run}\ncalm p0,p1,p2 1`)).toEqual(['P0@0r1', 'P0@0r1', 'P0@0r1', undefined]);
  });

  it('lock ignored (11.2.3)', () => {
    const ignores: Defect = { voting: { ...VOTING_RULES, mayTakeFresh: () => true } };
    const run = `${LOCKED}${FRESH_AGAINST_THE_LOCK}`;
    expect(play(run, ignores)).toEqual(['P0@0r1', 'P1@0r2', undefined, undefined]);
    expect(play(run)).toEqual(['P0@0r1', undefined, undefined, undefined]);
    expect(play(`${run}\ncalm p0,p1,p2 1`)).toEqual(['P0@0r1', 'P0@0r1', 'P0@0r1', undefined]);
  });

  it('lock left for an older quorum (11.2.3 c), which is no row of the table', () => {
    const leaves: Defect = { voting: { ...VOTING_RULES, mayLeaveLock: (quorumRound) => quorumRound > 0 } };
    const run = `${ROUND_1}
      # p0, p1 and B prevote P0@0r1, but nobody sees the vote of B. p2 gets the proposal after its vote.
      lose ->p2 proposal
      deliver ->p1 proposal
      tick p2 112
      give p2 P0@0r1
      deliver prevote
      tick p0,p1,p2 24
      deliver precommit
      tick p0,p1,p2 24
      # p0, p1 and B lock and precommit P1@0r2, final at p1. p2 prevotes nil and sees no quorum.
      lose ->p2 proposal
      deliver ->p0 proposal
      forge p3 prevote P1@0r2 round 2 to p0,p1
      deliver p3->
      deliver p0->p1
      deliver p1->p0
      forge p3 precommit P1@0r2 round 2 to p1
      deliver p3->
      deliver p0->p1
      tick p2 128
      lose p1->p2
      forge p3 prevote nil round 2 to p2
      deliver ->p2 prevote
      tick p2 32
      forge p3 precommit nil round 2 to p2
      deliver ->p2 precommit
      # B shows its vote of round 1: p2 leads round 3 and makes P0@0r1 again. For p0 that quorum is older than its lock.
      forge p3 prevote P0@0r1 round 1 to p0,p2
      deliver p3->
      tick p2 32
      forge p3 prevote P0@0r1 round 3 to p0,p2
      lose p2->p1
      deliver all
      forge p3 precommit P0@0r1 round 3 to p2
      deliver ->p2`;
    expect(play(run, leaves)).toEqual([undefined, 'P1@0r2', 'P0@0r1', undefined]);
    expect(play(run)).toEqual([undefined, 'P1@0r2', undefined, undefined]);
    expect(play(`${run}\ncalm p0,p1,p2 1`)).toEqual(['P1@0r2', 'P1@0r2', 'P1@0r2', undefined]);
  });

  it('b = 2Q − A: two finals after four honest votes (11.1)', () => {
    // Q = 3, A = 4: two Byzantine seats, p0 and p1, and everything by rule at the others.
    const two = `
      seats 4
      crash p0,p1
      start
      forge p0 bundle to p2,p3
      forge p1 bundle to p2,p3
      deliver all
      forge p0 proposal B0@0,B2@0,B3@0 round 1 to p2
      forge p0 proposal B1@0,B2@0,B3@0 round 1 to p3
      forge p0 prevote P0@0r1 round 1 to p2
      forge p1 prevote P0@0r1 round 1 to p2
      forge p0 prevote P0@0r1' round 1 to p3
      forge p1 prevote P0@0r1' round 1 to p3
      lose p2->
      lose p3->
      deliver all
      forge p0 precommit P0@0r1 round 1 to p2
      forge p1 precommit P0@0r1 round 1 to p2
      forge p0 precommit P0@0r1' round 1 to p3
      forge p1 precommit P0@0r1' round 1 to p3
      deliver p0->
      deliver p1->`;
    expect(play(two)).toEqual([undefined, undefined, 'P0@0r1', "P0@0r1'"]);
    // b = 2Q − A − 1 = 1: p1 is honest, and votes for one of them only.
    const one = `
      seats 4
      crash p0
      start
      forge p0 bundle to p1,p2,p3
      deliver all
      forge p0 proposal B0@0,B2@0,B3@0 round 1 to p1,p2
      forge p0 proposal B1@0,B2@0,B3@0 round 1 to p3
      deliver proposal
      forge p0 prevote P0@0r1 round 1 to p2
      forge p0 prevote P0@0r1' round 1 to p3
      deliver ->p2,p3
      forge p0 precommit P0@0r1 round 1 to p2
      forge p0 precommit P0@0r1' round 1 to p3
      deliver ->p2,p3`;
    expect(play(one)).toEqual([undefined, undefined, undefined, undefined]);
    expect(play(`${one}\ncalm p1,p2,p3 1`)).toEqual([undefined, 'P0@0r1', 'P0@0r1', 'P0@0r1']);
  });

  describe('first-valid (12.18)', () => {
    const published = 'seats 4 finality=first-valid collection=proposer-view';
    const votes = 'seats 4 collection=proposer-view';

    it('a leader signs two: two finals after two messages', () => {
      const run = (seats: string): string => `
        ${seats}
        crash p0
        start
        forge p0 bundle to p1,p2,p3
        deliver all
        forge p0 proposal B0@0,B1@0,B2@0 round 1 to p1
        forge p0 proposal B0@0,B1@0,B3@0 round 1 to p2
        deliver proposal`;
      expect(play(run(published))).toEqual([undefined, 'P0@0r1', "P0@0r1'", undefined]);
      expect(play(run(votes))).toEqual([undefined, undefined, undefined, undefined]);
      expect(play(`${run(votes)}\ncalm p1,p2,p3 2`).slice(1)).toEqual(['P1@0r2', 'P1@0r2', 'P1@0r2']);
    });

    it('nobody Byzantine: the proposal of depth 1 comes late, that of depth 2 is there first', () => {
      const run = (seats: string): string => `
        ${seats}
        start
        deliver all but proposal
        lose p0->p1 proposal
        tick p1,p2 112
        lose p0->p2
        deliver p1->p2
        deliver p0->p3 proposal`;
      expect(play(run(published))).toEqual(['P0@0r1', 'P1@0r2', 'P1@0r2', 'P0@0r1']);
      expect(play(run(votes))).toEqual([undefined, undefined, undefined, undefined]);
      expect(new Set(play(`${run(votes)}\ncalm p0,p1,p2,p3 2`)).size).toBe(1);
    });
  });
});
