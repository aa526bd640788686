import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { fromHex } from '#core/bytes/bytes.ts';
import { Net } from '#core/host/net.suite.ts';
import { foundation } from '#core/participant/party.suite.ts';
import { takeSnapshot } from './adopt.suite.ts';
import { checkStore } from './check-store.ts';
import { Environment } from './environment.ts';
import { testFolder } from './folder.suite.ts';
import { windowKey } from './keys.ts';
import { openStore } from './lmdb-store.ts';
import { ANEW } from './store-error.ts';

const { folder } = testFolder();
const { built, genesis } = foundation({ count: 1 });
const { built: other } = foundation({ count: 2 });

const check = (path: string, network = built) => checkStore(path, network, () => {}, 2);

/** The file of a network of one after a few windows. */
let image: Uint8Array;

beforeAll(() => {
  const path = mkdtempSync(join(tmpdir(), 'montana-store-'));
  const store = openStore(path, built);
  const net = new Net(1, 0, { keeps: () => store });
  net.start();
  expect(net.until(() => net.seats[0]?.finals.at(-1)?.settled.window === 4, 60 * 60)).toBe(true);
  store.close();
  image = readFileSync(join(path, 'store.lmdb'));
  rmSync(path, { recursive: true });
});

const whole = (): string => {
  const path = folder();
  writeFileSync(join(path, 'store.lmdb'), image);
  return path;
};

/** A copy of it with one row changed; null removes it. */
const damaged = (name: string, key: Uint8Array, change: (value: Uint8Array) => Uint8Array | null): string => {
  const path = whole();
  const environment = new Environment(join(path, 'store.lmdb'));
  const rows = environment.database(name);
  const value = change(rows.get(key) as Uint8Array);
  environment.transaction(() => (value === null ? rows.remove(key) : rows.put(key, value)));
  environment.close();
  return path;
};

/** Of a fault, what is wrong; it has to say how to begin anew. */
const wrong = (fault: string | undefined): string => {
  const [, what] = /^the store is damaged: (.*); ([^;]*)$/.exec(fault ?? '') ?? [];
  expect(fault?.endsWith(ANEW)).toBe(true);
  return what as string;
};

const flipped =
  (at: number) =>
  (value: Uint8Array): Uint8Array => {
    const bytes = value.slice();
    bytes[at] = (bytes[at] as number) ^ 1;
    return bytes;
  };

it('finds nothing wrong with a whole store, and leaves it free', async () => {
  const path = whole();
  const lines: string[] = [];
  const report = await checkStore(path, built, (line) => lines.push(line), 4);
  expect(report).toMatchObject({ window: 4, holder: undefined, paths: 3 * 4, entries: 5, fault: undefined });
  // Of each window a proposal and a certificate of one vote, at least; and no more than there is in all.
  expect(report.archiveBytes).toBeGreaterThan(5 * (3_722 + 3_384));
  expect(report.archiveBytes).toBeLessThan(image.length);
  expect(lines).toEqual([
    'window 4: the tables have the state root of its header',
    'account tree: 4 paths lead to its root',
    'node tree: 4 paths lead to its root',
    'candidate tree: 4 paths lead to its root',
    'archive: each of 5 entries is the parent of the next',
  ]);
  const store = openStore(path, built);
  expect(report.stateRoot).toBe(store.opened().settled.state.stateRoot());
  store.close();
});

it.each([
  ['a record', 'account-records', flipped(40), 'the account tree is broken on the way to '],
  ['a record that is gone', 'node-records', () => null, 'the node tree is broken on the way to '],
])('finds %s that is not what the tree says', async (_, name, change, fault) => {
  const [founder] = built.network.founders;
  const [account] = Array.from(genesis.state.accounts());
  const key = name === 'node-records' ? founder : account?.accountId;
  const { fault: found } = await check(damaged(name, fromHex(key as string), change));
  // What is gone is met on the way to any key that is not there.
  expect(wrong(found).startsWith(name === 'node-records' ? fault : `${fault}${key}`)).toBe(true);
});

it('finds a tree that is not that of the last header', async () => {
  const root = Uint8Array.of(0x10);
  const { fault, paths } = await check(damaged('account-tree', root, flipped(3)));
  expect(wrong(fault)).toMatch(/^the tables have state root [0-9a-f]{64}, the header of window 4 says [0-9a-f]{64}$/);
  expect(paths).toBe(0);
});

it('finds a gap in the archive, and an entry that is not the parent of the next', async () => {
  const at = (window: number, change: (value: Uint8Array) => Uint8Array | null) =>
    check(damaged('entries', windowKey(window), change));
  expect(wrong((await at(2, () => null)).fault)).toBe('the archive has no entry of window 2');
  // Behind the length of the header: the hash of the parent is its first field.
  expect(wrong((await at(3, flipped(5))).fault)).toMatch(
    /^window 4 has the parent [0-9a-f]{64}, the archive has [0-9a-f]{64}$/,
  );
  expect(wrong((await at(1, () => new Uint8Array(5))).fault)).toMatch(/./);
});

it('knows a store that adopted a snapshot, and one of genesis', async () => {
  const path = folder();
  const store = openStore(path, built);
  expect(await check(path)).toMatchObject({ window: -1, entries: 0, fault: undefined });
  takeSnapshot(store, built, 9);
  expect(await check(path)).toMatchObject({ window: 9, holder: process.pid, fault: undefined });
  takeSnapshot(store, built, 12, { most: 2 });
  store.close();
  expect(await check(path)).toMatchObject({ window: 9, entries: 0, archiveBytes: 0, paths: 3 * 2, fault: undefined });
});

it('says where there is no store of this network', async () => {
  const path = folder();
  const file = join(path, 'store.lmdb');
  await expect(check(path)).rejects.toThrow(/store\.lmdb is not there, or empty; start the node once to make it$/);
  writeFileSync(file, '');
  await expect(check(path)).rejects.toThrow(/store\.lmdb is not there, or empty; start the node once to make it$/);
  writeFileSync(file, 'no database at all, '.repeat(1_000));
  await expect(check(path)).rejects.toThrow(`${file} is no LMDB file; ${ANEW}`);
  await expect(check(whole(), other)).rejects.toThrow(/ is the store of another network, [0-9a-f]{64}, not of /);
});

it('looks at no file whose end is missing', async () => {
  const path = whole();
  for (const size of [image.length >> 1, 8_192]) {
    truncateSync(join(path, 'store.lmdb'), size);
    await expect(check(path)).rejects.toThrow(/store\.lmdb is cut short; stop the node, wait .* or remove /);
  }
});
