import { beforeEach, describe, expect, it } from 'vitest';
import { concat, fromHex, type Id, ZERO_ID } from '../bytes/bytes.ts';
import { rootOf } from '../state/tree.ts';
import {
  basisOf,
  counter,
  flipped,
  nodeIdOf,
  someIds,
  T_W,
  TAU2,
  testKey,
  testNode,
  verify,
  WINDOW,
} from './fixtures.suite.ts';
import { decodeHeader, type HeaderFields, makeHeader } from './header.ts';
import { type HeaderBasis, judgeHeader, judgeProposal } from './judge-header.ts';
import type { Header, Listed, Proposal } from './objects.ts';
import { makeProposal, makeReproposal } from './proposal.ts';

const parent = nodeIdOf(0xbb);
const target = 1n << 70n;
const nodes = [
  testNode(1),
  testNode(2),
  testNode(3, { suiteId: 2 }),
  testNode(4, { lastConfirmationWindow: BigInt(WINDOW) - 2n * TAU2 - 1n }),
];
const basis: HeaderBasis = {
  ...basisOf(nodes),
  parent,
  protocolVersion: 2,
  maxProtocolVersion: 3,
  cascade: [2, 1, 4, 3].map(nodeIdOf),
  target,
};

const listed = (name: string, count: number): readonly Listed[] =>
  someIds(name, count).map((hash, i) => ({ nodeId: nodeIdOf(i + 1), hash }));
const rootOfList = (entries: readonly Listed[]): Id =>
  rootOf(entries.map(({ nodeId, hash }) => [nodeId, concat(fromHex(nodeId), fromHex(hash))]));

const bundles = listed('bundle', 3);
const reveals = listed('reveal', 2);

/** The header of cascade[depth − 1], signed by `signer`. */
const header = (proposer = 2, changes: Partial<HeaderFields> = {}, signer = proposer): Header =>
  makeHeader(
    {
      prevProposalHash: parent,
      window: WINDOW,
      protocolVersion: 2,
      controlRoot: ZERO_ID,
      nodeRoot: ZERO_ID,
      candidateRoot: ZERO_ID,
      accountRoot: ZERO_ID,
      stateRoot: ZERO_ID,
      timechainValue: T_W,
      includedBundlesRoot: rootOfList(bundles),
      includedRevealsRoot: rootOfList(reveals),
      winnerEndpoint: ZERO_ID,
      winnerId: ZERO_ID,
      proposerNodeId: nodeIdOf(proposer),
      target,
      fallbackDepth: 1,
      ...changes,
    },
    testKey(signer),
  );

const judge = (made: Header, round?: number): string | undefined => judgeHeader(made, basis, T_W, round, verify);

beforeEach(() => {
  counter.verified = 0;
});

describe('steps 1–8 of 04 §10', () => {
  it('accepts the header of the leader of its depth', () => {
    expect(judge(header())).toBeUndefined();
    expect(judge(header(1, { fallbackDepth: 2 }))).toBeUndefined();
    expect(judge(header(2, { protocolVersion: 3 }))).toBeUndefined();
  });

  it('a proposer must be in the Node Table, active or not (step 5)', () => {
    expect(judge(header(4, { fallbackDepth: 3 }))).toBeUndefined();
  });

  it('the cascade wraps: depth 6 of 4 leaders is the second (04 D-11)', () => {
    expect(judge(header(1, { fallbackDepth: 6 }))).toBeUndefined();
    expect(judge(header(2, { fallbackDepth: 6 }))).toBe('ProposerNotCanonical');
    expect(judge(header(4, { fallbackDepth: 255 }))).toBeUndefined();
  });

  it.each([
    ['FallbackDepthZero', header(2, { fallbackDepth: 0 })],
    ['WindowNotMonotone', header(2, { window: WINDOW - 1 })],
    ['WindowNotMonotone', header(2, { window: WINDOW + 1 })],
    ['ProtocolVersionDecreased', header(2, { protocolVersion: 1 })],
    ['ProtocolVersionUnsupported', header(2, { protocolVersion: 4 })],
    ['WrongParent', header(2, { prevProposalHash: ZERO_ID })],
    ['UnknownProposer', header(9)],
    ['UnsupportedSuite', header(3, { fallbackDepth: 4 })],
  ])('%s, before the signature is verified', (reason, made) => {
    expect(judge(made)).toBe(reason);
    expect(counter.verified).toBe(0);
  });

  it.each([
    ['InvalidSignature', header(2, {}, 1)],
    ['ProposerNotCanonical', header(1)],
    ['ProposerNotCanonical', header(2, { fallbackDepth: 2 })],
    ['WrongTimechain', header(2, { timechainValue: parent })],
    ['WrongTarget', header(2, { target: target - 1n })],
    ['WrongTarget', header(2, { target: target + 1n })],
  ])('%s', (reason, made) => {
    expect(judge(made)).toBe(reason);
  });

  it('of two faults the first in the printed order is the reason', () => {
    const rest = { prevProposalHash: ZERO_ID, timechainValue: parent, target: 0n };
    const order: readonly (readonly [string, Header])[] = [
      ['FallbackDepthZero', header(2, { ...rest, fallbackDepth: 0, window: 1 })],
      ['WindowNotMonotone', header(2, { ...rest, window: 1, protocolVersion: 1 })],
      ['ProtocolVersionDecreased', header(2, { ...rest, protocolVersion: 1 })],
      ['ProtocolVersionUnsupported', header(2, { ...rest, protocolVersion: 4 })],
      ['WrongParent', header(9, rest)],
      ['UnknownProposer', header(9, { timechainValue: parent })],
      ['UnsupportedSuite', header(3, {}, 1)],
      ['InvalidSignature', header(1, { timechainValue: parent }, 2)],
      ['ProposerNotCanonical', header(1, { timechainValue: parent })],
      ['WrongTimechain', header(2, { timechainValue: parent, target: 0n })],
    ];
    expect(order.map(([, made]) => judge(made))).toEqual(order.map(([reason]) => reason));
  });

  it('its depth must have been reached by the current round, if one is given; any has above 255', () => {
    const deep = header(1, { fallbackDepth: 2 });
    expect([1, 2, 3].map((round) => judge(deep, round))).toEqual(['ProposerNotCanonical', undefined, undefined]);
    const deepest = header(4, { fallbackDepth: 255 });
    expect([254, 255, 256, 65_535].map((round) => judge(deepest, round))).toEqual([
      'ProposerNotCanonical',
      undefined,
      undefined,
      undefined,
    ]);
    expect(judge(deepest)).toBeUndefined();
  });
});

