import { expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { baseSuite } from './base.suite.ts';
import { MemoryBase } from './memory-base.ts';
import { State } from './view.ts';

baseSuite('MemoryBase', () => new MemoryBase());

it('versions of a MemoryBase stand side by side, whatever is committed to one of them', () => {
  const [a, b] = ['0a'.repeat(32), '0b'.repeat(32)];
  const put = (base: MemoryBase, key: Id, version: number | null) =>
    new State(base).apply({ node: [[key, version === null ? null : Uint8Array.of(version)]] }).delta;
  const first = new MemoryBase();
  first.commit(put(first, a, 1));
  const second = first.with(put(first, b, 2));
  const third = second.with(put(second, a, null));
  const other = first.with(put(first, a, 3));
  const content = (base: MemoryBase) => Array.from(base.range('node'), ([key, bytes]) => [key, bytes[0]]);
  const all = () => [first, second, third, other].map(content);
  expect(all()).toEqual([
    [[a, 1]],
    [
      [a, 1],
      [b, 2],
    ],
    [[b, 2]],
    [[a, 3]],
  ]);
  const roots = [second, third, other].map((base) => new State(base).roots());
  first.commit(put(first, a, null));
  expect(all()).toEqual([
    [],
    [
      [a, 1],
      [b, 2],
    ],
    [[b, 2]],
    [[a, 3]],
  ]);
  expect([second, third, other].map((base) => new State(base).roots())).toEqual(roots);
});
