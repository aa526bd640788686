import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Net } from '#core/host/net.suite.ts';
import { Disk } from '#core/journal/disk.ts';
import { foundation } from '#core/participant/party.suite.ts';
import type { OpenRecord } from '#core/participant/types.ts';
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

/** Accounts in each of the files of a closed store. */
const rowsIn = (path: string): Readonly<Record<string, number>> => {
  const files = ['store.lmdb', 'store-2.lmdb'].filter((file) => existsSync(join(path, file)));
  const rows = files.map((file) => {
    const environment = new Environment(join(path, file));
    const count = environment.database('account-records').keys(10_000).length;
    environment.close();
    return [file, count] as const;
  });
  return Object.fromEntries(rows);
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
  store.clearFormer();
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
  store.clearFormer();
  expect(mustBeWhole(store, built)).toBe(9);
  store.close();
  expect(rowsIn(path)).toEqual({ 'store-2.lmdb': 60 });
  store = openStore(path, built);
  takeSnapshot(store, built, 11);
  expect(mustBeWhole(store, built)).toBe(11);
  // What is left of a state before does not hinder the next snapshot.
  takeSnapshot(store, built, 13, { size: 30 });
  expect(mustBeWhole(store, built, 30)).toBe(13);
  store.close();
  expect(rowsIn(path)).toEqual({ 'store.lmdb': 60, 'store-2.lmdb': 30 });
  store = openStore(path, built);
  expect(mustBeWhole(store, built, 30)).toBe(13);
  expect(store.written).toBe(3);
  store.clearFormer();
  store.close();
  expect(rowsIn(path)).toEqual({ 'store-2.lmdb': 30 });
  store = openStore(path, built);
});

it('what was signed last outlives the snapshots that are adopted, on the disk of a replay too', () => {
  const id = (n: number): string => `${n}`.padStart(64, '0');
  const open: OpenRecord = {
    ...{ window: 0, round: 2, signed: [], listed: [], locked: undefined, valid: undefined, certificate: [] },
    chain: { wStart: 3, checkpoints: Array.from({ length: 3_000 }, (_, i) => id(i)) },
    sticky: [{ sender: id(1), prevHash: id(2), operation: id(3), window: 0 }],
    rejected: [{ sender: id(1), prevHash: id(4), operations: [id(5)] }],
  };
  const path = folder();
  let store = openStore(path, built);
  done(() => store.close());
  const disk = new Disk(genesis).write({ open });
  store.write(undefined, open);
  for (const window of [9, 11, 13]) {
    takeSnapshot(store, built, window);
    disk.write({ adopted: settledOf(built, window, genesis.state) });
    for (const kept of [store, disk]) {
      expect(kept.opened().settled.window).toBe(window);
      expect(kept.opened().open).toEqual(open);
    }
    store.close();
    store = openStore(path, built);
    expect(store.opened().open).toEqual(open);
  }
});

it('is held by one process, whichever of its files it is in', () => {
  const path = folder();
  const store = openStore(path, built);
  done(() => store.close());
  const held = (): void => expect(() => openStore(path, built)).toThrow(/ is held by process /);
  takeSnapshot(store, built, 3, { most: 2 });
  held();
  takeSnapshot(store, built, 3);
  held();
  store.clearFormer();
  held();
  expect(mustBeWhole(store, built)).toBe(3);
});

it('begins with genesis where the state is gone and a snapshot under way is left', () => {
  const path = folder();
  const store = openStore(path, built);
  takeSnapshot(store, built, 3, { most: 2 });
  store.close();
  rmSync(join(path, 'store.lmdb'));
  const anew = openStore(path, built);
  done(() => anew.close());
  expect(mustBeWhole(anew, built)).toBe(-1);
  expect(anew.staging().staged()).toBeUndefined();
  expect(existsSync(join(path, 'store-2.lmdb'))).toBe(false);
});

it.each([
  ['nothing', 0],
  ['zeros', 8_192],
])('a file that a crash left with %s in it is no snapshot, and is removed', (_, size) => {
  const path = folder();
  openStore(path, built).close();
  writeFileSync(join(path, 'store-2.lmdb'), new Uint8Array(size));
  const store = openStore(path, built);
  done(() => store.close());
  expect(mustBeWhole(store, built)).toBe(-1);
  expect(store.staging().staged()).toBeUndefined();
  expect(() => store.adopt(settledOf(built, 1, new State(store.staging())))).toThrow('no snapshot is under way');
  store.clearFormer();
  expect(existsSync(join(path, 'store-2.lmdb'))).toBe(false);
  expect(() => store.staging().node('account', '1')).toThrow('no snapshot was begun');
  takeSnapshot(store, built, 2);
  expect(mustBeWhole(store, built)).toBe(2);
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
