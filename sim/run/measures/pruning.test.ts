import { expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Metrics } from './measure.ts';
import { Pruning } from './pruning.ts';

const TAU2 = 2;
const IDLE = 8;

interface Account {
  readonly lastOpWindow?: number;
  readonly isNodeOperator?: boolean;
}

/** A state with these accounts, and a node operated by `a`, if it is there. */
const state = (accounts: Readonly<Record<Id, Account>>, nodes: readonly Id[] = []) => ({
  accounts: () =>
    Object.entries(accounts).map(([accountId, account]) => {
      return { accountId, lastOpWindow: 0, isNodeOperator: false, ...account };
    }),
  nodes: () => nodes.map((nodeId) => ({ nodeId, operatorAccountId: 'a' })),
});

interface Window {
  readonly state: ReturnType<typeof state>;
  readonly settles?: readonly object[];
  readonly applied?: readonly Id[];
}

const pruningOf = (start: Window['state'], windows: readonly Window[]): Metrics => {
  const measure = new Pruning({ state: start } as unknown as Settled);
  const network = { params: { tau2Windows: BigInt(TAU2), pruningIdleWindows: BigInt(IDLE) } };
  windows.forEach(({ state: after, settles = [], applied }, window) => {
    const operations = applied ?? settles.map((operation) => (operation as { readonly id: Id }).id);
    const record = { settled: { window, state: after, network }, operations: settles, entry: { operations } };
    for (const host of [0, 1]) measure.notice(host, { type: 'final', record, round: 1 } as unknown as Notice);
  });
  return measure.metrics();
};

test('counts accounts and nodes that vanish, at the boundary at which they do', () => {
  const full = state({ a: {}, b: {}, c: {} }, ['n', 'm']);
  const after = state({ c: {} }, ['m']);
  const metrics = pruningOf(full, [
    { state: full },
    { state: full },
    { state: after },
    { state: after },
    { state: after },
  ]);
  expect(metrics).toMatchObject({
    accountsVanished: 2,
    'accountsVanished.2': 2,
    nodesVanished: 1,
    'nodesVanished.2': 1,
  });
  expect(metrics).not.toHaveProperty('accountsVanished.4');
  // `b` operated no node.
  expect(metrics.operatorAccountsVanished).toBe(1);
});

test('an account that vanishes twice counts twice; created in between, it is a recreated one', () => {
  const [there, gone] = [state({ b: {} }), state({})];
  const creation = { id: '1', type: 'TransferModeB', link: 'b', amount: 5n };
  const metrics = pruningOf(there, [
    ...[{ state: there }, { state: there }, { state: gone }],
    ...[{ state: there, settles: [creation] }, { state: there }, { state: there }, { state: gone }],
  ]);
  expect(metrics).toMatchObject({ accountsVanished: 2, 'accountsVanished.2': 1, 'accountsVanished.6': 1 });
  expect(metrics).toMatchObject({ accountsRecreated: 1, replayed: 0 });
});

test('an operation that settles again is a replay, and what it pays a loss; one that changes nothing is none', () => {
  const nothing = state({});
  const payment = { id: '1', type: 'Transfer', link: 'b', amount: 7n };
  const anchor = { id: '2', type: 'Anchor' };
  const both = { state: nothing, settles: [payment, anchor] };
  expect(pruningOf(nothing, [both])).toMatchObject({ replayed: 0, replayedLoss: 0 });
  expect(pruningOf(nothing, [both, both])).toMatchObject({ replayed: 2, replayedLoss: 7 });
  expect(pruningOf(nothing, [both, { ...both, applied: [] }])).toMatchObject({ replayed: 0, replayedLoss: 0 });
});

test('who is idle for long enough at the last boundary and still there is kept by what it has', () => {
  const accounts = { a: { isNodeOperator: true }, b: { lastOpWindow: 2 }, c: { lastOpWindow: 3 } };
  const windows = Array.from({ length: 12 }, () => ({ state: state(accounts) }));
  // b: 2 + 8 ≤ 10; c: 3 + 8 > 10.
  expect(pruningOf(state(accounts), windows).accountsKeptByBalance).toBe(1);
  expect(pruningOf(state(accounts), windows.slice(0, 10)).accountsKeptByBalance).toBe(0);
});
