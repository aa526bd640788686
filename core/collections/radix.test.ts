import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapInOrder } from './map-in-order.ts';
import { RadixMap } from './radix.ts';

const SEED = { seed: 20261121 };

/** Keys of different lengths with long common beginnings, one of them empty. */
const digits = fc.array(fc.constantFrom('0', '7', 'a', 'f'), { maxLength: 5 }).map((parts) => parts.join(''));
const key = fc.oneof(
  digits,
  digits.map((text) => `00000000${text}`),
);
const batch = fc.array(fc.tuple(key, fc.option(fc.nat(), { nil: null })), { maxLength: 12 });

const sorted = (model: ReadonlyMap<string, number>): (readonly [string, number])[] =>
  [...model].sort(([a], [b]) => (a < b ? -1 : 1));

describe('RadixMap', () => {
  it('is a map whose every version stays what it was', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 8 }), (batches) => {
        const versions: { readonly map: RadixMap<number>; readonly model: ReadonlyMap<string, number> }[] = [
          { map: RadixMap.empty<number>(), model: new Map() },
        ];
        for (const changes of batches) {
          const last = versions.at(-1) as (typeof versions)[number];
          const model = new Map(last.model);
          for (const [id, value] of changes) {
            if (value === null) model.delete(id);
            else model.set(id, value);
          }
          versions.push({ map: last.map.with(changes), model });
        }
        for (const { map, model } of versions) {
          expect([...map.entries()]).toEqual(sorted(model));
          expect(map.size).toBe(model.size);
          for (const changes of batches) for (const [id] of changes) expect(map.get(id)).toBe(model.get(id));
        }
      }),
      SEED,
    );
  });

  it('iterates from any key on', () => {
    fc.assert(
      fc.property(batch, key, (changes, from) => {
        const map = RadixMap.empty<number>().with(changes);
        const expected = [...map.entries()].filter(([id]) => id >= from);
        expect([...map.entries(from)]).toEqual(expected);
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  it('comes out the same whatever the order of the changes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, fc.nat()), { selector: ([id]) => id, maxLength: 20 }), (entries) => {
        const forward = RadixMap.empty<number>().with(entries);
        const backward = RadixMap.empty<number>().with([...entries].reverse());
        expect([...forward.entries()]).toEqual([...backward.entries()]);
      }),
      SEED,
    );
  });

  it('is empty again when all is removed', () => {
    const map = RadixMap.empty<number>().with([
      ['00', 1],
      ['0', 2],
      ['', 3],
      ['ff', 4],
    ]);
    const emptied = map.with([
      ['00', null],
      ['0', null],
      ['', null],
      ['ff', null],
    ]);
    expect([emptied.size, [...emptied.entries()], emptied.get('')]).toEqual([0, [], undefined]);
    expect(map.size).toBe(4);
  });
});

describe('mapInOrder', () => {
  it('iterates in the order of its entries', () => {
    const entries = [
      ['b', 1],
      ['a', 2],
    ] as const;
    const map = mapInOrder(entries);
    expect([...map]).toEqual(entries);
    expect(map.get('a')).toBe(2);
  });
});
