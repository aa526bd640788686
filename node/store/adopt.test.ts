import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Net } from '#core/host/net.suite.ts';
import { foundation } from '#core/participant/party.suite.ts';
import { keyOf } from '#core/snapshot/tables.suite.ts';
import { TABLES } from '#core/state/state.ts';
import { State } from '#core/state/view.ts';
import { accountsOf, settledOf, takeSnapshot } from './adopt.suite.ts';
import { Environment } from './environment.ts';
import { testFolder } from './folder.suite.ts';
import { type LmdbStore, openStore } from './lmdb-store.ts';
import { mustBeWhole } from './whole.suite.ts';

const { folder, done } = testFolder();

const { built, genesis } = foundation({ count: 1 });

/** Rows of the two sets of tables of a closed store. */
const rowsIn = (path: string): readonly number[] => {
  const environment = new Environment(join(path, 'store.lmdb'));
  const rows = ['account-records', 'account-records-2'].map((name) => environment.database(name).keys(10_000).length);
  environment.close();
  return rows;
};

it('puts a snapshot together beside the state, through a restart, and goes on from it', () => {
  const path = folder();
  let store = openStore(path, built);
  done(() => store.close());
  expect(store.staging().staged()).toBeUndefined();
  takeSnapshot(store, built, 9, { most: 2 });
  expect(mustBeWhole(store, built)).toBe(-1);
  const { settled } = store.opened();
  const half = store.staging().staged();
  expect(half).toMatchObject({
    anchor: { window: 9 },
    total: 6,
    chunks: [{ index: 0 }, { index: 1, count: 10, from: 7 }],
  });
  expect(store.clearSome()).toBe(false);
  store.close();
  store = openStore(path, built);
  expect(store.staging().staged()).toEqual(half);
  expect(mustBeWhole(store, built)).toBe(-1);
  takeSnapshot(store, built, 9);
  expect(mustBeWhole(store, built)).toBe(9);
  expect(store.staging().staged()).toBeUndefined();
  expect(store.opened().open).toBeUndefined();
  expect(store.written).toBe(1);
  expect(() => store.adopt(settled)).toThrow('a snapshot of window -1 does not follow 9');
  store.close();
  store = openStore(path, built);
  expect(mustBeWhole(store, built)).toBe(9);
  while (store.clearSome()) expect(mustBeWhole(store, built)).toBe(9);
  takeSnapshot(store, built, 11);
  expect(mustBeWhole(store, built)).toBe(11);
  store.close();
  expect(rowsIn(path)).toEqual([60, 60]);
  store = openStore(path, built);
  while (store.clearSome());
  store.close();
  expect(rowsIn(path)).toEqual([60, 0]);
  store = openStore(path, built);
});

it('the adopted state stays what it is while windows are committed after it, and nothing piles up', () => {
  const store = openStore(folder(), built);
  done(() => store.close());
  const staging = store.staging();
  takeSnapshot(store, built, 5);
  const adopted = new State(staging);
  const before = adopted.roots();
  const [first] = accountsOf(5, 60)[0] as readonly [string, Uint8Array];
  const removed = adopted.apply({ account: [[first, null]] });
  const after = adopted.with(removed.delta);
  expect(after.depth).toBe(0);
  const entry = { header: { stateRoot: removed.roots.stateRoot } };
  expect(() =>
    store.write({ settled: settledOf(built, 6, after), delta: removed.delta, entry } as never, undefined),
  ).toThrow('the store cannot be written');
  expect(mustBeWhole(store, built)).toBe(5);
  expect(() =>
    staging.write(removed.delta, { anchor: { window: 5, proposalHash: first }, total: 0, chunks: [] }),
  ).toThrow('this snapshot is the settled state by now');
  expect(adopted.roots()).toEqual(before);
});

it('removes chunks that were given up, and empties itself for another anchor', () => {
  const store = openStore(folder(), built);
  done(() => store.close());
  takeSnapshot(store, built, 4, { most: 3 });
  const staging = store.staging();
  const { anchor, total, chunks } = staging.staged() as NonNullable<ReturnType<typeof staging.staged>>;
  const { delta } = new State(staging).apply({
    account: accountsOf(4, 60)
      .slice(10, 20)
      .map(([key]) => [key, null]),
  });
  const rest = chunks.filter(({ index }) => index !== 1);
  staging.write(delta, { anchor, total, chunks: rest });
  expect(staging.staged()?.chunks).toEqual(rest);
  expect(Array.from(staging.range('account'))).toHaveLength(20);
  staging.begin({ window: 8, proposalHash: keyOf('node', 1) });
  expect(staging.staged()).toEqual({ anchor: { window: 8, proposalHash: keyOf('node', 1) }, total: 0, chunks: [] });
  expect(Array.from(staging.range('account'))).toEqual([]);
  expect(() => store.adopt({ ...settledOf(built, 8, genesis.state) })).toThrow(/^the snapshot has state root/);
});

it('a network goes on from a snapshot of its own state', () => {
  const run = (store: LmdbStore, last: number): void => {
    const net = new Net(1, 0, { keeps: () => store });
    net.start();
    expect(net.until(() => (net.seats[0]?.finals.at(-1)?.settled.window ?? -1) >= last, 60 * 60)).toBe(true);
  };
  const stores = [folder(), folder()].map((path) => openStore(path, built));
  const [source, target] = stores as [LmdbStore, LmdbStore];
  for (const store of stores) done(() => store.close());
  run(source, 4);
  const { settled } = source.opened();
  const staging = target.staging();
  const anchor = { window: settled.window, proposalHash: settled.side.proposalHash };
  staging.begin(anchor);
  const all = Object.fromEntries(TABLES.map((table) => [table, settled.state.range(table)]));
  staging.write(new State(staging).apply(all).delta, { anchor, total: 2, chunks: [] });
  target.adopt({ ...settled, state: new State(staging) });
  expect([target.entry(4), target.certificate(4)]).toEqual([undefined, []]);
  for (const store of stores) run(store, 6);
  expect(target.opened().settled.side).toEqual(source.opened().settled.side);
  expect(target.opened().settled.state.roots()).toEqual(source.opened().settled.state.roots());
  expect([4, 5].map((window) => target.entry(window)?.header.window)).toEqual([undefined, 5]);
});
