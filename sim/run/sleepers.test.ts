import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import { rulesOf } from '#core/genesis/rules.ts';
import type { Settled } from '#core/transition/settled.ts';
import { isAsExpected, type RunResult } from './result.ts';
import { Run, type RunOptions } from './run.ts';
import type { ScenarioInput } from './scenario.ts';
import type { Deal, Street } from './shops.ts';
import { Sleepers } from './sleepers.ts';
import { small } from './small.suite.ts';

const AMOUNT = 100n;

interface Account {
  readonly balance: bigint;
  readonly opHeight?: number;
  readonly isNodeOperator?: boolean;
  readonly lastAccountCreationWindow?: number;
}

const settledWith = (accounts: Readonly<Record<Id, Account>>, window = 20): Settled =>
  ({
    window,
    network: { rules: rulesOf('montana'), params: { tau2Windows: 8n } },
    state: {
      account: (id: Id) => {
        const account = accounts[id];
        return account && { creationWindow: 0, lastAccountCreationWindow: 0, opHeight: 0, ...account };
      },
    },
  }) as unknown as Settled;

const street = ({ busy = '', closed = '' } = {}): Street => ({
  accounts: ['a', 'b'],
  isBusy: (account) => busy.includes(account),
  isOpen: (account) => !closed.includes(account),
});

/** Sleepers are called x, y, z. */
const sleepersOf = (count: number, { dust = 0, recreated = 0 } = {}): Sleepers => {
  const names = ['x', 'y', 'z'];
  return new Sleepers({ count, amount: Number(AMOUNT), dust, recreated }, () => names.shift() as Id);
};

const words = (deals: readonly Deal[]): readonly string[] =>
  deals.map(({ sender, link, amount }) => `${sender}>${link} ${amount}`);

const rich = { balance: 1_000n };

describe('a sleeper', () => {
  test('is created by somebody who has the money, may create and is up', () => {
    const next = (accounts: Readonly<Record<Id, Account>>, who = street()): readonly string[] =>
      words(sleepersOf(1).next(settledWith(accounts), who));
    expect(next({ a: rich, b: rich })).toEqual(['a>x 100']);
    expect(next({ a: { balance: 99n }, b: { balance: 100n } })).toEqual(['b>x 100']);
    expect(next({ a: rich, b: rich }, street({ busy: 'a' }))).toEqual(['b>x 100']);
    expect(next({ a: rich, b: rich }, street({ closed: 'a' }))).toEqual(['b>x 100']);
    // A creation in window 21 is τ₂ windows after one in window 13.
    expect(next({ a: { ...rich, lastAccountCreationWindow: 13 } })).toEqual(['a>x 100']);
    expect(next({ a: { ...rich, lastAccountCreationWindow: 14 } })).toEqual([]);
  });

  test('pays back half and then the rest, but for the dust, and sleeps', () => {
    const sleepers = sleepersOf(2, { dust: 1 });
    expect(words(sleepers.next(settledWith({ a: rich, b: rich }), street()))).toEqual(['a>x 100', 'b>y 100']);
    expect(words(sleepers.next(settledWith({}), street({ busy: 'ab' })))).toEqual([]);
    const awake = { balance: 101n };
    const first = settledWith({ x: awake, y: awake });
    expect(words(sleepers.next(first, street({ busy: 'x' })))).toEqual(['y>b 50']);
    expect(words(sleepers.next(first, street()))).toEqual(['x>a 50', 'y>b 50']);
    const second = { balance: 51n, opHeight: 1 };
    expect(words(sleepers.next(settledWith({ x: second, y: second }), street()))).toEqual(['x>a 51', 'y>b 50']);
    const asleep = settledWith({ x: { balance: 0n, opHeight: 2 }, y: { balance: 1n, opHeight: 2 } });
    expect(sleepers.next(asleep, street())).toEqual([]);
  });

  test('exists once more after it vanished, if it is one of those, and does nothing then', () => {
    const sleepers = sleepersOf(2, { recreated: 1 });
    const step = (accounts: Readonly<Record<Id, Account>>): readonly string[] =>
      words(sleepers.next(settledWith(accounts), street()));
    step({ a: rich, b: rich });
    const asleep = { balance: 0n, opHeight: 2 };
    step({ x: asleep, y: asleep });
    const [deal, ...others] = sleepers.next(settledWith({ a: rich, b: rich }), street());
    expect(others).toEqual([]);
    expect(deal).toMatchObject({ sender: 'a', link: 'x', amount: AMOUNT });
    // A host that has not seen it vanish would drop the transfer.
    expect(deal?.delay).toBeGreaterThan(0);
    expect(step({ a: rich, b: rich, x: { balance: AMOUNT } })).toEqual([]);
    expect(step({ a: rich, b: rich })).toEqual([]);
  });
});

test('an operator whose node is down pays all he has to one whose node is up', () => {
  const operator = { balance: 70n, isNodeOperator: true };
  const next = (accounts: Readonly<Record<Id, Account>>, closed: string): readonly string[] =>
    words(sleepersOf(1).next(settledWith(accounts), street({ closed })));
  expect(next({ a: operator, b: operator }, 'a')).toEqual(['a>b 70']);
  expect(next({ a: operator, b: operator }, '')).toEqual([]);
  expect(next({ a: operator, b: operator }, 'ab')).toEqual([]);
  expect(next({ a: { ...operator, balance: 0n }, b: operator }, 'a')).toEqual([]);
});

describe('a run in which one account vanishes, exists again, and its payments are handed in again', () => {
  const run = (changes: Partial<ScenarioInput> = {}, options: RunOptions = {}): RunResult =>
    new Run(
      small({
        nodes: 3,
        windows: 46,
        profile: { tau2: 8, d0: 256 },
        hosts: [{ count: 3, spread: 10 }],
        network: { links: 2 },
        workload: { sleepers: { count: 2, amount: 1_000, dust: 1, recreated: 1 }, replayer: true },
        faults: [],
        measure: ['pruning'],
        rules: { birthFrontier: 'zero' },
        ...changes,
      }),
      options,
    ).finish();
  const first = run();

  test('they settle a second time, and everything it was given is gone', () => {
    expect(isAsExpected(first)).toBe(true);
    expect(first.metrics).toMatchObject({ accountsVanished: 1, 'accountsVanished.40': 1, accountsRecreated: 1 });
    expect(first.metrics).toMatchObject({ replayed: 2, replayedLoss: 1_000 });
  });

  test('with a salted frontier nothing does', () => {
    const { metrics } = run({ rules: 'montana' });
    expect(metrics).toMatchObject({ accountsVanished: 1, accountsRecreated: 1, replayed: 0, replayedLoss: 0 });
  });

  test('is the same in another order of hosts, without the memo, and through bytes', () => {
    const { traceDigest, stateRoot, metrics } = run({ memo: false, wire: true }, { reverseHosts: true });
    expect({ traceDigest, stateRoot, metrics }).toEqual({
      ...{ traceDigest: first.traceDigest, stateRoot: first.stateRoot, metrics: first.metrics },
    });
  });
});
