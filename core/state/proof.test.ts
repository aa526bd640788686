import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';
import { MemoryBase } from './memory-base.ts';
import { decodeProof, encodeProof, MOST_LEAF_BYTES, type Proof, prove, verifyProof } from './proof.ts';
import { RECORD_SIZES } from './records.ts';
import { TABLES, type Table } from './state.ts';
import { EMPTY_ROOT, empty } from './tree-hash.ts';
import { State } from './view.ts';

const stateOf = (table: Table, entries: readonly (readonly [Id, Uint8Array])[]): State => {
  const state = new State(new MemoryBase());
  return state.with(state.apply({ [table]: entries }).delta);
};

const S5 = stateOf('account', [
  ['ab'.repeat(32), ascii('record one')],
  ['cd'.repeat(32), ascii('record two')],
  ['ef'.repeat(32), ascii('record three')],
]);
const S5_TREE = S5.tree('account');
const S5_ROOT = S5.root('account');

describe('proofs: vectors of 02 §7', () => {
  it('inclusion of cd^32', () => {
    const bytes = encodeProof(prove(S5_TREE, 'cd'.repeat(32)));
    expect(toHex(bytes)).toBe(
      [
        'cd'.repeat(32),
        '0a000000',
        '7265636f72642074776f',
        `${'00'.repeat(31)}60`,
        '0200',
        'a2569f0f543b54b8f26725c39b209f79a35ae770e0dd3fee4f34be9a4a988054',
        '291cefda81264c62597884620a5758e76c5ce1d194492463faf0873221445d77',
      ].join(''),
    );
    expect(bytes.length).toBe(144);
    expect(verifyProof(S5_ROOT, bytes)).toBe(true);
  });

  it('absence of ff^32', () => {
    const bytes = encodeProof(prove(S5_TREE, 'ff'.repeat(32)));
    expect(toHex(bytes)).toBe(
      [
        'ff'.repeat(32),
        '00000000',
        `${'00'.repeat(31)}70`,
        '0300',
        '252c41a44e922daa7b3e8d02b530585e2b8e5c080b64f70bccd96c9ecdc0e50d',
        '181b14f50fb93ab05e5be96c4a2f05f670c3f3887a0e3d0fc9dc4e87cc606bb3',
        '291cefda81264c62597884620a5758e76c5ce1d194492463faf0873221445d77',
      ].join(''),
    );
    expect(bytes.length).toBe(166);
    expect(verifyProof(S5_ROOT, bytes)).toBe(true);
  });
});

