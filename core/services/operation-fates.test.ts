import { expect, test } from 'vitest';
import { ZERO_ID } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import { accountOf, cheapKey, idOf, MemoryAccounts, ownId } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { fateReason, MOST_FATES, OperationFates, reasonOfFate } from './operation-fates.ts';

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

test('an operation waits, is confirmed, settles, and stays settled', () => {
  const fates = new OperationFates();
  const of = () => fates.of(operation.id, here);
  expect(of()).toEqual({ state: 'unknown', window: 0, reason: '' });
  fates.judged(operation, { type: 'accept' });
  expect(of()).toMatchObject({ state: 'pending' });
  fates.confirmed(operation.id, 4);
  expect(of()).toEqual({ state: 'quorum', window: 4, reason: '' });
  fates.judged(operation, { type: 'reject', reason: 'InvalidPrevHash' });
  expect(of()).toMatchObject({ state: 'quorum' });
  fates.final([operation], [operation.id], 5);
  fates.confirmed(operation.id, 5);
  fates.seen(operation);
  fates.judged(operation, { type: 'stale' });
  expect(fates.of(operation.id, moved)).toEqual({ state: 'settled', window: 5, reason: '' });
});

test('one that is refused, or held in vain, is rejected until it is heard of again', () => {
  const fates = new OperationFates();
  fates.judged(operation, { type: 'reject', reason: 'ZeroAmount' });
  expect(fates.of(operation.id, here)).toEqual({ state: 'rejected', window: 0, reason: 'ZeroAmount' });
  fates.judged(anchor(2), { type: 'hold' });
  expect(fates.of(anchor(2).id, here)).toMatchObject({ state: 'rejected', reason: 'NotValidInTime' });
  fates.seen(operation);
  expect(fates.of(operation.id, here)).toMatchObject({ state: 'pending' });
});

test('one that waits while its account goes on can never settle', () => {
  const fates = new OperationFates();
  fates.seen(operation);
  expect(fates.of(operation.id, moved)).toMatchObject({ state: 'rejected', reason: 'InvalidPrevHash' });
  expect(fates.of(operation.id, new MemoryAccounts())).toMatchObject({ state: 'rejected' });
});

test('one that a window cemented but could not apply is rejected, not settled', () => {
  const fates = new OperationFates();
  fates.confirmed(operation.id, 4);
  fates.final([operation, anchor(2)], [anchor(2).id], 5);
  expect(fates.of(operation.id, moved)).toEqual({ state: 'rejected', window: 0, reason: 'NotValidInTime' });
  expect(fates.of(anchor(2).id, moved)).toEqual({ state: 'settled', window: 5, reason: '' });
});

test('one whose window a snapshot skipped is settled where its account stands on it', () => {
  const fates = new OperationFates();
  fates.seen(operation);
  const adopted = new MemoryAccounts([{ ...account, frontierHash: operation.id, lastOpWindow: 70 }]);
  expect(fates.of(operation.id, adopted)).toEqual({ state: 'settled', window: 70, reason: '' });
  fates.confirmed(operation.id, 70);
  expect(fates.of(operation.id, adopted)).toEqual({ state: 'settled', window: 70, reason: '' });
});

test('16 384 are remembered, the latest', () => {
  const fates = new OperationFates();
  for (let n = 0; n <= MOST_FATES; n++) fates.confirmed(idOf(n), 1);
  expect([0, 1, MOST_FATES].map((n) => fates.of(idOf(n), here).state)).toEqual(['unknown', 'quorum', 'quorum']);
});

test('reasons have numbers', () => {
  expect(['AccountNotFound', 'InvalidSignature', 'NotValidInTime'].map(fateReason)).toEqual([1, 11, 255]);
  expect([0, 1, 11, 255].map(reasonOfFate)).toEqual([undefined, 'AccountNotFound', 'InvalidSignature', 'Other']);
});
