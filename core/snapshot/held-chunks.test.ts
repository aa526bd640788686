import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Held, HeldChunks } from './held-chunks.ts';
import { SEED } from './tables.suite.ts';

/** A chunk of accounts, one record wide; key digits stand for whole keys. */
const held = (index: number, first: string, last = first, more: Partial<Held> = {}): Held => ({
  index,
  table: 'account',
  count: 2,
  first,
  last,
  from: 0,
  ...more,
});

const holding = (...chunks: readonly Held[]): HeldChunks => {
  const all = new HeldChunks(2);
  for (const chunk of chunks) all.add(chunk);
  return all;
};

describe('held chunks', () => {
  it('know the first missing index from any place on, whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(20), { maxLength: 20 }), fc.nat(22), (indexes, from) => {
        const all = holding(...indexes.map((index) => held(index, '5')));
        let missing = from;
        while (indexes.includes(missing)) missing++;
        expect(all.firstMissing(from)).toBe(missing);
        expect(all.size).toBe(indexes.length);
        for (let i = 0; i < 21; i++) expect(all.get(i)?.index).toBe(indexes.includes(i) ? i : undefined);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('refuse keys that do not stand above the nearest below and below the nearest above, near or far', () => {
    const all = holding(held(2, '2', '4'), held(9, '6', '8'));
    const at = (index: number, first: string, last = first): number | undefined =>
      all.conflict(held(index, first, last))?.index;
    expect(at(5, '5')).toBeUndefined();
    expect([at(5, '4', '5'), at(5, '3'), at(5, '1')]).toEqual([2, 2, 2]);
    expect([at(5, '5', '6'), at(5, '5', '9'), at(5, '7')]).toEqual([9, 9, 9]);
    expect([at(0, '1'), at(0, '2'), at(11, '9'), at(11, '8')]).toEqual([undefined, 2, undefined, 9]);
  });

  it('refuse a table that falls; keys of another table are free', () => {
    const all = holding(held(4, '5', '5', { table: 'node' }));
    const at = (index: number, table: Held['table']): number | undefined =>
      all.conflict(held(index, '5', '5', { table }))?.index;
    expect([at(3, 'account'), at(3, 'candidate'), at(5, 'candidate'), at(5, 'account')]).toEqual([
      undefined,
      4,
      undefined,
      4,
    ]);
  });

  it('refuse a chunk that is not full between two of one table, though not at the end of it', () => {
    const all = holding(held(1, '3', '4', { count: 1 }));
    expect(all.conflict(held(2, '5'))?.index).toBe(1);
    expect(all.conflict(held(2, '5', '5', { table: 'node' }))).toBeUndefined();
    expect(all.conflict(held(3, '5'))).toBeUndefined();
    expect(all.conflict(held(0, '1', '2', { count: 1 }))?.index).toBe(1);
    expect(all.conflict(held(0, '1', '2'))).toBeUndefined();
  });

  it('compare a chunk in place of a held one with its neighbours, not with itself', () => {
    const all = holding(held(1, '2'), held(2, '4'), held(3, '6'));
    expect(all.conflict(held(2, '3', '5'))).toBeUndefined();
    expect(all.conflict(held(2, '3', '6'))?.index).toBe(3);
    expect(all.conflict(held(2, '2', '5'))?.index).toBe(1);
  });

  it('forget what is removed, and know what each peer gave', () => {
    const all = holding(held(0, '1'), held(1, '2', '2', { from: 7 }), held(2, '3', '3', { from: 7 }));
    expect(all.givenBy(7).map(({ index }) => index)).toEqual([1, 2]);
    all.remove(1);
    expect([all.get(1), all.size, all.firstMissing(0), all.firstMissing(2)]).toEqual([undefined, 2, 1, 3]);
    expect(all.givenBy(7).map(({ index }) => index)).toEqual([2]);
  });
});