describe('proofs', () => {
  const ids = Array.from({ length: 12 }, (_, i) => hashId('mt-account', littleEndian(i, 4)));
  const sample = stateOf(
    'account',
    ids.slice(0, 8).map((id, i) => [id, ascii(`record ${i}`)] as const),
  );
  const root = sample.root('account');
  const proofs = ids.map((id) => prove(sample.tree('account'), id));

  it('of every key, present or absent, hold under the root and under no other', () => {
    proofs.forEach((proof, i) => {
      const bytes = encodeProof(proof);
      expect(toHex(proof.leafValue)).toBe(i < 8 ? toHex(ascii(`record ${i}`)) : '');
      expect(verifyProof(root, bytes)).toBe(true);
      expect(verifyProof(S5_ROOT, bytes)).toBe(false);
      expect(decodeProof(bytes)).toEqual({ ok: true, value: proof });
    });
  });

  it('of an empty tree and of a single leaf list no or one sibling', () => {
    const nothing = prove(new State(new MemoryBase()).tree('node'), ids[0] as Id);
    expect(nothing.siblings).toEqual([]);
    expect(verifyProof(EMPTY_ROOT, encodeProof(nothing))).toBe(true);
    const single = stateOf('account', [['00'.repeat(32), ascii('a')]]);
    for (const [key, siblings] of [
      ['00'.repeat(32), 0],
      [`01${'00'.repeat(31)}`, 1],
      [`${'00'.repeat(31)}80`, 1],
    ] as const) {
      const proof = prove(single.tree('account'), key);
      expect(proof.siblings).toHaveLength(siblings);
      expect(verifyProof(single.root('account'), encodeProof(proof))).toBe(true);
    }
  });

  it('no flipped bit passes', () => {
    const bytes = encodeProof(proofs[3] as Proof);
    fc.assert(
      fc.property(fc.nat(8 * bytes.length - 1), (bit) => {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(verifyProof(root, flipped)).toBe(false);
      }),
      { seed: 20261121, numRuns: 150 },
    );
  });

  it('one encoding only: missing, trailing and surplus bytes, and a listed empty sibling, are refused', () => {
    const proof = prove(S5_TREE, 'cd'.repeat(32));
    const bytes = encodeProof(proof);
    expect(decodeProof(bytes.subarray(0, -1))).toEqual({ ok: false, error: 'Malformed' });
    expect(decodeProof(new Uint8Array([...bytes, 0]))).toEqual({ ok: false, error: 'Malformed' });

    const oneMore = { ...proof, siblings: [...proof.siblings, 'aa'.repeat(32)] };
    expect(decodeProof(encodeProof(oneMore))).toEqual({ ok: false, error: 'Malformed' });
    const oneLess = { ...proof, siblings: proof.siblings.slice(1) };
    expect(decodeProof(encodeProof(oneLess))).toEqual({ ok: false, error: 'Malformed' });

    const siblingBitmap = proof.siblingBitmap.slice();
    siblingBitmap[0] = 1;
    const listedEmpty = { ...proof, siblingBitmap, siblings: [toHex(empty(0)), ...proof.siblings] };
    expect(decodeProof(encodeProof(listedEmpty)).ok).toBe(true);
    expect(verifyProof(S5_ROOT, encodeProof(listedEmpty))).toBe(false);
  });

  it('a leaf value of at most 4096 bytes', () => {
    for (const [size, valid] of [
      [MOST_LEAF_BYTES, true],
      [MOST_LEAF_BYTES + 1, false],
    ] as const) {
      const state = stateOf('account', [[ids[0] as Id, new Uint8Array(size)]]);
      const bytes = encodeProof(prove(state.tree('account'), ids[0] as Id));
      expect(decodeProof(bytes).ok).toBe(valid);
      expect(verifyProof(state.root('account'), bytes)).toBe(valid);
    }
  });

  it('a length that is not there is refused', () => {
    const bytes = encodeProof(prove(S5_TREE, 'ff'.repeat(32)));
    bytes.set([0xff, 0xff, 0xff, 0xff], 32);
    expect(decodeProof(bytes)).toEqual({ ok: false, error: 'Malformed' });
  });

  it.each(TABLES)(
    'with a table (%s) the record has its size and carries the key as its id; absence carries none',
    (table) => {
      const key = ids[0] as Id;
      const record = (size: number, id: Id): Uint8Array => {
        const bytes = new Uint8Array(size);
        bytes.set(ascii('rest'), 40);
        for (let i = 0; i < 32; i++) bytes[i] = Number.parseInt(id.slice(2 * i, 2 * i + 2), 16);
        return bytes;
      };
      const verdicts = (bytes: Uint8Array): readonly boolean[] => {
        const state = stateOf(table, [[key, bytes]]);
        const proof = encodeProof(prove(state.tree(table), key));
        return [verifyProof(state.root(table), proof), verifyProof(state.root(table), proof, table)];
      };
      const size = RECORD_SIZES[table];
      expect(verdicts(record(size, key))).toEqual([true, true]);
      expect(verdicts(record(size, ids[1] as Id))).toEqual([true, false]);
      expect(verdicts(record(size - 1, key))).toEqual([true, false]);
      expect(verdicts(record(size + 1, key))).toEqual([true, false]);

      const state = stateOf(table, [[key, record(size, key)]]);
      const absence = encodeProof(prove(state.tree(table), ids[1] as Id));
      expect(verifyProof(state.root(table), absence, table)).toBe(true);
    },
  );
});
