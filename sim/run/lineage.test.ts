import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import { type RulesChoice, rulesOf } from '#core/genesis/rules.ts';
import type { Settled } from '#core/transition/settled.ts';
import { Lineage } from './lineage.ts';
import { isAsExpected } from './result.ts';
import { Run, type RunOptions } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { Street } from './shops.ts';
import { small } from './small.suite.ts';

interface Account {
  readonly balance: bigint;
  readonly creationWindow?: number;
  readonly lastAccountCreationWindow?: number;
}

const settledWith = (accounts: Readonly<Record<Id, Account>>, window: number, rules: RulesChoice): Settled =>
  ({
    window,
    network: { rules: rulesOf(rules), params: { tau2Windows: 8n } },
    state: {
      account: (id: Id) => {
        const account = accounts[id];
        return account && { creationWindow: 0, lastAccountCreationWindow: 0, ...account };
      },
    },
  }) as unknown as Settled;

const street = (busy = ''): Street => ({
  accounts: ['a', 'b', 'c'],
  isBusy: (account) => busy.includes(account),
  isOpen: () => true,
});

const lineageOf = (): Lineage => {
  let born = 0;
  return new Lineage(() => `child ${++born}`);
};

const words = (deals: ReturnType<Lineage['next']>): readonly string[] =>
  deals.map(({ sender, link, amount }) => `${sender}>${link} ${amount}`);

describe('a lineage', () => {
  test('begins with one account that has money; a child gets what is not kept', () => {
    const lineage = lineageOf();
    expect(lineage.next(settledWith({ a: { balance: 0n } }, 1, 'montana'), street())).toEqual([]);
    const settled = settledWith({ a: { balance: 1n }, b: { balance: 65n }, c: { balance: 64n } }, 2, 'montana');
    // Of 65 nɈ two are kept, of 1 nɈ there is nothing to give.
    expect(words(lineage.next(settled, street()))).toEqual(['b>child 1 63']);
  });

  test('is joined by the children that exist; who has an operation under way waits', () => {
    const lineage = lineageOf();
    const root = { balance: 640n };
    lineage.next(settledWith({ a: root }, 2, 'published'), street());
    const again = { ...root, lastAccountCreationWindow: 3 };
    const both = { a: again, 'child 1': { balance: 64n, creationWindow: 3 } };
    expect(lineage.next(settledWith(both, 3, 'published'), street('child 1'))).toEqual([]);
    expect(words(lineage.next(settledWith(both, 3, 'published'), street()))).toEqual(['child 1>child 2 63']);
  });

  test('creates in the first window in which the cooldown lets it, by either rule', () => {
    const counts = (rules: RulesChoice, window: number): number => {
      const lineage = lineageOf();
      lineage.next(settledWith({ a: { balance: 640n } }, 2, rules), street());
      const a = { balance: 640n, lastAccountCreationWindow: 3 };
      return lineage.next(settledWith({ a, 'child 1': { balance: 64n, creationWindow: 3 } }, window, rules), street())
        .length;
    };
    // Window + 1 is the one in which it settles.
    expect([counts('montana', 9), counts('montana', 10)]).toEqual([0, 2]);
    expect([counts('published', 9), counts('published', 10)]).toEqual([1, 2]);
  });
});

describe('a run counted from the last creation', () => {
  const scenario = (changes: Partial<Scenario> = {}): Scenario =>
    small({
      nodes: 4,
      windows: 12,
      profile: { tau2: 8, d0: 256 },
      hosts: [{ count: 4, spread: 10 }],
      network: { links: 3 },
      workload: { lineage: true },
      faults: [],
      measure: ['lineage'],
      rules: { creationCooldown: 'from-last' },
      ...changes,
    });
  const history = (changes: Partial<Scenario> = {}, options: RunOptions = {}) =>
    new Run(scenario(changes), options).finish();
  const first = history();

  test('has as many accounts as the closed form says, in every window', () => {
    expect(isAsExpected(first)).toBe(true);
    expect(first.metrics).toMatchObject({ 'lineage.1': 11, 'lineageForm.1': 11 });
    expect(first.metrics.lineageDifference).toBe(0);
  });

  test('is the same in another order of hosts, without the memo, and through bytes', () => {
    const { traceDigest, stateRoot, metrics } = history({ memo: false, wire: true }, { reverseHosts: true });
    expect({ traceDigest, stateRoot, metrics }).toEqual({
      ...{ traceDigest: first.traceDigest, stateRoot: first.stateRoot, metrics: first.metrics },
    });
  });
});
