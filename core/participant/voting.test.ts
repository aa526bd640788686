import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Phase, PRECOMMIT, PREVOTE, type Proposal } from '../consensus/objects.ts';
import { depthOf } from '../lottery/cascade.ts';
import { ProposalKeeper } from './proposals.ts';
import { countedVote, rosterWith } from './rosters.suite.ts';
import { ORDINARY_TIMERS } from './timers.ts';
import { VoteKeeper } from './votes.ts';
import { type Judgement, LAST_ROUND, Voting } from './voting.ts';

const NIL = 'nil';

const fresh = (id: string, depth: number): Proposal =>
  ({
    id,
    header: { id, fallbackDepth: depth },
    bundles: [],
    validRound: 0,
    reproposal: undefined,
  }) as unknown as Proposal;

const again = (proposal: Proposal, validRound: number, round: number): Proposal =>
  ({ ...proposal, id: `${proposal.id}/${round}`, validRound, reproposal: { round } }) as Proposal;

/** Seat 0 of four equal ones, Q = 3, with everything around the rule made of paper. */
class Desk {
  readonly votes = new VoteKeeper(rosterWith([1, 1, 1, 1]));
  readonly proposals = new ProposalKeeper();
  /** What the rule did, in order. */
  said: string[] = [];
  now = 0;
  leads: readonly number[] = [];
  readonly judgements = new Map<string, Judgement>();
  readonly undisciplined = new Set<string>();
  readonly contested = new Set<string>();
  mayPropose = true;
  readonly voting: Voting = new Voting({
    votes: this.votes,
    proposals: this.proposals,
    figures: ORDINARY_TIMERS,
    nil: NIL,
    isVoter: true,
    deadline: (ticks) => this.now + ticks,
    depthOf,
    isLeader: (round) => this.leads.includes(round),
    judge: ({ hash }) => this.judgements.get(hash) ?? 'valid',
    isDisciplined: ({ hash }) => !this.undisciplined.has(hash),
    isContested: ({ hash }) => this.contested.has(hash),
    isComplete: () => true,
    castVote: (phase, round, value) => {
      this.said.push(`${phase === PREVOTE ? 'prevote' : 'precommit'} ${round} ${value}`);
      this.take(0, round, value, phase);
    },
    proposeFresh: (round) => {
      if (this.mayPropose) this.said.push(`fresh ${round}`);
      return this.mayPropose;
    },
    propose: ({ candidate, round: validRound }, round) =>
      this.said.push(`again ${round} ${candidate.hash} of ${validRound}`),
    changed: () => {},
    wantProposal: (hash) => this.said.push(`want ${hash}`),
    decide: ({ hash }, round) => this.said.push(`decide ${hash} in ${round}`),
    contradiction: (reason) => this.said.push(reason),
  });

  take(slot: number, round: number, value: string, phase: Phase = PREVOTE): void {
    const vote = countedVote(slot, round, value, phase);
    if (this.votes.add(vote, slot, 'proof', this.voting.round) === 'new') this.voting.voteTaken(vote);
  }

  hear(phase: Phase, round: number, value: string, ...slots: readonly number[]): readonly string[] {
    for (const slot of slots) this.take(slot, round, value, phase);
    return this.turn();
  }

  see(proposal: Proposal): readonly string[] {
    this.proposals.add(proposal, fresh(proposal.header.id, proposal.header.fallbackDepth), this.now);
    return this.turn();
  }

  wait(ticks: number): readonly string[] {
    this.now += ticks;
    this.voting.expire(this.now);
    return this.turn();
  }

  /** Applies the rule; returns what it did since it was asked last. */
  turn(): readonly string[] {
    this.voting.advance();
    const said = this.said;
    this.said = [];
    return said;
  }

  /** Locked on `value` in `round`, which it enters first. */
  lock(value: string, round: number): void {
    if (this.proposals.get(value) === undefined) this.see(fresh(value, depthOf(round)));
    this.voting.restore(round, undefined, undefined, []);
    this.hear(PREVOTE, round, value, 1, 2, 3);
  }
}

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

describe('before round 1 (09 §12.5)', () => {
  it('votes are held, nothing is voted, proposed or taken for valid', () => {
    desk.leads = [1];
    desk.see(fresh('p', 1));
    expect(desk.hear(PREVOTE, 1, 'p', 1, 2, 3)).toEqual([]);
    expect([desk.voting.round, desk.voting.valid]).toEqual([0, undefined]);
    desk.voting.start();
    expect(desk.turn()).toEqual(['prevote 1 p', 'precommit 1 p']);
    expect(desk.voting.valid?.round).toBe(1);
  });

  it('a certificate decides', () => {
    expect(desk.hear(PRECOMMIT, 4, 'p', 1, 2, 3)).toEqual(['want p']);
    expect(desk.see(fresh('p', 1))).toEqual(['decide p in 4']);
  });
});

