import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LayeredMap } from './layered-map.ts';

const key = fc.constantFrom('0', '07', '1', 'a', 'af', 'f');
const change = fc.tuple(key, fc.option(fc.nat(3), { nil: undefined }));

const contents = (map: ReadonlyMap<string, number>): unknown => {
  const seen: unknown[] = [];
  map.forEach((value, name) => {
    seen.push([name, value]);
  });
  return [[...map], [...map.entries()], [...map.keys()], [...map.values()], seen, map.size];
};

const sorted = (map: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

describe('LayeredMap', () => {
  it('is the map below with its own changes, in key order, and leaves the map below alone', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.nat(3))), fc.array(change), (below, changes) => {
        const bottom = new Map(below);
        const model = new Map(below);
        const map = new LayeredMap(bottom);
        for (const [name, value] of changes) {
          if (value === undefined) expect(map.delete(name)).toBe(model.delete(name));
          else expect(map.set(name, value)).toBe(map);
          if (value !== undefined) model.set(name, value);
          expect([map.get(name), map.has(name), map.size]).toEqual([value, value !== undefined, model.size]);
        }
        expect(contents(map)).toEqual(contents(sorted(model)));
        expect(bottom).toEqual(new Map(below));
      }),
      { seed: 20261121 },
    );
  });

  it('stands on nothing unless told', () => {
    const map = new LayeredMap<null>().set('b', null).set('a', null);
    expect([...map]).toEqual([
      ['a', null],
      ['b', null],
    ]);
    expect([map.has('a'), map.get('a'), map.has('c'), map.get('c')]).toEqual([true, null, false, undefined]);
  });
});
