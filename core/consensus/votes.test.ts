import { beforeEach, describe, expect, it } from 'vitest';
import { ZERO_ID } from '../bytes/bytes.ts';
import { makeBundle } from './bundle.ts';
import { judgeCertificate, signersWeight } from './certificate.ts';
import { makeEvidence } from './evidence.ts';
import {
  basisOf,
  counter,
  nodeIdOf,
  T_W,
  TAU2,
  testKey,
  testNode,
  testNodes,
  verify,
  WINDOW,
} from './fixtures.suite.ts';
import { judgeEvidence } from './judge-evidence.ts';
import { judgeVote } from './judge-vote.ts';
import { EVIDENCE_BUNDLE, EVIDENCE_VOTE, PRECOMMIT, PREVOTE, type Vote } from './objects.ts';
import { makeVote, type VoteFields } from './vote.ts';

const nodes = [
  testNode(1),
  testNode(2, { suiteId: 7 }),
  testNode(3, { lastConfirmationWindow: BigInt(WINDOW) - 2n * TAU2 - 1n }),
];
const basis = basisOf(nodes);

const vote = (index = 1, changes: Partial<VoteFields> = {}, signer = index): Vote =>
  makeVote(
    { phase: PRECOMMIT, round: 1, window: WINDOW, proposalHash: T_W, nodeId: nodeIdOf(index), ...changes },
    testKey(signer),
  );

beforeEach(() => {
  counter.verified = 0;
});

describe('judging a vote alone (04 §9)', () => {
  it('accepts any value, nil included, in any round and phase', () => {
    for (const changes of [{}, { proposalHash: ZERO_ID }, { round: 65_535 }, { phase: PREVOTE }] as const) {
      expect(judgeVote(vote(1, changes), basis, verify)).toBeUndefined();
    }
  });

  it.each([
    ['UnknownNode', vote(9)],
    ['UnsupportedSuite', vote(2)],
    ['NotActive', vote(3)],
    ['WrongWindow', vote(1, { window: WINDOW + 1 })],
    ['WrongWindow', vote(1, { window: WINDOW - 1 })],
  ])('%s, before the signature is verified', (reason, made) => {
    expect(judgeVote(made, basis, verify)).toBe(reason);
    expect(counter.verified).toBe(0);
  });

  it('InvalidSignature', () => {
    expect(judgeVote(vote(1, {}, 2), basis, verify)).toBe('InvalidSignature');
  });
});

describe('judging evidence (09 §12.11)', () => {
  const two = makeEvidence(EVIDENCE_VOTE, vote(), vote(1, { proposalHash: ZERO_ID }));
  const judge = (...args: Parameters<typeof makeEvidence>): string | undefined =>
    judgeEvidence(makeEvidence(...args), basis, verify);

  it('accepts two signed objects of one slot; their endpoints are not judged', () => {
    expect(judgeEvidence(two, basis, verify)).toBeUndefined();
    const lists = { nodeId: nodeIdOf(1), window: WINDOW, operations: [], reveals: [] };
    const wrong = makeBundle({ ...lists, endpoint: ZERO_ID }, testKey(1));
    expect(judge(EVIDENCE_BUNDLE, makeBundle({ ...lists, endpoint: T_W }, testKey(1)), wrong)).toBeUndefined();
  });

  it.each([
    ['UnknownNode', vote(9), vote(9, { proposalHash: ZERO_ID })],
    ['UnsupportedSuite', vote(2), vote(2, { proposalHash: ZERO_ID })],
    ['NotActive', vote(3), vote(3, { proposalHash: ZERO_ID })],
    ['WrongWindow', vote(1, { window: 7 }), vote(1, { window: 7, proposalHash: ZERO_ID })],
    ['NoConflict', vote(), vote(1, { round: 2 })],
    ['NoConflict', vote(), vote(1, { phase: PREVOTE })],
  ])('%s, before a signature is verified', (reason, first, second) => {
    expect(judge(EVIDENCE_VOTE, first, second)).toBe(reason);
    expect(counter.verified).toBe(0);
  });

  it('both signatures must hold: nobody is convicted by a forgery', () => {
    const forged = vote(1, { proposalHash: ZERO_ID }, 2);
    expect(judge(EVIDENCE_VOTE, vote(), forged)).toBe('InvalidSignature');
    expect(judge(EVIDENCE_VOTE, forged, vote(1, { proposalHash: nodeIdOf(5) }))).toBe('InvalidSignature');
  });
});

