import { describe, expect, test } from 'vitest';
import type { Operation } from '../consensus/objects.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { accountOf, cheapKey, idOf, MemoryAccounts, ownId } from './accounts.suite.ts';
import { makeOperation } from './codec.ts';
import { ageBucket, operationPriority, priorityOrder } from './priority.ts';

const TAU2 = 10n;
const WINDOW = 2_000;
const keys = Array.from({ length: 9 }, (_, n) => cheapKey(n + 1));
const key = (n: number): SigningKey => keys[n] as SigningKey;

const anchor = (signer: SigningKey): Operation =>
  makeOperation(
    { type: 'Anchor', prevHash: idOf(0), sender: ownId(signer), appId: idOf(1), dataHash: idOf(2) },
    signer,
  );

const aged = (signer: SigningKey, age: number, idle: number) => ({
  ...accountOf(signer, {}, WINDOW - age),
  lastOpWindow: WINDOW - idle,
});

test('buckets by age: 4τ₂, 16τ₂ and 64τ₂ open the next', () => {
  const bucket = (age: number): number => ageBucket(aged(key(0), age, 0), WINDOW, TAU2);
  expect([0, 39, 40, 159, 160, 639, 640, 2_000].map(bucket)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

test('age × idle is exact where doubles are not', () => {
  const account = { ...accountOf(key(0)), creationWindow: 0, lastOpWindow: 1 };
  expect(operationPriority(account, 2 ** 32 - 1)).toBe((2n ** 32n - 1n) * (2n ** 32n - 2n));
});

describe('order', () => {
  test('buckets take turns from the youngest, an empty one is skipped, inside one the greatest product is first', () => {
    const accounts = new MemoryAccounts([
      aged(key(0), 10, 10),
      aged(key(1), 20, 10),
      aged(key(2), 30, 1),
      aged(key(3), 200, 5),
      aged(key(4), 1_000, 1),
      aged(key(5), 1_000, 2),
    ]);
    const operations = [0, 1, 2, 3, 4, 5].map((n) => anchor(key(n)));
    const order = priorityOrder(operations, accounts, WINDOW, TAU2);
    expect(order.map((operation) => operations.indexOf(operation))).toEqual([1, 3, 5, 0, 4, 2]);
    const reversed = priorityOrder(operations.toReversed(), accounts, WINDOW, TAU2);
    expect(reversed).toEqual(order);
  });

  test('equal products: op_hash ascending; senders that do not exist come last, in the same order', () => {
    const accounts = new MemoryAccounts([0, 1, 2].map((n) => aged(key(n), 10, 5)));
    const ids = (from: number, to: number): readonly string[] =>
      keys
        .slice(from, to)
        .map((signer) => anchor(signer).id)
        .sort();
    const order = priorityOrder(keys.slice(0, 6).map(anchor), accounts, WINDOW, TAU2).map(({ id }) => id);
    expect(order).toEqual([...ids(0, 3), ...ids(3, 6)]);
  });

  test('nothing waits', () => {
    expect(priorityOrder([], new MemoryAccounts(), WINDOW, TAU2)).toEqual([]);
  });
});
