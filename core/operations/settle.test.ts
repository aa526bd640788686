import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import type { Operation } from '../consensus/objects.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { initialFrontier } from '../genesis/births.ts';
import { MONTANA, PUBLISHED } from '../genesis/rules.ts';
import type { AccountRecord } from '../state/records.ts';
import { accountOf, cheapKey, cheapVerify, idOf, MemoryAccounts, ownId } from './accounts.suite.ts';
import { makeOperation } from './codec.ts';
import { type SettleBasis, type SettleReceipt, settleOperations, withCredit } from './settle.ts';

const basis: SettleBasis = { window: 500, tau2Windows: 60n, rules: MONTANA, genesisHash: idOf(77) };
const prevHash = idOf(0);
const alice = cheapKey(1);
const bob = cheapKey(2);
const carol = cheapKey(3);

const transfer = (key: SigningKey, link: Id, amount: bigint, change: { prevHash?: Id } = {}): Operation =>
  makeOperation({ type: 'Transfer', prevHash, sender: ownId(key), link, amount, ...change }, key);

const create = (key: SigningKey, receiver: SigningKey, amount: bigint): Operation =>
  makeOperation(
    {
      type: 'TransferModeB',
      prevHash,
      sender: ownId(key),
      link: ownId(receiver),
      suiteId: 1,
      receiverPubkey: receiver.publicKey,
      amount,
    },
    key,
  );

const changeKey = (key: SigningKey, to: SigningKey): Operation =>
  makeOperation({ type: 'ChangeKey', prevHash, sender: ownId(key), newSuiteId: 1, newPubkey: to.publicKey }, key);

const anchor = (key: SigningKey): Operation =>
  makeOperation({ type: 'Anchor', prevHash, sender: ownId(key), appId: idOf(5), dataHash: idOf(6) }, key);

const accountsOf = (...keys: readonly SigningKey[]): MemoryAccounts =>
  new MemoryAccounts(keys.map((key) => accountOf(key)));

const settle = (accounts: MemoryAccounts, ...operations: readonly Operation[]): readonly SettleReceipt[] =>
  settleOperations(operations, accounts, basis, cheapVerify);

const faults = (receipts: readonly SettleReceipt[]) => receipts.map(({ fault }) => fault);
const get = (accounts: MemoryAccounts, key: SigningKey): AccountRecord => accounts.account(ownId(key)) as AccountRecord;

describe('effects (03 §3, §8.1)', () => {
  const own = (operation: Operation) => ({
    frontierHash: operation.id,
    opHeight: 1,
    accountChainLength: 1,
    lastOpWindow: 500,
  });

  test('transfer: debit, credit, and nothing else at the receiver', () => {
    const accounts = accountsOf(alice, bob);
    const operation = transfer(alice, ownId(bob), 300n);
    expect(faults(settle(accounts, operation))).toEqual([undefined]);
    expect(get(accounts, alice)).toEqual({ ...accountOf(alice), balance: 700n, ...own(operation) });
    expect(get(accounts, bob)).toEqual({ ...accountOf(bob), balance: 1_300n });
  });

  test('creation: the record of 03 §7, and the cooldown of the sender', () => {
    const accounts = accountsOf(alice);
    const operation = create(alice, carol, 400n);
    settle(accounts, operation);
    expect(get(accounts, alice)).toEqual({
      ...accountOf(alice),
      balance: 600n,
      ...own(operation),
      lastAccountCreationWindow: 500,
    });
    const frontierHash = initialFrontier(MONTANA, basis.genesisHash, ownId(carol), 500);
    expect(get(accounts, carol)).toEqual(accountOf(carol, { balance: 400n, frontierHash }, 500));
  });

  test('creation under published rules starts at frontier zero', () => {
    const accounts = accountsOf(alice);
    settleOperations([create(alice, carol, 1n)], accounts, { ...basis, rules: PUBLISHED }, cheapVerify);
    expect(get(accounts, carol).frontierHash).toBe(ZERO_ID);
  });

  test('key change, and a credit in the same window keeps it', () => {
    const accounts = accountsOf(alice, bob);
    const operation = changeKey(alice, carol);
    settle(accounts, operation, transfer(bob, ownId(alice), 5n));
    expect(get(accounts, alice)).toEqual({
      ...accountOf(alice),
      balance: 1_005n,
      currentPubkey: carol.publicKey,
      ...own(operation),
    });
  });

  test('anchor: own fields only', () => {
    const accounts = accountsOf(alice);
    const operation = anchor(alice);
    settle(accounts, operation);
    expect(get(accounts, alice)).toEqual({ ...accountOf(alice), ...own(operation) });
  });
});

