import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { IdMap, IdSet } from './id-map.ts';

const SEED = { seed: 20261121 };

/** Few keys, so that changes meet. */
const key = fc.nat(30).map((n): Id => ((n * 7919) % 31).toString(16).padStart(64, 'a'));
const change = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, value: fc.nat() }),
  fc.record({ do: fc.constant('delete' as const), key }),
  // Looking at the order in between must not fix it.
  fc.record({ do: fc.constant('look' as const) }),
  fc.record({ do: fc.constant('clear' as const) }),
);

describe('IdMap', () => {
  it('is a map that iterates in key order only, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
        const map = new IdMap<number>();
        const model = new Map<Id, number>();
        for (const step of changes) {
          if (step.do === 'set') {
            map.set(step.key, step.value);
            model.set(step.key, step.value);
          } else if (step.do === 'delete') expect(map.delete(step.key)).toBe(model.delete(step.key));
          else if (step.do === 'clear') {
            map.clear();
            model.clear();
          } else map.keys();
          const entries = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
          expect([...map.sorted()]).toEqual(entries);
          expect([...map.keys()]).toEqual(entries.map(([id]) => id));
          expect([...map.values()]).toEqual(entries.map(([, value]) => value));
          expect(map.size).toBe(model.size);
          for (const [id, value] of entries) expect([map.has(id), map.get(id)]).toEqual([true, value]);
        }
      }),
      SEED,
    );
  });

  it('has nothing under an absent key', () => {
    const map = IdMap.from([['aa', 1]]);
    expect([map.has('ab'), map.get('ab'), map.delete('ab')]).toEqual([false, undefined, false]);
  });

  it('leaves out what is deleted or added while it iterates', () => {
    const map = IdMap.from([
      ['aa', 1],
      ['bb', 2],
      ['cc', 3],
    ]);
    const seen: string[] = [];
    for (const [id] of map.sorted()) {
      seen.push(id);
      map.delete('bb');
      map.set('dd', 4);
    }
    expect(seen).toEqual(['aa', 'cc']);
    expect([...map.keys()]).toEqual(['aa', 'cc', 'dd']);
    expect([...map.values()]).toEqual([1, 3, 4]);
  });

  it('forgets nothing and shares nothing when copied', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.nat())), key, fc.boolean(), (entries, id, look) => {
        const map = IdMap.from(entries);
        if (look) map.keys();
        const before = [...map.sorted()];
        const copy = map.copy();
        copy.set(id, -1);
        expect([...map.sorted()]).toEqual(before);
        copy.delete(id);
        expect([...copy.sorted()]).toEqual(before.filter(([other]) => other !== id));
      }),
      SEED,
    );
  });
});

describe('IdSet', () => {
  it('keeps each member once, ascending', () => {
    fc.assert(
      fc.property(fc.array(key), fc.array(key), (added, removed) => {
        const set = IdSet.from(added);
        for (const id of removed) set.delete(id);
        const expected = [...new Set(added)].filter((id) => !removed.includes(id)).sort();
        expect([...set.sorted()]).toEqual(expected);
        expect(set.size).toBe(expected.length);
        for (const id of [...added, ...removed]) expect(set.has(id)).toBe(expected.includes(id));
      }),
      SEED,
    );
  });
});
