import { expect, test } from 'vitest';
import type { Vote } from '../consensus/objects.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { MOST_PROPOSALS, VotesOfPeers } from './votes-of-peers.ts';

/** Votes of these nodes for proposal `of`. */
const votes = (of: number, nodes: readonly number[], round = 1): readonly Vote[] =>
  nodes.map((node) => ({ nodeId: idOf(node), proposalHash: idOf(of), round }) as Vote);

const signers = (shown: readonly Vote[]): readonly string[] => shown.map(({ nodeId }) => nodeId);

test('one vote of each signer, in their order, for the same proposal and round only', () => {
  const known = new VotesOfPeers();
  known.keep(votes(100, [2, 4]));
  known.keep(votes(100, [4, 3]));
  known.keep(votes(101, [5]));
  known.keep(votes(100, [6], 2));
  const all = [1, 2, 3, 4].map(idOf).sort();
  expect(signers(known.with(votes(100, [1])))).toEqual(all);
  expect(signers(known.with(votes(102, [1])))).toEqual([idOf(1)]);
  expect(known.with([])).toEqual([]);
  known.clear();
  expect(signers(known.with(votes(100, [1])))).toEqual([idOf(1)]);
});

test('whoever shows many proposals with few votes does not drive out what many signed', () => {
  const known = new VotesOfPeers();
  known.keep(votes(100, [1, 2]));
  for (let of = 0; of < 2 * MOST_PROPOSALS; of++) known.keep(votes(of, [3]));
  expect(known.with(votes(100, [4]))).toHaveLength(3);
  expect(known.with(votes(0, [4]))).toHaveLength(1);
  expect(known.with(votes(2 * MOST_PROPOSALS - 1, [4]))).toHaveLength(2);
});
