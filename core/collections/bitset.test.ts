import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitset } from './bitset.ts';

const SEED = { seed: 20261121 };

/** A size, and members below it in any order, with repeats. */
const sized = fc
  .integer({ min: 1, max: 200 })
  .chain((size) => fc.record({ size: fc.constant(size), a: members(size), b: members(size) }));
const members = (size: number): fc.Arbitrary<number[]> => fc.array(fc.nat(size - 1), { maxLength: 60 });

const bitset = (size: number, values: readonly number[]): Bitset => {
  const set = new Bitset(size);
  for (const value of values) set.set(value);
  return set;
};

const ascending = (values: Iterable<number>): number[] => [...new Set(values)].sort((a, b) => a - b);

describe('Bitset', () => {
  it('holds bit i in byte i >> 3, bit i & 7 (09 §10)', () => {
    const set = bitset(17, [0, 9, 16]);
    expect(set.bytes).toEqual(Uint8Array.of(0b1, 0b10, 0b1));
    expect([...new Bitset(17, Uint8Array.of(0x80, 0, 1)).members()]).toEqual([7, 16]);
    expect([0, 1, 8, 9].map((size) => new Bitset(size).bytes.length)).toEqual([0, 1, 1, 2]);
  });

  it('has what was set and nothing else, also beyond its ends', () => {
    fc.assert(
      fc.property(sized, ({ size, a }) => {
        const set = bitset(size, a);
        const expected = ascending(a);
        for (let i = 0; i < size; i++) expect(set.get(i)).toBe(expected.includes(i));
        for (const i of [-9, -8, -1, 8 * set.bytes.length, 8 * set.bytes.length + 7]) expect(set.get(i)).toBe(false);
        expect(set.count()).toBe(expected.length);
        expect([...set.members()]).toEqual(expected);
      }),
      SEED,
    );
  });

  it('says whether a member is new', () => {
    const set = new Bitset(8);
    expect(set.set(7)).toBe(true);
    expect(set.set(7)).toBe(false);
    expect(set.set(6)).toBe(true);
  });

  it('joins another set and leaves it as it is', () => {
    fc.assert(
      fc.property(sized, ({ size, a, b }) => {
        const [left, right] = [bitset(size, a), bitset(size, b)];
        left.orWith(right);
        expect([...left.members()]).toEqual(ascending([...a, ...b]));
        expect([...right.members()]).toEqual(ascending(b));
      }),
      SEED,
    );
  });

  it('lists what another set lacks', () => {
    fc.assert(
      fc.property(sized, ({ size, a, b }) => {
        const without = ascending(a).filter((i) => !b.includes(i));
        expect([...bitset(size, a).members(bitset(size, b))]).toEqual(without);
      }),
      SEED,
    );
  });
});
