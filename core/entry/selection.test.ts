import { describe, expect, test } from 'vitest';
import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { initialFrontier, newNode } from '../genesis/births.ts';
import { MONTANA, PUBLISHED } from '../genesis/rules.ts';
import { accountOf, cheapKey, idOf, ownId } from '../operations/accounts.suite.ts';
import type { CandidateRecord } from '../state/records.ts';
import {
  emissionPayee,
  expireCandidates,
  isSelectionWindow,
  type SelectionBasis,
  selectCandidates,
  selectionRank,
  selectionSlots,
} from './selection.ts';
import { selectionSortKey } from './sort-keys.ts';
import { MemoryTables } from './tables.suite.ts';

const mesh: SelectionBasis = {
  window: 601,
  timechainValue: idOf(1),
  aggregate: idOf(2),
  activeNodes: 10,
  params: { selectionInterval: 6n, admissionDivisor: 5n },
  rules: MONTANA,
  genesisHash: idOf(3),
};
const protocol: SelectionBasis = { ...mesh, window: 600, rules: PUBLISHED };

const operator = (n: number) => cheapKey(1_000 + n);

const candidate = (n: number, expires = 10_000n): CandidateRecord => ({
  nodeId: idOf(n),
  nodePubkey: cheapKey(n).publicKey,
  suiteId: 1,
  operatorPubkey: operator(n).publicKey,
  operatorAccountId: ownId(operator(n)),
  proofEndpoint: idOf(0),
  wStart: 0n,
  vdfChainLength: 12n,
  registrationWindow: 60n,
  expires,
});

const tablesOf = (...candidates: readonly CandidateRecord[]): MemoryTables => {
  const tables = new MemoryTables();
  for (const each of candidates) tables.putCandidate(each);
  return tables;
};

const pooled = (tables: MemoryTables): readonly Id[] => [...tables.candidates()].map(({ nodeId }) => nodeId);

const five = [11, 12, 13, 14, 15].map((n) => candidate(n));
/** Numbers of the five candidates in selection order. */
const ranked = selectionRank(five, idOf(1), idOf(2)).map(
  ({ nodeId }) => 11 + five.findIndex((c) => c.nodeId === nodeId),
);
const [first, second, third] = ranked as [number, number, number];

test('sort key of 05 §5', () => {
  expect(
    selectionSortKey(
      '34235bfb865b969e5d8e348b8facf7559fe95d2c749a03d9aa63560d74eb2e74',
      'c05a6b241bdb24e1528938b0be7cb39c0328edca5561541e37cb5dce9130d37a',
      '01'.repeat(32),
    ),
  ).toBe('161e3dc2343ac650aa55d060ffe747fa982150570ca9d7654ad47ecd625f9eea');
});

test('rank follows the sort key, not the order of the pool', () => {
  const keys = ranked.map((n) => selectionSortKey(idOf(1), idOf(2), idOf(n)));
  expect(keys).toEqual([...keys].sort());
  expect(selectionRank(five.toReversed(), idOf(1), idOf(2))).toEqual(selectionRank(five, idOf(1), idOf(2)));
});

test('selection windows: every interval, never 0', () => {
  expect([0, 1, 335, 336, 337, 672].map((window) => isSelectionWindow(window, 336n))).toEqual([
    false,
    false,
    false,
    true,
    false,
    true,
  ]);
});

test('slots: one up to 2 · 130 − 1 active nodes', () => {
  expect([0, 1, 130, 259, 260, 389, 390].map((active) => selectionSlots(active, 130n))).toEqual([1, 1, 1, 1, 2, 2, 3]);
});

test('expiry: gone in the window it names, ascending node_id', () => {
  const tables = tablesOf(candidate(1, 100n), candidate(2, 101n), candidate(3, 99n), candidate(4, 100n));
  expect(expireCandidates(tables, 100)).toEqual([idOf(1), idOf(3), idOf(4)].sort());
  expect(pooled(tables)).toEqual([idOf(2)]);
  expect(expireCandidates(tables, 100)).toEqual([]);
});

describe('admission protocol', () => {
  test('every interval, as many as there are slots, the winner is paid', () => {
    const tables = tablesOf(...five);
    expect(selectCandidates(tables, { ...protocol, window: 601 }).slots).toBeUndefined();
    expect(pooled(tables)).toHaveLength(5);
    const selection = selectCandidates(tables, protocol);
    expect(selection).toEqual({
      slots: 2,
      admitted: [idOf(first), idOf(second)],
      dropped: [],
      created: [ownId(operator(first)), ownId(operator(second))],
      bonus: undefined,
    });
    expect(pooled(tables)).toEqual(ranked.slice(2).map(idOf).sort());
    expect(emissionPayee(selection, idOf(77))).toBe(idOf(77));
  });

  test('an empty pool uses no slot', () => {
    expect(selectCandidates(tablesOf(), protocol)).toMatchObject({ slots: 2, admitted: [], created: [] });
  });
});

