import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import { rulesOf } from '#core/genesis/rules.ts';
import type { Settled } from '#core/transition/settled.ts';
import { Stream } from '#sim/kernel/streams.ts';
import { isAsExpected } from './result.ts';
import { Run } from './run.ts';
import { Shops, type Street } from './shops.ts';
import { small } from './small.suite.ts';

const AMOUNT = 10;
/** What a shop needs before trade begins. */
const FLOAT = 40n;
const TAU2 = 8n;

interface Account {
  readonly balance: bigint;
  readonly creationWindow?: number;
  readonly lastAccountCreationWindow?: number;
}

const settledWith = (accounts: Readonly<Record<Id, Account>>, window = 1): Settled =>
  ({
    window,
    network: { rules: rulesOf('montana'), params: { tau2Windows: TAU2 } },
    state: {
      account: (id: Id) => {
        const account = accounts[id];
        return account && { creationWindow: 0, lastAccountCreationWindow: 0, ...account };
      },
    },
  }) as unknown as Settled;

const street = (accounts: readonly Id[], { busy = '', closed = '' } = {}): Street => ({
  accounts,
  isBusy: (account) => busy.includes(account),
  isOpen: (account) => !closed.includes(account),
});

const shopsOf = (count: number): Shops => new Shops({ count, amount: AMOUNT }, new Stream('test'));

/** Who gives what to whom: `a>b 10`, `a>new 10`. */
const words = (deals: ReturnType<Shops['next']>): readonly string[] =>
  deals.map(({ sender, link = 'new', amount }) => `${sender}>${link} ${amount}`);

describe('shops without money', () => {
  test('whoever has enough for two creates an account with half of it, while there are too few', () => {
    const settled = settledWith({ a: { balance: 2n * FLOAT }, b: { balance: 2n * FLOAT - 1n }, c: { balance: 300n } });
    expect(words(shopsOf(5).next(settled, street(['a', 'b', 'c'])))).toEqual(['a>new 40', 'c>new 150']);
    expect(words(shopsOf(4).next(settled, street(['a', 'b', 'c'])))).toEqual(['a>new 40']);
  });

  test('one who may not create for now gives to a shop with too little, then to one that may and has too little', () => {
    const born = { balance: 100n, creationWindow: 1 };
    const settled = settledWith({
      a: born,
      b: born,
      c: { balance: FLOAT },
      d: { balance: FLOAT - 1n, creationWindow: 1 },
    });
    expect(words(shopsOf(5).next(settled, street(['a', 'b', 'c', 'd'])))).toEqual(['a>d 50', 'b>c 50']);
    // τ₂ windows after its birth.
    const later = settledWith({ a: born }, 8);
    expect(words(shopsOf(2).next(later, street(['a'])))).toEqual(['a>new 50']);
    expect(words(shopsOf(2).next(settledWith({ a: born }, 7), street(['a'])))).toEqual([]);
  });

  test('who has an operation under way or whose node is down gives nothing; nobody is given twice at a time', () => {
    const settled = settledWith({
      a: { balance: 100n },
      b: { balance: 100n },
      c: { balance: 100n },
      d: { balance: 0n },
    });
    const shops = shopsOf(4);
    const all = ['a', 'b', 'c', 'd'];
    expect(words(shops.next(settled, street(all, { busy: 'a', closed: 'b' })))).toEqual(['c>d 50']);
    expect(words(shops.next(settled, street(all, { busy: 'c' })))).toEqual([]);
    expect(words(shops.next(settled, street(all)))).toEqual(['a>d 50']);
  });
});

describe('shops with money', () => {
  const rich = { balance: FLOAT };

  test('each pays the next, at a time of its own within 30 s', () => {
    const deals = shopsOf(3).next(settledWith({ a: rich, b: rich, c: rich, d: rich }), street(['a', 'b', 'c', 'd']));
    expect(words(deals)).toEqual(['a>b 10', 'b>c 10', 'c>a 10']);
    expect(deals.every(({ delay, isPayment }) => isPayment && delay >= 0 && delay < 30_000_000)).toBe(true);
    expect(new Set(deals.map(({ delay }) => delay)).size).toBe(3);
  });

  test('who is busy, short or closed does not pay, and nobody pays who is closed', () => {
    const shops = shopsOf(4);
    const all = ['a', 'b', 'c', 'd'];
    shops.next(settledWith({ a: rich, b: rich, c: rich, d: rich }), street(all));
    const short = settledWith({ a: rich, b: { balance: 9n }, c: { balance: 10n }, d: rich });
    expect(words(shops.next(short, street(all, { closed: 'd' })))).toEqual(['a>b 10', 'c>a 10']);
    expect(words(shops.next(short, street(all, { busy: 'ac', closed: 'b' })))).toEqual(['d>a 10']);
    expect(words(shops.next(short, street(all, { closed: 'abc' })))).toEqual([]);
  });

  test('trade waits for the last open shop', () => {
    const settled = settledWith({ a: rich, b: { balance: FLOAT - 1n } });
    expect(words(shopsOf(2).next(settled, street(['a', 'b'])))).toEqual([]);
    // The other one is closed: it cannot pay itself.
    expect(words(shopsOf(2).next(settled, street(['a', 'b'], { closed: 'b' })))).toEqual([]);
    expect(words(shopsOf(2).next(settledWith({ a: rich }), street(['a', 'b'])))).toEqual([]);
  });
});

test('a run with more shops than nodes: all are created and funded, then each pays in every window', () => {
  const paid: number[] = [];
  const scenario = small({
    windows: 16,
    workload: { shops: { count: 12, amount: 70_000_000 } },
    faults: [{ type: 'crash', window: 12, hosts: ['n007'] }],
    measure: ['payments'],
  });
  const run = new Run(scenario, {
    watch: (host, notice) => {
      if (notice.type !== 'final' || host !== 0) return;
      const payments = notice.record.operations.filter(
        (operation) => 'amount' in operation && operation.amount === 70_000_000n,
      );
      paid.push(payments.length);
    },
  });
  const result = run.finish();
  expect(isAsExpected(result)).toBe(true);
  const { metrics } = result;
  // Host 7 is down from window 12 on: so is the shop of account 7.
  expect(Math.max(...paid)).toBe(12);
  expect(paid.at(-1)).toBe(11);
  expect(metrics.payments).toBeGreaterThanOrEqual(40);
  expect(metrics).toMatchObject({ paymentsNeverSettled: 0, paymentsLost: 0 });
  expect(metrics.paymentsSettled).toBeGreaterThan((metrics.payments as number) - 24);
  expect(metrics.settleP50Ms).toBeGreaterThan(metrics.confirmP50Ms as number);
});
