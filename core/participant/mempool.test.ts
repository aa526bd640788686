import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../consensus/objects.ts';
import { FORK_WINDOWS, Mempool } from './mempool.ts';

/** Only what the pool looks at: `a1` is the first operation of account a on the frontier `0`. */
const operation = (sender: string, name: string, prevHash = '0'): Operation =>
  ({ kind: 'operation', id: `${sender}${name}`, sender, prevHash }) as unknown as Operation;

const asTheyCome = (operations: readonly Operation[]): readonly Operation[] => operations;
const all = (): boolean => true;
const ids = (operations: readonly Operation[]): readonly string[] => operations.map(({ id }) => id);

/** Adds operations in window 0. */
const poolOf = (...operations: readonly Operation[]): Mempool => {
  const pool = new Mempool();
  for (const each of operations) pool.add(each, 0, asTheyCome);
  return pool;
};

describe('what a bundle may list (04 §4, 03 §6.3)', () => {
  it('one of each sender that is valid, by sender', () => {
    const pool = poolOf(operation('b', '1'), operation('a', '1'), operation('a', '2', '9'));
    expect(ids(pool.confirmable(all))).toEqual(['a1', 'b1']);
    expect(ids(pool.confirmable(({ id }) => id !== 'a1'))).toEqual(['a2', 'b1']);
  });

  it('the first seen of a fork, for good: not the second when the first is not valid', () => {
    const pool = poolOf(operation('a', '2'), operation('a', '1'));
    expect(ids(pool.confirmable(all))).toEqual(['a2']);
    expect(ids(pool.confirmable(({ id }) => id !== 'a2'))).toEqual([]);
  });

  it('the one confirmed before, whatever comes later', () => {
    const pool = poolOf(operation('a', '2'));
    pool.confirm([operation('a', '2')], 5);
    pool.add(operation('a', '1'), 6, asTheyCome);
    expect(ids(pool.confirmable(all))).toEqual(['a2']);
    pool.confirm([operation('a', '1')], 6);
    expect(pool.memory(6).sticky).toEqual([{ sender: 'a', prevHash: '0', operation: 'a2', window: 5 }]);
  });

  it('two are known on a frontier, the second only for the fork', () => {
    const pool = poolOf(operation('a', '1'), operation('a', '2'));
    expect(['1', '2', '3'].map((name) => pool.isClosedTo(operation('a', name)))).toEqual([false, false, true]);
    expect(pool.isClosedTo(operation('a', '3', '9'))).toBe(false);
  });
});

describe('forks (03 §6.3.4, 04 §14)', () => {
  const forked = (): Mempool => {
    const pool = poolOf(operation('a', '1'));
    pool.confirm([operation('a', '1')], 0);
    pool.add(operation('a', '2'), 3, asTheyCome);
    return pool;
  };

  it('both leave 13 windows after the second was seen, not before, and stay out', () => {
    const pool = forked();
    for (let window = 0; window < 3 + FORK_WINDOWS; window++) pool.settled(window, all);
    expect(pool.size).toBe(2);
    pool.settled(3 + FORK_WINDOWS, all);
    expect(pool.size).toBe(0);
    expect(['1', '2', '3'].map((name) => pool.isClosedTo(operation('a', name)))).toEqual([true, true, false]);
    expect(pool.memory(17).rejected).toEqual([{ sender: 'a', prevHash: '0', operations: ['a1', 'a2'] }]);
    pool.add(operation('a', '3'), 17, asTheyCome);
    expect(ids(pool.confirmable(all))).toEqual(['a3']);
  });

  it('another one is confirmed 13 windows after the last bundle with one of them', () => {
    const pool = forked();
    pool.confirm([operation('a', '1')], 3 + FORK_WINDOWS);
    pool.settled(3 + FORK_WINDOWS, all);
    pool.add(operation('a', '3'), 17, asTheyCome);
    for (let window = 17; window < 29; window++) pool.settled(window, all);
    expect(ids(pool.confirmable(all))).toEqual([]);
    pool.settled(29, all);
    expect(ids(pool.confirmable(all))).toEqual(['a3']);
  });

  it('but only until the frontier moves', () => {
    const pool = forked();
    pool.settled(3 + FORK_WINDOWS, all);
    pool.settled(4 + FORK_WINDOWS, () => false);
    expect(pool.isClosedTo(operation('a', '1'))).toBe(false);
    expect(pool.memory(18).rejected).toEqual([]);
  });

  it('one that reached quorum is never dropped: it is listed until it settles', () => {
    const pool = forked();
    pool.cemented('a1');
    for (let window = 0; window < 40; window++) pool.settled(window, all);
    expect(ids(pool.confirmable(all))).toEqual(['a1']);
  });

  it('a single operation waits as long as it may', () => {
    const pool = poolOf(operation('a', '1'));
    for (let window = 0; window < 40; window++) pool.settled(window, all);
    expect(pool.size).toBe(1);
  });

  it('what settled leaves with its rivals', () => {
    const pool = forked();
    pool.settled(4, (sender) => sender !== 'a');
    expect([pool.size, pool.memory(4).sticky]).toEqual([0, []]);
  });
});

