import { describe, expect, it } from 'vitest';
import { Table } from './script.suite.ts';
import { ORDINARY_TIMERS } from './timers.ts';
import { VOTING_RULES, type VotingRules } from './voting-rules.ts';

describe('rules of voting (09 §11.2, §11.4)', () => {
  it('a later quorum replaces the valid value, one of the same round or before does not', () => {
    expect([1, 2, 3].map((round) => VOTING_RULES.replacesValid(round, 2))).toEqual([false, false, true]);
  });

  it('a fresh proposal is for those without a lock', () => {
    expect([0, 1].map((lockedRound) => VOTING_RULES.mayTakeFresh(lockedRound))).toEqual([true, false]);
  });

  it('a lock is left for a quorum of its round or later; without a lock any quorum will do, but one there must be', () => {
    expect([0, 2, 3, 4].map((quorumRound) => VOTING_RULES.mayLeaveLock(quorumRound, 3))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([0, 1].map((quorumRound) => VOTING_RULES.mayLeaveLock(quorumRound, 0))).toEqual([false, true]);
  });

  it('once a round, never below', () => {
    expect([1, 2, 3].map((votedRound) => VOTING_RULES.mayVote(votedRound, 2))).toEqual([true, false, false]);
  });

  it('a skip needs more than A − Q', () => {
    expect([1n, 2n].map((weight) => VOTING_RULES.maySkip(weight, 4n, 3n))).toEqual([false, true]);
    expect([33n, 34n].map((weight) => VOTING_RULES.maySkip(weight, 100n, 67n))).toEqual([false, true]);
  });

  it('a second vote of a signer counts from Evidence and proofs', () => {
    const sources = ['gossip', 'evidence', 'proof'] as const;
    expect(sources.map((source) => VOTING_RULES.countsBeside(source))).toEqual([false, true, true]);
  });

  it('discipline binds what neither lock nor quorum justifies; its grace doubles', () => {
    expect([true, false].map((isJustified) => VOTING_RULES.bindsDiscipline(isJustified))).toEqual([false, true]);
    expect([1, 2].map((round) => VOTING_RULES.graceOf(ORDINARY_TIMERS, round))).toEqual([40, 80]);
  });

  it('a participant asks for every one of them: whoever replaces one changes what it does', () => {
    const asked = new Set<string>();
    const voting = new Proxy(VOTING_RULES, {
      get(rules, name: keyof VotingRules) {
        asked.add(name);
        return rules[name];
      },
    });
    new Table({ voting }).play(`
      seats 4
      crash p3
      start
      deliver all
      tick p0 24
      lose ->p2 proposal
      tick p2 112
      forge p3 prevote P0@0r1 round 1 to p0
      forge p3 prevote nil round 1 to p1,p2
      forge p3 prevote nil round 3 to p0
      deliver p3->
      calm p0,p1,p2 2`);
    expect([...asked].sort()).toEqual(Object.keys(VOTING_RULES).sort());
  });
});