describe('what does not apply', () => {
  test('a cemented operation that is invalid leaves no trace', () => {
    const accounts = accountsOf(alice, bob);
    const operation = transfer(alice, ownId(bob), 1_001n);
    expect(settle(accounts, operation)).toEqual([{ operation, fault: 'InsufficientBalance' }]);
    expect(get(accounts, alice)).toEqual(accountOf(alice));
    expect(get(accounts, bob)).toEqual(accountOf(bob));
  });

  test('of two valid operations of one sender the lower op_hash applies', () => {
    const operations = [transfer(alice, ownId(bob), 1n), transfer(alice, ownId(bob), 2n)];
    const [low, high] = operations.sort((a, b) => (a.id < b.id ? -1 : 1)) as [Operation, Operation];
    for (const order of [
      [low, high],
      [high, low],
    ]) {
      const accounts = accountsOf(alice, bob);
      expect(settle(accounts, ...order)).toEqual([
        { operation: low, fault: undefined },
        { operation: high, fault: 'Equivocation' },
      ]);
      expect(get(accounts, alice).frontierHash).toBe(low.id);
      expect(get(accounts, alice).opHeight).toBe(1);
    }
  });

  test('an invalid operation of lower op_hash does not stand in the way', () => {
    const valid = transfer(alice, ownId(bob), 1n);
    let invalid = transfer(alice, ownId(bob), 1_001n);
    for (let amount = 1_002n; invalid.id > valid.id; amount++) invalid = transfer(alice, ownId(bob), amount);
    expect(faults(settle(accountsOf(alice, bob), valid, invalid))).toEqual(['InsufficientBalance', undefined]);
  });

  test('everything is judged on the state before the window', () => {
    const accounts = accountsOf(alice, bob);
    accounts.putAccount({ ...accountOf(bob), balance: 0n });
    const receipts = settle(accounts, transfer(alice, ownId(bob), 10n), transfer(bob, ownId(alice), 10n));
    expect(faults(receipts).sort()).toEqual(['InsufficientBalance', undefined]);
  });

  test('a transfer to an account created in the same window waits for the next', () => {
    const receipts = settle(accountsOf(alice, bob), create(alice, carol, 10n), transfer(bob, ownId(carol), 1n));
    expect(faults(receipts).sort()).toEqual(['ReceiverNotActive', undefined]);
  });
});

test('two creations of one receiver: the second credits, no amount is lost (03 E-3)', () => {
  const accounts = accountsOf(alice, bob);
  const operations = [create(alice, carol, 10n), create(bob, carol, 20n)];
  expect(faults(settle(accounts, ...operations))).toEqual([undefined, undefined]);
  expect(get(accounts, carol).balance).toBe(30n);
  expect(get(accounts, alice).lastAccountCreationWindow).toBe(500);
  expect(get(accounts, bob).lastAccountCreationWindow).toBe(500);
  expect(accounts.supply()).toBe(2_000n);
});

describe('whatever is cemented', () => {
  const KEYS = [1, 2, 3, 4, 5, 6].map((n) => cheapKey(n));
  const keyAt = (n: number): SigningKey => KEYS[n] as SigningKey;
  const FUNDED = KEYS.slice(0, 4);
  const any = fc.nat(5);
  const amount = fc.bigInt({ min: 0n, max: 1_100n });
  const moves = fc.oneof(
    any.map((from) => anchor(keyAt(from))),
    fc.tuple(any, any).map(([from, to]) => changeKey(keyAt(from), keyAt(to))),
    fc.tuple(any, any, amount).map(([from, to, value]) => transfer(keyAt(from), ownId(keyAt(to)), value)),
  );
  const creations = fc.tuple(any, any, amount).map(([from, to, value]) => create(keyAt(from), keyAt(to), value));
  const records = (accounts: MemoryAccounts): readonly AccountRecord[] => [...accounts.records.values()];

  test('balances keep their sum, and the order of submission changes nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(moves, creations), { maxLength: 12 }), (operations) => {
        const forward = accountsOf(...FUNDED);
        const backward = accountsOf(...FUNDED);
        const receipts = settle(forward, ...operations);
        expect(faults(settle(backward, ...operations.toReversed()))).toEqual(faults(receipts));
        expect(records(backward)).toEqual(records(forward));
        expect(forward.supply()).toBe(4_000n);
        const senders = receipts.filter(({ fault }) => fault === undefined).map(({ operation }) => operation.sender);
        expect(new Set(senders).size).toBe(senders.length);
      }),
      { seed: 20261121, numRuns: 100 },
    );
  });

  test('the order of application changes nothing', () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 12 }), (operations) => {
        const together = accountsOf(...FUNDED);
        const applied = settle(together, ...operations)
          .filter(({ fault }) => fault === undefined)
          .map(({ operation }) => operation);
        // One at a time, last first, with enough to pay in any order.
        const single = new MemoryAccounts(FUNDED.map((key) => accountOf(key, { balance: 100_000n })));
        for (const operation of applied.toReversed()) expect(faults(settle(single, operation))).toEqual([undefined]);
        const poorer = records(single).map((record) => ({ ...record, balance: record.balance - 99_000n }));
        expect(poorer).toEqual(records(together));
      }),
      { seed: 20261121, numRuns: 100 },
    );
  });
});

describe('the unreachable stops the node', () => {
  test('a balance beyond 128 bits', () => {
    const full = accountOf(bob, { balance: 2n ** 128n - 1n });
    expect(withCredit({ ...full, balance: full.balance - 1n }, 1n).balance).toBe(full.balance);
    expect(() => withCredit(full, 1n)).toThrow(FatalInvariant);
    expect(() => settle(new MemoryAccounts([accountOf(alice), full]), transfer(alice, ownId(bob), 1n))).toThrow(
      FatalInvariant,
    );
  });

  test('a window beyond 32 bits', () => {
    const at = (window: number) => () =>
      settleOperations([anchor(alice)], accountsOf(alice), { ...basis, window }, cheapVerify);
    expect(at(2 ** 32 - 1)).not.toThrow();
    expect(at(2 ** 32)).toThrow(FatalInvariant);
  });

  test('a counter beyond 32 bits', () => {
    const accounts = new MemoryAccounts([{ ...accountOf(alice), opHeight: 2 ** 32 - 1 }]);
    expect(() => settle(accounts, anchor(alice))).toThrow(FatalInvariant);
  });
});
