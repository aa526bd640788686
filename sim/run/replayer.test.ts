import { expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { Replayer } from './replayer.ts';

/** Window `window` is final: what settles in it, `a1` signed by `a`, and the windows accounts were created in. */
const final = (window: number, settles: readonly Id[], births: Readonly<Record<Id, number>>, applied = settles) =>
  ({
    settled: {
      window,
      state: { account: (id: Id) => (births[id] === undefined ? undefined : { creationWindow: births[id] }) },
    },
    operations: settles.map((id) => ({ id, sender: id.slice(0, 1) })),
    entry: { operations: applied },
  }) as unknown as FinalRecord;

const handedIn = (replayer: Replayer, record: FinalRecord): readonly Id[] => replayer.next(record).map(({ id }) => id);

test('hands in what an account signed before it was created, until that settles again', () => {
  const replayer = new Replayer();
  expect(handedIn(replayer, final(5, ['a1', 'b1'], { a: 4, b: 0 }))).toEqual([]);
  expect(handedIn(replayer, final(6, ['a2'], { a: 4, b: 0 }))).toEqual([]);
  // Not while it does not exist.
  expect(handedIn(replayer, final(40, [], { b: 0 }))).toEqual([]);
  expect(handedIn(replayer, final(41, [], { a: 41, b: 0 }))).toEqual(['a1', 'a2']);
  expect(handedIn(replayer, final(42, ['a1'], { a: 41, b: 0 }))).toEqual(['a2']);
  expect(handedIn(replayer, final(43, ['a2'], { a: 41, b: 0 }))).toEqual([]);
  // A third life: both again.
  expect(handedIn(replayer, final(90, [], { a: 90 }))).toEqual(['a1', 'a2']);
});

test('does not keep what was cemented and changed nothing', () => {
  const replayer = new Replayer();
  replayer.next(final(5, ['a1', 'a2'], { a: 4 }, ['a1']));
  expect(handedIn(replayer, final(41, [], { a: 41 }))).toEqual(['a1']);
});
