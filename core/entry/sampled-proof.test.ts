import { describe, expect, test } from 'vitest';
import { fromHex, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { encodeProof, prove } from '../state/proof.ts';
import { State } from '../state/view.ts';
import { candidateChain } from './candidate-chain.ts';
import { CHALLENGES, checkpointsRoot, entryChallenges, type Opening, openingHolds } from './sampled-proof.ts';

const chain = (value: Id, iterations: number): Id => {
  let bytes = fromHex(value);
  for (let i = 0; i < iterations; i++) bytes = sha256(bytes);
  return toHex(bytes);
};

const D = 5;
const init = idOf(1);
const checkpoints = candidateChain(init, [D, D, D, D], chain);
const root = checkpointsRoot(checkpoints);
const keyOf = (index: number): Id => toHex(littleEndian(index, 32));

/** The proof that these checkpoints have this one at `index`. */
const proofOf = (values: readonly Id[], index: number): Uint8Array => {
  const state = new State(new MemoryBase());
  const { delta } = state.apply({ account: values.map((value, i) => [keyOf(i), fromHex(value)] as const) });
  return encodeProof(prove(state.with(delta).tree('account'), keyOf(index)));
};

const opening = (index: number, values = checkpoints): Opening => ({
  index,
  proof: proofOf(values, index),
  nextProof: proofOf(values, index + 1),
});

const holds = (opened: Opening, change: { root?: Id; init?: Id; d?: number } = {}): boolean =>
  openingHolds(opened, change.root ?? root, change.init ?? init, change.d ?? D, chain);

test('every segment of an honest chain opens', () => {
  for (let index = 0; index < 4; index++) expect(holds(opening(index))).toBe(true);
});

describe('refused', () => {
  test('another root, another D, another init at 0', () => {
    expect(holds(opening(1), { root: idOf(9) })).toBe(false);
    expect(holds(opening(1), { d: D + 1 })).toBe(false);
    expect(holds(opening(0), { init: idOf(2) })).toBe(false);
    expect(holds(opening(1), { init: idOf(2) })).toBe(true);
  });

  test('a skipped segment', () => {
    const skipped = [...checkpoints.slice(0, 2), idOf(7), ...candidateChain(idOf(7), [D], chain).slice(1)];
    const at = checkpointsRoot(skipped);
    const verdicts = [0, 1, 2].map((index) => holds(opening(index, skipped), { root: at }));
    expect(verdicts).toEqual([true, false, true]);
  });

  test('a checkpoint of another index, one beyond the end, bytes that are no proof', () => {
    expect(holds({ ...opening(1), index: 2 })).toBe(false);
    expect(holds({ ...opening(1), nextProof: proofOf(checkpoints, 3) })).toBe(false);
    expect(holds(opening(4))).toBe(false);
    expect(holds({ ...opening(1), proof: new Uint8Array(70) })).toBe(false);
  });
});

describe('challenges', () => {
  test('64 below the length, drawn anew for each T, aggregate and registration', () => {
    const draw = (t: Id, aggregate: Id, id: Id) => entryChallenges(t, aggregate, id, 1_000n);
    const indices = draw(idOf(1), idOf(2), idOf(3));
    expect(indices).toHaveLength(CHALLENGES);
    expect(indices.every((index) => index >= 0 && index < 1_000)).toBe(true);
    for (const other of [
      draw(idOf(9), idOf(2), idOf(3)),
      draw(idOf(1), idOf(9), idOf(3)),
      draw(idOf(1), idOf(2), idOf(9)),
    ]) {
      expect(other).not.toEqual(indices);
    }
  });

  test('of one segment all are that one', () => {
    expect(new Set(entryChallenges(idOf(1), idOf(2), idOf(3), 1n))).toEqual(new Set([0]));
  });
});