describe('admission mesh', () => {
  test('every window from 1 on, one, and the whole emission is its own', () => {
    const tables = tablesOf(...five);
    expect(selectCandidates(tables, { ...mesh, window: 0 }).slots).toBeUndefined();
    expect(pooled(tables)).toHaveLength(5);
    const selection = selectCandidates(tables, { ...mesh, window: 1 });
    expect(selection).toMatchObject({ slots: 1, admitted: [idOf(first)], bonus: ownId(operator(first)) });
    expect(emissionPayee(selection, idOf(77))).toBe(ownId(operator(first)));
  });

  test('a window without an admission pays the winner', () => {
    const selection = selectCandidates(tablesOf(), mesh);
    expect(selection.bonus).toBeUndefined();
    expect(emissionPayee(selection, idOf(77))).toBe(idOf(77));
  });
});

describe('the admitted', () => {
  test('becomes a node; its operator account is made where there is none', () => {
    const tables = tablesOf(candidate(first));
    selectCandidates(tables, mesh);
    const { nodeId, nodePubkey, operatorAccountId } = candidate(first);
    expect([...tables.nodes.values()]).toEqual([newNode({ nodeId, nodePubkey, suiteId: 1, operatorAccountId }, 601)]);
    const frontierHash = initialFrontier(MONTANA, idOf(3), operatorAccountId, 601);
    expect([...tables.records.values()]).toEqual([
      accountOf(operator(first), { balance: 0n, isNodeOperator: true, frontierHash }, 601),
    ]);
  });

  test('starts at frontier zero under published rules', () => {
    const tables = tablesOf(candidate(first));
    selectCandidates(tables, protocol);
    expect(tables.account(ownId(operator(first)))?.frontierHash).toBe(ZERO_ID);
  });

  test('an existing operator account is flagged and otherwise left alone', () => {
    const tables = tablesOf(candidate(first));
    const account = { ...accountOf(operator(first), {}, 7), opHeight: 3, lastOpWindow: 9 };
    tables.putAccount(account);
    expect(selectCandidates(tables, mesh).created).toEqual([]);
    expect(tables.account(account.accountId)).toEqual({ ...account, isNodeOperator: true });
  });
});

describe('dropped without using a slot', () => {
  test('whose operator is a node operator already, or changed its key', () => {
    const tables = tablesOf(...five);
    const flagged = accountOf(operator(first), { isNodeOperator: true });
    const rekeyed = accountOf(operator(second), { currentPubkey: cheapKey(9).publicKey });
    tables.putAccount(flagged);
    tables.putAccount(rekeyed);
    const selection = selectCandidates(tables, mesh);
    expect(selection).toMatchObject({ dropped: [idOf(first), idOf(second)], admitted: [idOf(third)] });
    expect(tables.account(flagged.accountId)).toEqual(flagged);
    expect(tables.account(rekeyed.accountId)).toEqual(rekeyed);
    expect(pooled(tables)).toEqual(ranked.slice(3).map(idOf).sort());
    expect(tables.nodes.size).toBe(1);
  });

  test('only those that come before the last admission are looked at', () => {
    const tables = tablesOf(...five);
    tables.putAccount(accountOf(operator(second), { isNodeOperator: true }));
    expect(selectCandidates(tables, mesh)).toMatchObject({ dropped: [], admitted: [idOf(first)] });
    expect(pooled(tables)).toContain(idOf(second));
  });

  test('of two candidates of one operator the later is dropped', () => {
    const twin = {
      ...candidate(second),
      operatorAccountId: ownId(operator(first)),
      operatorPubkey: operator(first).publicKey,
    };
    const selection = selectCandidates(tablesOf(candidate(first), twin), protocol);
    expect(selection).toMatchObject({ admitted: [idOf(first)], dropped: [idOf(second)] });
  });
});

test('an unproven candidate is not called, and stays (05 D-E5)', () => {
  const tables = tablesOf({ ...candidate(first), registrationWindow: 0n }, candidate(second));
  expect(selectCandidates(tables, mesh).admitted).toEqual([idOf(second)]);
  expect(pooled(tables)).toEqual([idOf(first)]);
  expect(selectCandidates(tables, mesh)).toMatchObject({ slots: 1, admitted: [], dropped: [], bonus: undefined });
});
