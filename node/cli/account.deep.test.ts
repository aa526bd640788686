import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toHex } from '#core/bytes/bytes.ts';
import { encodeAddress } from '#core/crypto/ids.ts';
import { entropyToMnemonic } from '#core/crypto/mnemonic.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { readIdentity } from '#node/config/identity.ts';
import { Devnet } from '#node/devnet/devnet.ts';
import { recordOf } from '#node/owner/chain.ts';
import { type AccountOptions, readerOf } from '#node/owner/wallet.ts';
import { type Ended, ended, montana, start } from './launch.suite.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-account-'));
let network: Devnet;
beforeAll(async () => {
  network = await Devnet.make({ nodes: 2, dir, params: { ...DEVNET, d0: 524_288n } });
  await network.startAll();
});
afterAll(async () => {
  await network.stopAll();
  rmSync(dir, { recursive: true });
});

/** A machine that does other work besides is slow, not wrong. */
const PATIENCE = 240_000;

const [alice, other] = [join(dir, 'node-0'), join(dir, 'node-1')];
const bob = join(dir, 'bob/identity.bin');
const request = join(dir, 'bob.montana-request');
const asBob = ['--identity', bob, '--node', other];
const bobs = { dir: alice, identity: bob, node: other };

/** Everything that any command said. */
let heard = '';
const said = async (command: Promise<Ended>): Promise<Ended> => {
  const end = await command;
  heard += end.stdout + end.stderr;
  return end;
};
const account = (...args: string[]): Promise<Ended> => said(montana('account', ...args));

/** Of the account of an identity, as a node tells it; undefined: there is none. */
const accountNow = async (options: AccountOptions) => {
  const { account: id, chain } = readerOf(options);
  return recordOf(await chain.account(id));
};
const until = async (fits: (record: AccountRecord | undefined) => boolean, options: AccountOptions): Promise<void> => {
  for (const end = performance.now() + PATIENCE; !fits(await accountNow(options)); await wait(200)) {
    if (performance.now() > end) throw new Error('it does not come');
  }
};
const addressOf = (path: string): string => encodeAddress(readerOf({ dir: path }).account);
const pendingFiles = (): string[] => readdirSync(join(dir, 'bob')).filter((name) => name.endsWith('.pending'));

