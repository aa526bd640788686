import { expect, test } from 'vitest';
import { ZERO_ID } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import { accountOf, cheapKey, idOf, MemoryAccounts, ownId } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { fateReason, fateStateOf, finalFate, MOST_FATES, OperationFates, reasonOfFate } from './operation-fates.ts';

const key = cheapKey(1);
const sender = ownId(key);
const account = accountOf(key);
const here = new MemoryAccounts([account]);
const moved = new MemoryAccounts([{ ...account, frontierHash: idOf(9) }]);
const anchor = (n: number): Operation =>
  makeOperation(
    { type: 'Anchor', sender, prevHash: account.frontierHash, appId: ZERO_ID, dataHash: idOf(n) },
    key,
  ) as Operation;
const operation = anchor(1);

const { id } = operation;
const fresh = (): OperationFates => new OperationFates(() => undefined);

test('an operation waits, is confirmed, settles, and stays settled', () => {
  const fates = fresh();
  const of = () => fates.of(id, here);
  expect(of()).toEqual({ state: 'unknown', window: null, reason: null });
  fates.handedIn(operation);
  expect(of()).toEqual({ state: 'pending', window: null, reason: null });
  fates.judged(operation, { type: 'accept' });
  expect(of()).toMatchObject({ state: 'pending' });
  fates.confirmed(id, 4);
  expect(of()).toEqual({ state: 'confirming', window: 4, reason: null });
  fates.judged(operation, { type: 'reject', reason: 'InvalidPrevHash' });
  expect(of()).toMatchObject({ state: 'confirming' });
  fates.final(5, [id], [operation]);
  fates.confirmed(id, 5);
  fates.seen(operation);
  fates.handedIn(operation);
  fates.judged(operation, { type: 'stale' });
  expect(fates.of(id, moved)).toEqual({ state: 'settled', window: 5, reason: null });
});

test('one that is refused, held in vain or out of date is rejected until it is heard of again', () => {
  const fates = fresh();
  fates.handedIn(operation);
  fates.judged(operation, { type: 'reject', reason: 'ZeroAmount' });
  expect(fates.of(id, here)).toEqual({ state: 'rejected', window: null, reason: 'ZeroAmount' });
  fates.judged(anchor(2), { type: 'hold' });
  expect(fates.of(anchor(2).id, here)).toMatchObject({ state: 'rejected', reason: 'NotValidInTime' });
  fates.judged(anchor(3), { type: 'stale' });
  expect(fates.of(anchor(3).id, here)).toMatchObject({ state: 'rejected', reason: 'OutOfDate' });
  fates.handedIn(operation);
  expect(fates.of(id, here)).toMatchObject({ state: 'pending' });
  fates.judged(operation, { type: 'stale' });
  fates.seen(operation);
  expect(fates.of(id, here)).toMatchObject({ state: 'pending' });
});

test('a copy with another signature says nothing of one that was valid', () => {
  const fates = fresh();
  fates.seen(operation);
  fates.judged(operation, { type: 'reject', reason: 'InvalidSignature' });
  expect(fates.of(id, here)).toMatchObject({ state: 'pending' });
});

test('one that waits while its account goes on can never settle; one that was not valid yet may', () => {
  const fates = fresh();
  fates.handedIn(operation);
  expect(fates.of(id, moved)).toMatchObject({ state: 'pending' });
  fates.seen(operation);
  expect(fates.of(id, moved)).toMatchObject({ state: 'rejected', reason: 'Replaced' });
  fates.seen(operation);
  expect(fates.of(id, new MemoryAccounts())).toMatchObject({ state: 'rejected' });
});

test('one that a final window listed and that changed nothing there is rejected', () => {
  const fates = fresh();
  fates.final(5, [], [operation]);
  expect(fates.of(id, here)).toEqual({ state: 'rejected', window: 5, reason: 'NotValidWhenCemented' });
});

test('what is kept is known again, whatever was said since', () => {
  const fates = new OperationFates((of) => (of === id ? finalFate(3, true) : undefined));
  fates.handedIn(operation);
  fates.judged(operation, { type: 'stale' });
  expect(fates.of(id, moved)).toEqual({ state: 'settled', window: 3, reason: null });
  expect(fates.of(idOf(9), moved).state).toBe('unknown');
});

test('16 384 are remembered, the latest', () => {
  const fates = fresh();
  for (let n = 0; n <= MOST_FATES; n++) fates.confirmed(idOf(n), 1);
  expect([0, 1, MOST_FATES].map((n) => fates.of(idOf(n), here).state)).toEqual(['unknown', 'confirming', 'confirming']);
});

test('states and reasons have numbers', () => {
  expect(['AccountNotFound', 'InvalidSignature', 'NotValidInTime', 'Replaced'].map(fateReason)).toEqual([
    1, 11, 255, 2,
  ]);
  expect([0, 1, 11, 255].map(reasonOfFate)).toEqual([undefined, 'AccountNotFound', 'InvalidSignature', 'Other']);
  const words = ['unknown', 'pending', 'confirming', 'confirmed', 'settled', 'rejected', 'rejected', undefined];
  expect(words.map((_, number) => fateStateOf(number))).toEqual(words);
});

test('after a snapshot: an account’s last operation settled, one it still waits for waits, of others nothing is known', () => {
  const fates = fresh();
  const [last, waiting, gone] = [anchor(1), anchor(2), anchor(3)];
  const adoptedAt = (frontierHash: string, operation: Operation, isConfirmed: boolean) => {
    fates.seen(operation);
    if (isConfirmed) fates.confirmed(operation.id, 7);
    const accounts = new MemoryAccounts([{ ...account, frontierHash, lastOpWindow: 8 }]);
    fates.adopted(accounts);
    return fates.of(operation.id, accounts);
  };
  expect(adoptedAt(last.id, last, true)).toEqual({ state: 'settled', window: 8, reason: null });
  expect(adoptedAt(account.frontierHash, waiting, false)).toMatchObject({ state: 'pending' });
  expect(adoptedAt(idOf(9), gone, true)).toMatchObject({ state: 'unknown' });
  expect(fates.of(waiting.id, here)).toMatchObject({ state: 'unknown' });
  expect(fates.of(last.id, here)).toMatchObject({ state: 'settled' });
});