describe('certificates and prevote proofs (09 §3, 0x48)', () => {
  const four = basisOf(testNodes(1n, 1n, 1n, 1n));
  const judge = (votes: readonly Vote[], of = four): readonly [boolean, bigint] => {
    const { valid, weight } = judgeCertificate(votes, of, verify);
    return [valid, weight];
  };

  it('three of four equal nodes are enough, two are not', () => {
    expect(judge([vote(1), vote(2), vote(4)])).toEqual([true, 3n]);
    expect(judge([vote(1), vote(2), vote(3), vote(4)])).toEqual([true, 4n]);
    counter.verified = 0;
    expect(judge([vote(1), vote(4)])).toEqual([false, 2n]);
    expect(counter.verified).toBe(0);
  });

  it('weight counts, not heads: exactly Q is enough', () => {
    const uneven = basisOf(testNodes(67n, 32n, 1n));
    expect(judge([vote(1)], uneven)).toEqual([true, 67n]);
    expect(judge([vote(2), vote(3)], uneven)).toEqual([false, 33n]);
    const less = basisOf(testNodes(66n, 33n, 1n));
    expect(judge([vote(1)], less)).toEqual([false, 66n]);
    expect(judge([vote(1), vote(3)], less)).toEqual([true, 67n]);
  });

  it('one signature repeated is no quorum, nor are signers out of order', () => {
    expect(judge([vote(1), vote(1), vote(1)])).toEqual([false, 0n]);
    expect(judge([vote(1), vote(2), vote(2)])).toEqual([false, 0n]);
    expect(judge([vote(2), vote(1), vote(3)])).toEqual([false, 0n]);
    expect(signersWeight([vote(1), vote(1)], four.roster)).toBe(0n);
  });

  it('every signature must hold, also those that the quorum does not need', () => {
    expect(judge([vote(1), vote(2), vote(3), vote(4, {}, 1)])).toEqual([false, 4n]);
  });

  it('every signer must be active in the window', () => {
    const [valid] = judge([vote(1), vote(2), vote(3), vote(9)]);
    expect(valid).toBe(false);
    const some = basisOf([...testNodes(1n, 1n, 1n, 1n), testNode(5, { lastConfirmationWindow: 0n })]);
    expect(judge([vote(1), vote(2), vote(3), vote(5)], some)).toEqual([false, 3n]);
  });

  it('all votes are for one proposal, round and phase', () => {
    const others: readonly Partial<VoteFields>[] = [
      { proposalHash: ZERO_ID },
      { round: 2 },
      { phase: PREVOTE },
      { window: WINDOW + 1 },
    ];
    for (const changes of others) expect(judge([vote(1), vote(2), vote(3, changes)])).toEqual([false, 3n]);
    const next: readonly Vote[] = [1, 2, 3].map((index) => vote(index, { window: WINDOW + 1 }));
    expect(judge(next)).toEqual([false, 3n]);
  });

  it('nothing proves nothing, even where nobody is active', () => {
    expect(judge([])).toEqual([false, 0n]);
    expect(judge([], basisOf([]))).toEqual([false, 0n]);
  });

  it('two rosters may count the same signers differently (09 §9)', () => {
    expect(signersWeight([vote(1), vote(2)], basisOf(testNodes(5n, 7n)).roster)).toBe(12n);
    expect(signersWeight([vote(1), vote(2)], basisOf(testNodes(5n)).roster)).toBe(5n);
  });
});