describe('memory through a crash (09 §8.8, §12.15c)', () => {
  it('choices of the last 13 windows, counted from the last bundle that listed them', () => {
    const pool = poolOf(operation('a', '1'));
    pool.confirm([operation('a', '1')], 5);
    pool.confirm([operation('a', '1')], 8);
    const remembered = [20, 21, 22].map((window) => pool.memory(window).sticky.length);
    expect(remembered).toEqual([1, 1, 0]);
    expect(pool.memory(21).sticky[0]).toMatchObject({ operation: 'a1', window: 8 });
  });

  it('restored, they bind: another operation on that frontier is not confirmed', () => {
    const before = poolOf(operation('a', '1'));
    before.confirm([operation('a', '1')], 5);
    const pool = new Mempool();
    pool.restore(before.memory(6));
    pool.add(operation('a', '2'), 6, asTheyCome);
    expect(ids(pool.confirmable(all))).toEqual([]);
    pool.add(operation('a', '1'), 6, asTheyCome);
    expect(ids(pool.confirmable(all))).toEqual(['a1']);
  });

  it('what was forked out stays out', () => {
    const pool = new Mempool();
    pool.restore({ sticky: [], rejected: [{ sender: 'a', prevHash: '0', operations: ['a1', 'a2'] }] });
    expect([pool.isClosedTo(operation('a', '1')), pool.isClosedTo(operation('a', '3'))]).toEqual([true, false]);
    pool.settled(7, all);
    expect(pool.memory(8).rejected).toHaveLength(1);
  });

  it('a choice whose operation is gone is forgotten after 13 windows', () => {
    const pool = new Mempool();
    pool.restore({ sticky: [{ sender: 'a', prevHash: '0', operation: 'a1', window: 5 }], rejected: [] });
    pool.settled(17, all);
    expect(pool.memory(18).sticky).toHaveLength(1);
    pool.settled(18, all);
    pool.add(operation('a', '2'), 19, asTheyCome);
    expect(ids(pool.confirmable(all))).toEqual(['a2']);
  });
});

describe('bounds (09 §12.12)', () => {
  const last = (operations: readonly Operation[]): readonly Operation[] =>
    [...operations].sort((a, b) => (a.id < b.id ? -1 : 1));

  it('passing the limit drops the last in order, as many as make room again', () => {
    const pool = new Mempool(10, 3);
    for (const name of 'jihgfedcba') expect(pool.add(operation(name, '1'), 0, last)).toBe(true);
    expect(pool.size).toBe(10);
    expect(pool.add(operation('aa', '1'), 0, last)).toBe(true);
    expect([pool.size, pool.get('g1'), pool.get('f1')?.id]).toEqual([7, undefined, 'f1']);
    for (const name of ['k', 'l', 'm']) expect(pool.add(operation(name, '1'), 0, last)).toBe(true);
    expect(pool.add(operation('z', '1'), 0, last)).toBe(false);
  });

  it('never holds more than its limit, and never confirms two of one frontier', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), sender: fc.constantFrom('a', 'b', 'c'), name: fc.nat(5) }),
      fc.record({ do: fc.constantFrom('bundle' as const, 'crash' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let pool = new Mempool(4, 1);
        const confirmed = new Map<string, { readonly id: string; readonly window: number }>();
        for (const [window, each] of steps.entries()) {
          if (each.do === 'add') {
            const added = operation(each.sender, String(each.name));
            if (!pool.isClosedTo(added)) pool.add(added, window, last);
          } else if (each.do === 'bundle') {
            const chosen = pool.confirmable(all);
            pool.confirm(chosen, window);
            for (const { sender, id } of chosen) {
              const before = confirmed.get(sender);
              if (before !== undefined && before.window + FORK_WINDOWS >= window) expect(id).toBe(before.id);
              confirmed.set(sender, { id, window });
            }
            pool.settled(window, all);
          } else {
            const memory = pool.memory(window);
            pool = new Mempool(4, 1);
            pool.restore(memory);
          }
          expect(pool.size).toBeLessThanOrEqual(4);
        }
      }),
      { seed: 20261121 },
    );
  });
});