describe('what makes a proposal worth keeping (09 §12.7)', () => {
  const judgeAll = (proposal: Proposal, isKnown = false): string | undefined =>
    judgeProposal(proposal, basis, T_W, isKnown, verify);
  const fresh = makeProposal(header(), bundles, reveals);
  const again = (round: number, leader: number, signer = leader): Proposal =>
    makeReproposal(fresh, 1, round, nodeIdOf(leader), testKey(signer));

  it('accepts a fresh proposal of any depth, whatever the round', () => {
    expect(judgeAll(fresh)).toBeUndefined();
    expect(judgeAll(makeProposal(header(4, { fallbackDepth: 255 }), bundles, reveals))).toBeUndefined();
  });

  it('says what is wrong with the header first', () => {
    expect(judgeAll(makeProposal(header(9), bundles, reveals))).toBe('UnknownProposer');
    expect(judgeAll(makeProposal(header(2, {}, 1), [], []))).toBe('InvalidSignature');
  });

  it('a known header is not verified again, its lists are', () => {
    expect(judgeAll(fresh, true)).toBeUndefined();
    expect(judgeAll(makeProposal(header(), bundles.slice(1), reveals), true)).toBe('BundlesRootMismatch');
    expect(counter.verified).toBe(0);
  });

  it('both lists must reproduce the roots', () => {
    const [first, ...others] = bundles as [Listed, ...Listed[]];
    for (const wrong of [
      [],
      others,
      [{ ...first, hash: ZERO_ID }, ...others],
      [...bundles, ...listed('more', 4).slice(3)],
    ]) {
      expect(judgeAll(makeProposal(header(), wrong, reveals))).toBe('BundlesRootMismatch');
      expect(judgeAll(makeProposal(header(), bundles, wrong))).toBe('RevealsRootMismatch');
    }
  });

  it('a re-proposal needs the signature of the leader of its round', () => {
    expect(judgeAll(again(2, 1))).toBeUndefined();
    expect(judgeAll(again(5, 2))).toBeUndefined();
    expect(judgeAll(again(2, 1, 2))).toBe('InvalidLeaderSignature');
    expect(judgeAll(again(2, 2))).toBe('LeaderNotCanonical');
  });

  it('a leader is a node of the table, active or not, of suite 1, as a proposer is', () => {
    expect(judgeAll(again(3, 4))).toBeUndefined();
    expect(judgeAll(again(4, 3))).toBe('InvalidLeaderSignature');
  });

  it('a proposer cannot re-propose in a foreign round, nor an old signature serve another one (09 §3)', () => {
    const stolen = again(2, 1);
    const moved: Proposal = {
      ...stolen,
      reproposal: {
        ...(again(6, 1).reproposal as NonNullable<Proposal['reproposal']>),
        signature: stolen.reproposal?.signature as Uint8Array,
      },
    };
    expect(judgeAll(moved)).toBe('InvalidLeaderSignature');
  });

  it('a header whose signature was changed on the way is refused (and is still named the same)', () => {
    const decoded = decodeHeader(flipped(fresh.header.bytes, 3721));
    if (!decoded.ok) throw new Error(decoded.error);
    expect(decoded.value.id).toBe(fresh.id);
    expect(judgeAll(makeProposal(decoded.value, bundles, reveals))).toBe('InvalidSignature');
  });
});