describe('propose (09 §11.2.1)', () => {
  it('the valid proposal of the greatest round, not of this very round', () => {
    desk.see(fresh('p', 1));
    desk.see(fresh('q', 2));
    desk.voting.restore(3, undefined, undefined, []);
    desk.hear(PREVOTE, 2, 'q', 1, 2, 3);
    desk.hear(PREVOTE, 1, 'p', 1, 2, 3);
    desk.leads = [4, 5];
    desk.hear(PREVOTE, 4, NIL, 1, 2);
    expect(desk.voting.round).toBe(4);
    expect(desk.voting.valid).toMatchObject({ round: 2, candidate: { hash: 'q' } });
    desk.see(fresh('r', 5));
    // The quorum of round 5 comes before this leader of round 5 has said anything.
    desk.leads = [5];
    expect(desk.hear(PREVOTE, 5, 'r', 1, 2, 3)).toEqual(['prevote 5 r', 'precommit 5 r']);
  });

  it('is said again with its round', () => {
    desk.lock('p', 1);
    desk.leads = [2];
    expect(desk.hear(PREVOTE, 2, NIL, 1, 2)).toEqual(['again 2 p of 1']);
  });

  it('a fresh one waits for what it needs', () => {
    desk.leads = [2];
    desk.mayPropose = false;
    desk.voting.restore(2, undefined, undefined, []);
    expect(desk.turn()).toEqual([]);
    desk.mayPropose = true;
    expect([desk.turn(), desk.turn()]).toEqual([['fresh 2'], []]);
  });
});

describe('prevote (09 §11.2.3)', () => {
  beforeEach(() => desk.voting.start());

  it.each([
    ['invalid', (d: Desk) => d.judgements.set('p', 'invalid')],
    ['undisciplined', (d: Desk) => d.undisciplined.add('p')],
    [
      'undisciplined, though bodies are missing',
      (d: Desk) => d.undisciplined.add('p') && d.judgements.set('p', 'missing'),
    ],
    ['one of two of its proposer', (d: Desk) => d.contested.add('p')],
  ])('nil at once when the fresh proposal is %s', (_, spoil) => {
    spoil(desk);
    expect(desk.see(fresh('p', 1))).toEqual(['prevote 1 nil']);
  });

  it('a missing body: only at the propose timeout', () => {
    desk.judgements.set('p', 'missing');
    expect([desk.see(fresh('p', 1)), desk.wait(111), desk.wait(1)]).toEqual([[], [], ['prevote 1 nil']]);
  });

  it('nothing else is voted on: a header of another depth, one made again in another round', () => {
    desk.see(fresh('p', 2));
    desk.see(again(fresh('q', 9), 1, 3));
    expect(desk.turn()).toEqual([]);
  });

  it('fresh against another lock: nil at once', () => {
    desk.lock('p', 1);
    desk.hear(PREVOTE, 2, NIL, 1, 2);
    expect(desk.see(fresh('q', 2))).toEqual(['prevote 2 nil', 'precommit 2 nil']);
  });

  it('the locked one, made again: needs no quorum looked for', () => {
    desk.lock('p', 1);
    desk.hear(PREVOTE, 2, NIL, 1, 2);
    expect(desk.see(again(fresh('p', 1), 1, 2))).toEqual(['prevote 2 p']);
  });

  it('another one made again: a quorum at or above the own lock, and below this round', () => {
    desk.see(fresh('q', 9));
    desk.lock('p', 3);
    desk.hear(PREVOTE, 4, NIL, 1, 2);
    expect(desk.hear(PREVOTE, 2, 'q', 1, 2, 3)).toEqual([]);
    expect(desk.see(again(fresh('q', 9), 2, 4))).toEqual([]);
    // A quorum of round 3 would be the proof that the lock is no decision.
    desk.hear(PREVOTE, 3, 'q', 1, 2);
    expect(desk.hear(PREVOTE, 3, 'q', 3)).toEqual(['prevote 4 q']);
  });

  it('an unjustified one is waited for until the propose timeout', () => {
    desk.lock('p', 1);
    desk.hear(PREVOTE, 2, NIL, 1);
    desk.hear(PREVOTE, 2, NIL, 2);
    expect(desk.see(again(fresh('q', 9), 1, 2))).toEqual([]);
    expect(desk.wait(127)).toEqual([]);
    expect(desk.wait(1)).toContain('prevote 2 nil');
  });
});