test('a new identity is paid first, pays on, survives a crash, changes its key; no secret leaves its file', async () => {
  const words = await said(montana('keys', 'new', '--identity', bob));
  heard = '';
  expect(words.status).toBe(0);
  const { accountId } = readIdentity(bob);
  const address = encodeAddress(accountId);
  expect(await account('receive', '--identity', bob, '--out', request)).toMatchObject({ status: 0 });
  const early = await account('balance', ...asBob);
  expect(early).toMatchObject({ status: 1, stderr: '' });
  expect(early.stdout).toContain('it begins with the first payment to it');

  // An operator earns; then the first payment creates the account.
  await until((record) => record !== undefined && record.balance > 5_500_000_000n, { dir: alice });
  const unknown = await account('send', address, '1', '--yes', '--dir', alice);
  expect(unknown).toMatchObject({ status: 1, stdout: '' });
  expect(unknown.stderr).toContain('ask the receiver for a payment request');
  const unsure = await account('send', request, '5.5', '--dir', alice);
  expect(unsure.stderr).toContain('nobody can be asked here; nothing was signed');
  const first = await account('send', request, '5.5', '--yes', '--dir', alice);
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(first.stdout).toMatch(/settled: in window \d+\n$/);
  await until((record) => record?.balance === 5_500_000_000n, bobs);

  // It pays on, and whoever watches sees it.
  const watching = start(['account', 'watch', '--json', ...asBob]);
  const watched = ended(watching);
  const isSeen = new Promise<void>((resolve) => {
    watching.stdout.on('data', (chunk: Buffer) => chunk.includes('"type":"Transfer"') && resolve());
  });
  const back = await account('send', addressOf(alice), '1', '--yes', '--json', ...asBob);
  expect(JSON.parse(back.stdout)).toMatchObject({ state: 'settled', reason: null });
  expect((await accountNow(bobs))?.balance).toBe(4_500_000_000n);
  await isSeen;
  watching.kill('SIGINT');
  expect((await watched).stdout).toMatch(/"balance":"5500000000".*\n(.*\n)*.*"balance":"4500000000","earned":"0"/);
  const lines = await account('watch', '--windows', '2', ...asBob);
  expect(lines.stdout).toMatch(/^ *\d+ {2}final {5}balance 4\.5 MONT\n *\d+ {2}final {5}balance 4\.5 MONT\n$/);

  // Killed as soon as the payment is durable: resumed with the same bytes, paid once.
  const payee = addressOf(other);
  const child = start(['account', 'send', payee, '0.25', '--yes', ...asBob]);
  const dead = said(ended(child));
  while (pendingFiles().length === 0 && child.exitCode === null) await wait(1);
  child.kill('SIGKILL');
  await dead;
  if (pendingFiles().length > 0) {
    const repeated = await account('send', payee, '0.25', '--yes', ...asBob);
    expect(repeated.stderr).toMatch(/"montana account resume --[^"]+" takes it up/);
  }
  expect(await account('resume', ...asBob)).toMatchObject({ status: 0, stderr: '' });
  expect(pendingFiles()).toEqual([]);
  expect((await accountNow(bobs))?.balance).toBe(4_250_000_000n);
  expect((await account('balance', ...asBob)).stdout).toContain('balance      4.25 MONT\n');

  const history = await account('history', ...asBob);
  expect(history.stdout).toMatch(/sent {6}0\.25 MONT to .*\n.*sent {6}1 MONT to .*\n.*received {2}5\.5 MONT from /);
  const page = JSON.parse((await account('history', '--json', '--count', '1', ...asBob)).stdout) as {
    operations: { window: number }[];
  };
  const older = await account('history', '--before', String(page.operations[0]!.window), ...asBob);
  expect(older.stdout).toContain('sent      1 MONT');
  expect(older.stdout).not.toContain('0.25 MONT');

  // Another key: the old one is refused, the new one pays.
  const next = join(dir, 'bob/next.bin');
  await montana('keys', 'new', '--ephemeral', '--identity', next);
  expect(await account('change-key', '--to', next, '--yes', ...asBob)).toMatchObject({ status: 0 });
  const stale = await account('send', payee, '0.25', '--yes', ...asBob);
  expect(stale.stderr).toContain('name the identity of the new key');
  const renewed = ['--identity', next, '--account', address, '--node', alice];
  await until((record) => record?.opHeight === 3, { dir: alice, identity: bob });
  expect(await account('send', payee, '0.25', '--yes', ...renewed)).toMatchObject({ status: 0 });

  // Words, seeds and secret keys stand in no log, no output, no file but the identity.
  const mnemonic = [
    ...words.stdout
      .split('\n')
      .slice(0, 6)
      .join(' ')
      .matchAll(/\d+ ([a-z]+)/g),
  ].map(([, word]) => word);
  expect(mnemonic).toHaveLength(24);
  const { seeds } = readIdentity(bob);
  const masterSeed = new Uint8Array(readFileSync(bob).subarray(9));
  const texts = [heard, ...[alice, other].map((path) => readFileSync(join(path, 'node.log'), 'utf8'))];
  for (const secret of [seeds.account, seeds.node, seeds.app, masterSeed]) {
    const forms = [toHex(secret), Buffer.from(secret).toString('base64'), [...secret].join(',')];
    for (const text of texts) for (const form of forms) expect(text.includes(form.slice(0, 30))).toBe(false);
  }
  for (const text of texts) expect(text).not.toContain(mnemonic.slice(0, 3).join(' '));
  expect(existsSync(join(dir, 'bob', 'identity.bin.new'))).toBe(false);
  expect(network.fault()).toBeUndefined();
});

test('words restore the same keys on another device, and stand in nothing it says', async () => {
  const restored = join(dir, 'restored.bin');
  const child = start(['keys', 'restore', '--identity', restored, '--ephemeral', '--mnemonic', '-']);
  child.stdin.end(`${entropyToMnemonic(new Uint8Array(32)).toUpperCase().replaceAll(' ', '\n')}\n`);
  const { status, stdout, stderr } = await ended(child);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).not.toMatch(/abandon/i);
  expect(stdout).toContain('427f497d0296dfa255154fadbfecc48464c6ec749131698e5769e4ae22d9259d');
  expect(stdout).toContain('ephemeral');
});
