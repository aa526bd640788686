import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Id, littleEndian, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';
import { RECORD_SIZES } from './records.ts';
import { type Delta, TABLES, type Table, type WritableBase } from './state.ts';
import { rootOf } from './tree.ts';
import { EMPTY_ROOT } from './tree-hash.ts';
import { type Changes, State } from './view.ts';

const ids: readonly Id[] = Array.from({ length: 14 }, (_, i) => hashId('mt-account', littleEndian(i, 4)));

/** A record of the right size that carries its id, told apart by `version`. */
const record = (table: Table, id: Id, version: number): Uint8Array => {
  const bytes = new Uint8Array(RECORD_SIZES[table]).fill(version);
  for (let i = 0; i < 32; i++) bytes[i] = Number.parseInt(id.slice(2 * i, 2 * i + 2), 16);
  return bytes;
};

type Write = readonly [table: Table, id: number, version: number];

/** Version 0 removes. */
const changesOf = (writes: readonly Write[]): Changes => {
  const of = (table: Table): readonly (readonly [Id, Uint8Array | null])[] =>
    writes
      .filter((write) => write[0] === table)
      .map(([, i, version]) => [ids[i] as Id, version === 0 ? null : record(table, ids[i] as Id, version)]);
  return { account: of('account'), node: of('node'), candidate: of('candidate') };
};

const all = (base: WritableBase, table: Table, from?: Id): readonly string[] =>
  Array.from(base.range(table, from), ([id, bytes]) => `${id} ${toHex(bytes)}`);

/**
 * What every base must do, run over each of them by its own test. `make` gives an empty base; whoever calls sees to it that what
 * it opened is closed again.
 */
export const baseSuite = (name: string, make: () => WritableBase): void => {
  describe(`${name} as a base`, () => {
    it('is empty at first', () => {
      const base = make();
      for (const table of TABLES) {
        expect(base.record(table, ids[0] as Id)).toBeUndefined();
        expect(base.node(table, '1')).toBeUndefined();
        expect(all(base, table)).toEqual([]);
        expect(new State(base).root(table)).toBe(EMPTY_ROOT);
      }
    });

    it('gives back what was committed, each table its own, until it is replaced or removed', () => {
      const base = make();
      const commit = (...writes: readonly Write[]): void => base.commit(new State(base).apply(changesOf(writes)).delta);
      const versions = (): readonly (number | undefined)[] =>
        TABLES.map((table) => base.record(table, ids[0] as Id)?.at(-1));
      commit(['account', 0, 1], ['node', 0, 2]);
      expect(versions()).toEqual([1, 2, undefined]);
      commit(['account', 0, 3], ['candidate', 0, 4]);
      expect(versions()).toEqual([3, 2, 4]);
      commit(['node', 0, 0], ['candidate', 0, 0]);
      expect(versions()).toEqual([3, undefined, undefined]);
      expect(base.record('account', ids[0] as Id)).toEqual(record('account', ids[0] as Id, 3));
    });

    it('ranges in ascending key order, from any key on, whatever the order of arrival', () => {
      const base = make();
      for (const i of [3, 0, 5, 1, 4, 2]) base.commit(new State(base).apply(changesOf([['account', i, 1]])).delta);
      const sorted = ids.slice(0, 6).toSorted();
      const keys = (from?: Id): readonly Id[] => Array.from(base.range('account', from), ([id]) => id);
      expect(keys()).toEqual(sorted);
      expect(keys(ZERO_ID)).toEqual(sorted);
      expect(keys(sorted[2])).toEqual(sorted.slice(2));
      expect(keys(`${(sorted[2] as Id).slice(0, -1)}${sorted[2]?.endsWith('f') ? 'e' : 'f'}`)).toEqual(
        sorted.slice(sorted[2]?.endsWith('f') ? 2 : 3),
      );
      expect(keys('f'.repeat(64))).toEqual([]);
      base.commit(new State(base).apply(changesOf([['account', 3, 0]])).delta);
      expect(keys()).toEqual(sorted.filter((id) => id !== ids[3]));
    });

    it('holds long names of places: two keys that differ in the last bit read', () => {
      const base = make();
      const twin = `${(Number.parseInt((ids[0] as Id).slice(0, 2), 16) ^ 1).toString(16).padStart(2, '0')}${ids[0]?.slice(2)}`;
      const entries = [ids[0] as Id, twin].map((id) => [id, record('node', id, 1)] as const);
      const { delta, roots } = new State(base).apply({ node: entries });
      base.commit(delta);
      expect(Math.max(...[...delta.node.nodes.keys()].map((path) => path.length))).toBe(65);
      for (const [path, value] of delta.node.nodes) expect(base.node('node', path)).toEqual(value);
      expect(new State(base).roots()).toEqual(roots);
      expect(roots.nodeRoot).toBe(rootOf(entries));
    });

    it('after any commits equals a base that was given the same tables at once', () => {
      const write = fc.tuple(fc.constantFrom(...TABLES), fc.nat(ids.length - 1), fc.nat(3));
      fc.assert(
        fc.property(fc.array(fc.array(write, { maxLength: 8 }), { maxLength: 5 }), (windows) => {
          const base = make();
          const paths = new Map<Table, Set<string>>(TABLES.map((table) => [table, new Set()]));
          const note = (delta: Delta): void => {
            for (const table of TABLES) for (const path of delta[table].nodes.keys()) paths.get(table)?.add(path);
          };
          for (const window of windows) {
            const { delta, roots } = new State(base).apply(changesOf(window));
            base.commit(delta);
            note(delta);
            expect(new State(base).roots()).toEqual(roots);
          }
          const fresh = make();
          const { delta } = new State(fresh).apply({
            account: base.range('account'),
            node: base.range('node'),
            candidate: base.range('candidate'),
          });
          fresh.commit(delta);
          note(delta);
          for (const table of TABLES) {
            expect(all(fresh, table)).toEqual(all(base, table));
            for (const path of paths.get(table) as Set<string>) {
              expect(base.node(table, path)).toEqual(fresh.node(table, path));
            }
            expect(new State(base).root(table)).toBe(rootOf(base.range(table)));
          }
        }),
        { seed: 20261121, numRuns: 12 },
      );
    });
  });
};
