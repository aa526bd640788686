import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { encodeProof, prove } from '../state/proof.ts';
import { rootOf } from '../state/tree.ts';
import { State } from '../state/view.ts';
import { checkpointTree, openedCheckpoint } from './checkpoint-tree.ts';

const keyOf = (index: number): Id => toHex(littleEndian(index, 32));
const checkpointsOf = (size: number): readonly Id[] => Array.from({ length: size }, (_, i) => idOf(i));

/** The same entries as a table of state. */
const stateOf = (entries: readonly (readonly [number, Uint8Array])[]): State => {
  const state = new State(new MemoryBase());
  return state.with(state.apply({ account: entries.map(([index, leaf]) => [keyOf(index), leaf] as const) }).delta);
};

describe('the tree over checkpoints', () => {
  test('is the tree of state over the same keys and leaves, proofs included', () => {
    for (const size of [1, 2, 3, 8, 61]) {
      const checkpoints = checkpointsOf(size);
      const entries = checkpoints.map((checkpoint, i) => [i, fromHex(checkpoint)] as const);
      const state = stateOf(entries);
      const tree = checkpointTree(checkpoints);
      expect(tree.root).toBe(rootOf(entries.map(([index, leaf]) => [keyOf(index), leaf])));
      expect(tree.root).toBe(state.root('account'));
      expect(tree.size).toBe(size);
      expect(tree.hashes).toBeGreaterThanOrEqual(256 * Math.min(size, 1) + size);
      for (let i = 0; i < size; i++) {
        expect(tree.prove(i)).toEqual(encodeProof(prove(state.tree('account'), keyOf(i))));
      }
    }
  });

  test('opens each of its checkpoints and none beyond', () => {
    const checkpoints = checkpointsOf(33);
    const tree = checkpointTree(checkpoints);
    const opened = checkpoints.map((_, i) => openedCheckpoint(tree.root, i, tree.prove(i) as Uint8Array));
    expect(opened).toEqual(checkpoints);
    expect(tree.prove(33)).toBeUndefined();
    expect(tree.prove(-1)).toBeUndefined();
  });

  test('grows by a level of proof where the number of leaves doubles', () => {
    const size = (leaves: number): number => (checkpointTree(checkpointsOf(leaves)).prove(0) as Uint8Array).length;
    expect([1, 2, 3, 4, 5, 8, 9].map(size)).toEqual([102, 134, 166, 166, 198, 198, 230]);
  });

  test('without checkpoints opens nothing', () => {
    expect(checkpointTree([]).prove(0)).toBeUndefined();
  });
});

describe('a proof shows nothing', () => {
  const tree = checkpointTree(checkpointsOf(9));
  const proof = (index: number): Uint8Array => tree.prove(index) as Uint8Array;

  test('under another root, for another index, as no proof at all', () => {
    expect(openedCheckpoint(tree.root, 4, proof(4))).toBe(idOf(4));
    expect(openedCheckpoint(idOf(99), 4, proof(4))).toBeUndefined();
    expect(openedCheckpoint(tree.root, 5, proof(4))).toBeUndefined();
    expect(openedCheckpoint(tree.root, 4, new Uint8Array(0))).toBeUndefined();
    expect(openedCheckpoint(tree.root, 4, new Uint8Array(70))).toBeUndefined();
  });

  test('of absence, or of a leaf of another size', () => {
    const odd = stateOf([
      [0, fromHex(idOf(0))],
      [1, new Uint8Array(31).fill(1)],
      [2, new Uint8Array(33).fill(1)],
    ]);
    const root = odd.root('account');
    const of = (index: number): Uint8Array => encodeProof(prove(odd.tree('account'), keyOf(index)));
    expect(openedCheckpoint(root, 0, of(0))).toBe(idOf(0));
    for (const index of [1, 2, 3]) expect(openedCheckpoint(root, index, of(index))).toBeUndefined();
  });

  test('with any one byte changed, missing or too many', () => {
    const bytes = proof(6);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at & 7));
      expect(openedCheckpoint(tree.root, 6, changed)).toBeUndefined();
    }
    expect(openedCheckpoint(tree.root, 6, bytes.subarray(0, -1))).toBeUndefined();
    expect(openedCheckpoint(tree.root, 6, Uint8Array.of(...bytes, 0))).toBeUndefined();
  });

  test('as arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(9), (bytes, index) => {
        expect(openedCheckpoint(tree.root, index, bytes)).toBeUndefined();
      }),
      { seed: 20261121 },
    );
  });
});

test('leaves beside the checkpoints take nothing from their proofs', () => {
  const crowded = stateOf([
    [0, fromHex(idOf(0))],
    [1, fromHex(idOf(1))],
    [2 ** 40, new Uint8Array(5)],
  ]);
  const proof = encodeProof(prove(crowded.tree('account'), keyOf(1)));
  expect(openedCheckpoint(crowded.root('account'), 1, proof)).toBe(idOf(1));
});
