import { describe, expect, it } from 'vitest';
import { type Phase, PRECOMMIT, PREVOTE, type Vote } from '../consensus/objects.ts';
import type { Rounds } from '../participant/rounds.ts';
import type { Message } from '../wire/messages.ts';
import { Net, type Passes, type Seat } from './net.suite.ts';

/*
 * Broken variants of 09 §11.5 that are about gossip: hosts over a network that loses what the run says, then nothing but the messages
 * of the rule in question. Four seats of weight 1, Q = 3; seat 3 is Byzantine. Its leader's turn is lost in any case.
 */

const B = 3;
const HONEST = [0, 1, 2] as const;

const at = (net: Net, index: number): Seat => net.seats[index] as Seat;

const roundsOf = (net: Net, index: number): Rounds => {
  const { participant } = at(net, index);
  if (participant === undefined) throw new Error('a Byzantine seat');
  return participant.session.rounds;
};

const nilOf = (net: Net): string => at(net, 0).participant?.session.open.nilHash ?? '';

/** The votes a seat has said itself. */
const votesOf = (net: Net, index: number, phase: Phase): readonly Vote[] =>
  at(net, index).said.filter((object): object is Vote => object.kind === 'vote' && object.phase === phase);

const finals = (net: Net): readonly (string | undefined)[] =>
  HONEST.map((index) => at(net, index).finals[0]?.proposal.header.id);

/** Objects straight from those who made them, and nothing else: no push of what came from others, no pull, no Status. */
const isFirstHand = (net: Net, message: Message, from: number): boolean => {
  if (message.type !== 'object') return false;
  const { object } = message;
  return object.kind === 'proposal' ? from === 0 : 'nodeId' in object && object.nodeId === at(net, from).nodeId;
};

describe('broken variants of gossip (09 §11.5)', () => {
  describe('slot bitmaps without 11.3', () => {
    /**
     * Seat 0 proposes p, which seat 1 gets and seat 2 does not. B prevotes p to seat 0, which locks, and nil to the others. Then B is
     * silent; `calm` says what the network delivers from now on, `isPushed` whether seat 0 could pass that vote on before.
     */
    const run = (calm: Passes, isPushed = false): Net => {
      const net = new Net(4, 1);
      net.passes = (message, from, to) => {
        if (message.type === 'object' && message.object.kind === 'proposal' && to === 2) return false;
        const isPassedOn = isPushed && message.type === 'object' && message.object.kind === 'vote';
        return isPassedOn || isFirstHand(net, message, from);
      };
      net.start();
      const prevoted = (index: number): boolean => votesOf(net, index, PREVOTE).length > 0;
      expect(net.until(() => prevoted(0) && prevoted(1), 60)).toBe(true);
      const [p] = votesOf(net, 0, PREVOTE);
      expect(net.until(() => prevoted(2), 60)).toBe(true);
      net.forge(B, PREVOTE, nilOf(net), [1, 2]);
      net.forge(B, PREVOTE, p?.proposalHash ?? '', [0]);
      expect(net.until(() => votesOf(net, 0, PRECOMMIT).length > 0, 1)).toBe(true);
      expect(roundsOf(net, 0).locked?.candidate.hash).toBe(p?.proposalHash);
      net.passes = calm;
      return net;
    };
    const without: Passes = ({ type }) => type !== 'proof-request' && type !== 'proof-response';

    it('halt for ever: both bits are set, and the two votes never meet', () => {
      const net = run(without);
      // Twelve rounds, three for each leader.
      expect(net.until(() => HONEST.some((index) => roundsOf(net, index).round > 12), 3_000)).toBe(true);
      expect(finals(net)).toEqual([undefined, undefined, undefined]);
      expect(HONEST.map((index) => roundsOf(net, index).valid?.round)).toEqual([1, undefined, undefined]);
    });

    it('with proofs: final in round 1', () => {
      const net = run(() => true);
      expect(net.until(() => finals(net).every((final) => final !== undefined), 10)).toBe(true);
      expect(new Set(finals(net)).size).toBe(1);
    });

    it('without proofs, but with the push of that vote not lost: evidence heals it', () => {
      const net = run(without, true);
      expect(net.until(() => finals(net).every((final) => final !== undefined), 10)).toBe(true);
    });
  });

  describe('own votes re-sent only, no pull (11.3.5)', () => {
    /**
     * Nobody gets the proposal. Seat 2 hears no prevotes; seats 0 and 1 precommit nil, and B gives its precommit to seat 2 alone,
     * which enters round 2 by it. All else was lost on the way.
     */
    const run = (calm: Passes): Net => {
      const net = new Net(4, 1);
      net.passes = (message, from, to) => {
        if (message.type === 'object' && message.object.kind === 'proposal') return false;
        const isPrevote =
          message.type === 'object' && message.object.kind === 'vote' && message.object.phase === PREVOTE;
        return isFirstHand(net, message, from) && !(isPrevote && to === 2);
      };
      net.start();
      expect(net.until(() => [0, 1].every((index) => votesOf(net, index, PRECOMMIT).length > 0), 60)).toBe(true);
      net.forge(B, PRECOMMIT, nilOf(net), [2]);
      expect(net.until(() => roundsOf(net, 2).round === 2, 20)).toBe(true);
      expect(votesOf(net, 2, PRECOMMIT)).toEqual([]);
      net.passes = calm;
      return net;
    };

    it('halt for ever: no vote is left to sign, no timer runs', () => {
      const net = run(({ type }) => type !== 'have');
      const standing = (): readonly number[] => HONEST.map((index) => roundsOf(net, index).round);
      // Every 5 s everybody says its own votes again, for ten minutes.
      for (let i = 0; i < 120; i++) {
        net.until(() => false, 5);
        for (const from of HONEST) {
          for (const object of [...votesOf(net, from, PREVOTE), ...votesOf(net, from, PRECOMMIT)]) {
            for (const to of HONEST) if (to !== from) net.send(from, to, { type: 'object', object });
          }
        }
      }
      expect(standing()).toEqual([1, 1, 2]);
      expect(HONEST.map((index) => at(net, index).alarm)).toEqual([undefined, undefined, undefined]);
    });

    it('with the answer to a Status: all are in round 2, and its leader decides', () => {
      const net = run(() => true);
      expect(net.until(() => finals(net).every((final) => final !== undefined), 60)).toBe(true);
      expect(new Set(finals(net)).size).toBe(1);
    });
  });
});
