import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { Rules } from '#core/genesis/rules.ts';
import type { Notice } from '#core/host/host.ts';
import { Lineage, lineageAccounts } from './lineage.ts';

/** Accounts after each window of a growth that is stepped through, one birthday after another. */
const grown = (rule: Rules['creationCooldown'], tau2: number, windows: number): readonly number[] => {
  // When each may create next; the first one in window 0.
  const due = [0];
  return Array.from({ length: windows }, (_, window) => {
    due.forEach((at, account) => {
      if (at > window) return;
      due[account] = window + tau2;
      due.push(rule === 'from-birth' ? window + tau2 : window + 1);
    });
    return due.length;
  });
};

/** The first age at which there are so many. */
const ageOf = (accounts: number): number => {
  let low = 0;
  let high = 60_000;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lineageAccounts('from-last', 20_160, middle) >= accounts) high = middle;
    else low = middle + 1;
  }
  return low;
};

describe('the closed form', () => {
  test.each(['from-last', 'from-birth'] as const)('%s: is what stepping through the windows gives', (rule) => {
    for (const tau2 of [8, 9, 12, 20]) {
      grown(rule, tau2, 3 * tau2 + 2).forEach((accounts, age) => {
        expect(lineageAccounts(rule, tau2, age)).toBe(accounts);
      });
    }
  });

  test('on the main network: the windows of 03 A-2, and doubling instead', () => {
    expect(lineageAccounts('from-last', 20_160, 20_160)).toBe(20_163);
    expect(lineageAccounts('from-last', 20_160, 40_320)).toBe(203_283_364);
    expect(lineageAccounts('from-birth', 20_160, 20_160)).toBe(4);
    // The window of the first creation is the first of so many windows.
    expect(ageOf(1e6) + 1).toBe(21_559);
    expect(ageOf(1e9) + 1).toBe(41_979);
    expect(lineageAccounts('from-last', 20_160, -1)).toBe(1);
  });
});

/** Window by window who creates whom: `a>b`. Accounts exist from then on, unless `missing`. */
const lineageOf = (windows: readonly (readonly string[])[], missing = '') => {
  const measure = new Lineage();
  const exist = new Set<Id>();
  windows.forEach((creations, window) => {
    const operations = creations.map((creation) => {
      const [sender, link] = creation.split('>') as [Id, Id];
      exist.add(sender).add(link);
      return { type: 'TransferModeB', id: creation, sender, link };
    });
    const network = { rules: { creationCooldown: 'from-birth' }, params: { tau2Windows: 2n } };
    const state = { account: (id: Id) => (exist.has(id) && id !== missing ? {} : undefined) };
    const record = { settled: { window, state, network }, operations, entry: { operations: creations } };
    measure.notice(0, { type: 'final', record, round: 1 } as unknown as Notice);
    // Another host, later: counts for nothing.
    measure.notice(1, { type: 'final', record, round: 1 } as unknown as Notice);
  });
  return measure.metrics();
};

test('counts the descendants of the first who creates, and no others', () => {
  const metrics = lineageOf([[], ['a>b', 'x>y'], ['x>z'], ['a>c', 'b>d'], []]);
  expect(metrics).toEqual({ lineageBegun: 1, lineageDifference: 0, 'lineage.1': 4, 'lineageForm.1': 4 });
});

test('a creation that is late, and an account that does not exist, are a difference', () => {
  expect(lineageOf([['a>b'], [], ['a>c'], ['b>d']])).toMatchObject({ 'lineage.1': 3, lineageDifference: 1 });
  expect(lineageOf([['a>b'], [], ['a>c', 'b>d']], 'd')).toMatchObject({ 'lineage.1': 3, lineageDifference: 1 });
});

test('without a creation there is nothing to compare', () => {
  expect(lineageOf([[], [], []])).toEqual({ lineageBegun: 0, lineageDifference: 0 });
});
