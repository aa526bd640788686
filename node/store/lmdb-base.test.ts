import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import { baseSuite } from '#core/state/base.suite.ts';
import type { Base } from '#core/state/state.ts';
import { type Changes, State } from '#core/state/view.ts';
import { Environment } from './environment.ts';
import { testFolder } from './folder.suite.ts';
import { LmdbBase } from './lmdb-base.ts';

const { folder, done } = testFolder();

const make = (): LmdbBase => {
  const environment = new Environment(join(folder(), 'base.lmdb'));
  done(() => environment.close());
  return new LmdbBase(environment);
};

baseSuite('LmdbBase', make);

const id = (number: number): Id => number.toString(16).padStart(64, '0');

const node = (...entries: readonly (readonly [number, number | null])[]): Changes => ({
  node: entries.map(([key, value]) => [id(key), value === null ? null : Uint8Array.of(value)]),
});

const content = (base: Base): readonly (readonly [number, number | undefined])[] =>
  Array.from(base.range('node'), ([key, bytes]) => [Number.parseInt(key, 16), bytes[0]]);

/** Everything a version answers: ranges, single reads, roots. */
const seen = (base: Base) => ({
  range: content(base),
  records: [1, 2, 3].map((key) => base.record('node', id(key))?.[0]),
  root: new State(base).roots().nodeRoot,
});

const later = (base: Base, changes: Changes) => {
  const { delta } = new State(base).apply(changes);
  return { delta, version: base.with?.(delta) as Base };
};

it('versions of a LmdbBase stay what they are, before and after one of them is committed', () => {
  const base = make();
  base.commit(new State(base).apply(node([1, 1])).delta);
  const first = base.version;
  const second = later(first, node([2, 2]));
  const third = later(second.version, node([1, null], [3, 3]));
  const rival = later(first, node([1, 7], [2, 8]));
  const versions = [first, second.version, third.version, rival.version];
  const before = versions.map(seen);
  expect(before.map(({ range }) => range)).toEqual([
    [[1, 1]],
    [
      [1, 1],
      [2, 2],
    ],
    [
      [2, 2],
      [3, 3],
    ],
    [
      [1, 7],
      [2, 8],
    ],
  ]);
  for (const { delta, version } of [second, third]) {
    base.commit(delta);
    expect(base.version).toBe(version);
    expect(versions.map(seen)).toEqual(before);
  }
  expect(content(base)).toEqual(content(third.version));
});

it('a version reads the tables alone once it is committed: nothing piles up over windows', () => {
  const base = make();
  for (let window = 1; window <= 20; window++) {
    const { delta, version } = later(base.version, node([window % 3, window]));
    base.commit(delta);
    expect(base.version).toBe(version);
  }
  expect(content(base.version)).toEqual([
    [0, 18],
    [1, 19],
    [2, 20],
  ]);
});

it('a delta of other hands is committed too, under the versions there are', () => {
  const base = make();
  const empty = base.version;
  base.commit(new State(make()).apply(node([1, 1])).delta);
  expect(content(empty)).toEqual([]);
  expect(content(base.version)).toEqual([[1, 1]]);
});

it('a range that is read while windows are committed stays that of its version, over many batches', () => {
  const base = make();
  base.commit(new State(base).apply(node(...Array.from({ length: 2_500 }, (_, i) => [i, 1] as const))).delta);
  const range = base.version.range('node')[Symbol.iterator]();
  const keys: Id[] = [];
  for (let next = range.next(); next.done !== true; next = range.next()) {
    keys.push(next.value[0]);
    expect(next.value[1][0]).toBe(1);
    if (keys.length === 5) base.commit(new State(base).apply(node([3, 2], [1_500, null], [9_999, 1])).delta);
    if (keys.length === 1_300) base.commit(new State(base).apply(node([2_499, null], [1_400, 3])).delta);
  }
  expect(keys).toEqual(Array.from({ length: 2_500 }, (_, i) => id(i)));
  expect(content(base).length).toBe(2_499);
});

it('a transaction that throws leaves tables and versions as they were', () => {
  const base = make();
  const { delta } = later(base.version, node([1, 1]));
  const broken = { ...delta, candidate: { records: new Map([['', new Uint8Array(1)]]), nodes: new Map() } };
  expect(() => base.commit(broken)).toThrow();
  expect(content(base)).toEqual([]);
  base.commit(delta);
  expect(content(base)).toEqual([[1, 1]]);
});

it('gives arrays of its own, no Buffer, whatever their size', () => {
  const base = make();
  const sizes = [1, 4_034, 40_000, 200_000];
  const value = (size: number): Uint8Array =>
    new Uint8Array(size + 9).fill(size % 251, 4, size + 4).subarray(4, size + 4);
  base.commit(new State(base).apply({ account: sizes.map((size, i) => [id(i), value(size)]) }).delta);
  const read = sizes.map((_, i) => base.record('account', id(i)));
  const ranged = Array.from(base.range('account'), ([, bytes]) => bytes);
  expect(read).toEqual(sizes.map(value));
  expect(ranged).toEqual(sizes.map(value));
  for (const bytes of [...read, ...ranged]) expect(bytes?.constructor).toBe(Uint8Array);
});