describe('precommit and rounds (09 §11.2.4, §11.2.5)', () => {
  beforeEach(() => desk.voting.start());

  it('a quorum locks whatever the own prevote was, once its body is here', () => {
    desk.wait(112);
    expect(desk.hear(PREVOTE, 1, 'p', 1, 2, 3)).toEqual(['want p']);
    desk.judgements.set('p', 'missing');
    expect(desk.see(fresh('p', 1))).toEqual([]);
    desk.judgements.set('p', 'valid');
    expect(desk.turn()).toEqual(['precommit 1 p']);
    expect(desk.voting.locked).toMatchObject({ round: 1, candidate: { hash: 'p' } });
  });

  it('a quorum after the own precommit updates what is valid, never the lock', () => {
    desk.wait(112);
    desk.hear(PREVOTE, 1, NIL, 1);
    desk.hear(PREVOTE, 1, 'p', 2);
    expect(desk.wait(24)).toEqual(['precommit 1 nil']);
    desk.see(fresh('p', 1));
    expect(desk.hear(PREVOTE, 1, 'p', 1, 3)).toEqual([]);
    expect([desk.voting.locked, desk.voting.valid?.round]).toEqual([undefined, 1]);
  });

  it('vote timers start with votes of weight Q of any values, each signer once', () => {
    desk.wait(112);
    desk.hear(PREVOTE, 1, 'p', 1);
    desk.hear(PREVOTE, 1, 'q', 1);
    expect(desk.wait(1_000)).toEqual([]);
    desk.hear(PREVOTE, 1, 'q', 2);
    expect([desk.wait(23), desk.wait(1)]).toEqual([[], ['precommit 1 nil']]);
    desk.hear(PRECOMMIT, 1, NIL, 1, 2);
    desk.wait(23);
    expect(desk.voting.round).toBe(1);
    desk.wait(1);
    expect(desk.voting.round).toBe(2);
  });

  it('no vote is signed for a round below the own one', () => {
    desk.see(fresh('p', 1));
    desk.hear(PREVOTE, 3, NIL, 1, 2);
    expect(desk.voting.round).toBe(3);
    expect(desk.hear(PREVOTE, 1, 'p', 1, 2, 3)).toEqual([]);
    expect([desk.voting.valid?.round, desk.voting.locked]).toEqual([1, undefined]);
    expect(desk.hear(PRECOMMIT, 1, NIL, 1, 2, 3)).toEqual([]);
    expect(desk.voting.round).toBe(3);
  });

  it('in a new round signers may speak of 32 more future votes', () => {
    const changed = vi.spyOn(desk.votes, 'roundChanged');
    desk.hear(PREVOTE, 3, NIL, 1, 2);
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('the last round is not left', () => {
    desk.hear(PREVOTE, LAST_ROUND, NIL, 1, 2);
    expect(desk.voting.round).toBe(LAST_ROUND);
    desk.hear(PRECOMMIT, LAST_ROUND, NIL, 1, 2, 3);
    desk.wait(10_000_000);
    expect(desk.voting.round).toBe(LAST_ROUND);
  });
});

describe('decide (09 §11.2.6, §12.17)', () => {
  beforeEach(() => desk.voting.start());

  it('a precommit quorum of any round', () => {
    desk.see(fresh('p', 1));
    desk.hear(PREVOTE, 5, NIL, 1, 2);
    expect(desk.hear(PRECOMMIT, 2, 'p', 1, 2, 3)).toEqual(['decide p in 2']);
  });

  it('two certificates for different proposals stop the node', () => {
    desk.hear(PRECOMMIT, 1, 'p', 1, 2, 3);
    expect(desk.hear(PRECOMMIT, 2, 'p', 1, 2, 3)).not.toContain('two certificates for different proposals');
    expect(desk.hear(PRECOMMIT, 3, 'q', 1, 2, 3)).toContain('two certificates for different proposals');
  });

  it('so does a certified proposal that is invalid', () => {
    desk.judgements.set('p', 'invalid');
    desk.see(fresh('p', 9));
    expect(desk.hear(PRECOMMIT, 1, 'p', 1, 2, 3)).toEqual(['a certified proposal fails validation']);
  });
});

describe('after all 255 depths', () => {
  it('a header of round 1 is a proposal of round 256, but no reason to prevote nil before that leader was heard', () => {
    desk.see(fresh('p', 1));
    desk.see(fresh('q', 2));
    desk.lock('q', 255);
    desk.hear(PREVOTE, 256, NIL, 1);
    expect(desk.hear(PREVOTE, 256, NIL, 2)).toEqual([]);
    expect([desk.voting.round, depthOf(256)]).toEqual([256, 1]);
    expect(desk.see(again(fresh('q', 2), 255, 256))).toEqual(['prevote 256 q']);
  });

  it('it is voted for as it stands', () => {
    desk.see(fresh('p', 1));
    desk.voting.restore(256, undefined, undefined, []);
    expect(desk.turn()).toEqual(['prevote 256 p']);
  });

  it('without anything better nil comes at the propose timeout', () => {
    desk.undisciplined.add('p');
    desk.see(fresh('p', 1));
    desk.voting.restore(256, undefined, undefined, []);
    expect(desk.wait(96 + 16 * 256 - 1)).toEqual([]);
    expect(desk.wait(1)).toEqual(['prevote 256 nil']);
  });
});

describe('after a restart (09 §8.8)', () => {
  it('what was signed in the round is not signed again, whatever runs out', () => {
    const signed = [countedVote(0, 2, 'p'), countedVote(0, 2, NIL, PRECOMMIT)];
    desk.voting.proposed(2);
    desk.leads = [2];
    desk.voting.restore(2, undefined, undefined, signed);
    desk.see(fresh('q', 2));
    expect(desk.wait(10_000)).toEqual([]);
    expect(desk.hear(PREVOTE, 2, 'q', 1, 2, 3)).toEqual([]);
    expect(desk.voting.round).toBe(2);
  });
});
