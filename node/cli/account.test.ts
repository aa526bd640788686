import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeAddress } from '#core/crypto/ids.ts';
import { accountOf } from '#core/operations/accounts.suite.ts';
import { answeringPorts } from '#node/api/ports.suite.ts';
import { makeApi, serveApi } from '#node/api/server.ts';
import { sampleStatus } from '#node/api/status.suite.ts';
import { makeNodeFolder } from '#node/config/folder.ts';
import { writeGenesisFile } from '#node/config/genesis-file.ts';
import { type Identity, writeEphemeral } from '#node/config/identity.ts';
import { FakeChain, genesis } from '#node/owner/chain.suite.ts';
import { writeRequest } from '#node/owner/payment-request.ts';
import { accountAddress } from './account-address.ts';
import { accountBalance } from './account-balance.ts';
import { accountChangeKey } from './account-change-key.ts';
import { accountHistory } from './account-history.ts';
import { accountResume } from './account-resume.ts';
import { accountSend } from './account-send.ts';
import { accountWatch } from './account-watch.ts';
import { ended, start } from './launch.suite.ts';
import { said } from './said.suite.ts';

let chain: FakeChain;
vi.mock('#node/owner/chain.ts', async (original) => ({ ...(await original<object>()), chainOf: () => chain }));

const root = mkdtempSync(join(tmpdir(), 'montana-account-cli-'));
afterAll(() => rmSync(root, { recursive: true }));

const folder = makeNodeFolder(join(root, 'alice'));
writeFileSync(folder.config, '');
writeGenesisFile(folder.genesis, genesis);

const identityOf = (file: string, n: number): Identity =>
  writeEphemeral(file, {
    account: new Uint8Array(32).fill(n),
    node: new Uint8Array(32).fill(n + 1),
    app: new Uint8Array(64).fill(n + 2),
  });
const alice = identityOf(folder.identity, 1);
const bob = identityOf(join(root, 'bob.bin'), 5);
const next = join(root, 'next.bin');
identityOf(next, 9);
const request = join(root, 'bob.montana-request');
writeRequest(request, bob.accountKey);

const asAlice = { dir: folder.path, yes: true };
const asBob = { dir: folder.path, identity: join(root, 'bob.bin'), yes: true };
const [aliceAddress, bobAddress] = [encodeAddress(alice.accountId), encodeAddress(bob.accountId)];
const send = (to: string, amount: string, options: object = asAlice) =>
  said(() => accountSend(to, amount, { dir: folder.path, ...options }));

beforeEach(() => {
  const key = { publicKey: alice.accountKey, sign: () => alice.accountKey };
  chain = new FakeChain([accountOf(key, { accountId: alice.accountId, balance: 10_000_000_000n })]);
  // Each time another chain, of which nobody has seen anything.
  for (const seenIn of [root, folder.path]) {
    for (const name of readdirSync(seenIn)) if (/\.seen\.\d+$/.test(name)) rmSync(join(seenIn, name));
  }
});

test('a payment from the first to the last word, then the account and its past on both sides', async () => {
  expect(await said(() => accountBalance(asBob))).toMatchObject({ status: 1, stderr: '' });
  expect(await send(request, '2.5')).toEqual({
    status: 0,
    stdout: 'pending: the network has it; it waits for a window\nsettled: in window 1\n',
    stderr: '',
  });
  const json = await send(aliceAddress, '500000000 moneta', { ...asBob, json: true });
  expect(JSON.parse(json.stdout)).toMatchObject({ state: 'settled', window: 2, reason: null });
  expect(json.stderr).toMatch(/^pending: /);
  const balance = await said(() => accountBalance(asBob));
  expect(balance.stdout).toMatch(
    /^address {6}mt.*\nbalance {6}2 MONT\nfingerprint {2}([a-z]+ ?){6}\n.*\nwindow {7}2 is final\n$/,
  );
  const raw = JSON.parse((await said(() => accountBalance({ ...asBob, json: true }))).stdout) as object;
  expect(raw).toMatchObject({ window: 2, account: { balance: '2000000000' } });
  const history = await said(() => accountHistory({ ...asBob, count: '20' }));
  expect(history.stdout).toMatch(
    new RegExp(
      `^ +2 {2}sent {6}0\\.5 MONT to ${aliceAddress} .*\\n +1 {2}received {2}2\\.5 MONT from ${aliceAddress} .*\\n$`,
    ),
  );
  const part = await said(() => accountHistory({ ...asAlice, count: '1' }));
  expect(part.stdout).toMatch(/^ +2 {2}received .*\nolder: --before 2\n$/);
  const older = JSON.parse(
    (await said(() => accountHistory({ ...asAlice, count: '1', before: '2', json: true }))).stdout,
  ) as object;
  expect(older).toMatchObject({
    account: alice.accountId,
    operations: [{ window: 1, type: 'TransferModeB' }],
    next: null,
  });
  expect((await said(() => accountWatch({ ...asAlice, windows: '2' }))).stdout).toBe(
    '       2  final     balance 8 MONT\n       3  final     balance 8 MONT\n',
  );
  expect((await said(async () => accountAddress(asBob))).stdout).toBe(`${bobAddress}\n`);
});

test('an identity without a node: what is missing is said, as are commands by which it can be typed', async () => {
  const elsewhere = { dir: 'montana-node', identity: join(root, 'bob.bin') };
  for (const ask of [
    accountBalance,
    accountResume,
    (which: typeof elsewhere) => accountHistory({ ...which, count: '1' }),
  ]) {
    await expect(async () => ask(elsewhere)).rejects.toThrow(
      'montana-node: there is no node; name the folder of a running node with --node',
    );
  }
  expect((await said(async () => accountAddress(elsewhere))).stdout).toBe(`${bobAddress}\n`);
  const { stdout } = await said(() => accountBalance({ ...elsewhere, node: folder.path }));
  expect(stdout).toContain(`see "montana account receive --identity ${elsewhere.identity}"`);
});

test('account watch ends with 0 on Ctrl-C', async () => {
  const dir = makeNodeFolder(join(root, 'watched'));
  writeFileSync(dir.config, '');
  identityOf(dir.identity, 1);
  const api = makeApi({ ...answeringPorts(sampleStatus()), nextWindow: () => new Promise(() => {}) });
  await serveApi(api, dir.socket);
  const child = start(['account', 'watch', '--dir', dir.path]);
  const told = ended(child);
  child.stdout.once('data', () => child.kill('SIGINT'));
  expect(await told).toMatchObject({ status: 0, signal: null, stderr: '' });
  api.server.closeAllConnections();
  await api.close();
});

describe('nothing is signed', () => {
  test.each([
    ['5x', request, '5x: write an amount as 12.5, which is Montana'],
    [
      '5',
      'bob',
      'bob: is no address; one begins with mt, and a wrong letter is noticed: copy it again, or name a payment',
    ],
    ['5', bobAddress, 'there is no such account yet; ask the receiver for a payment request'],
    ['0', request, 'write at least 1 moneta'],
    ['10.000000001', request, 'the balance is too small'],
    ['1', aliceAddress, 'an account cannot pay itself'],
  ])('%s to %s', async (amount, to, told) => {
    await expect(async () => send(to, amount)).rejects.toThrow(told);
    expect(chain.said).toEqual([]);
    expect(readdirSync(folder.path).filter((name) => name.includes('.pending'))).toEqual([]);
  });

  test('where nobody says yes', async () => {
    if (process.stdin.isTTY === true) return;
    await expect(send(request, '1', { yes: false })).rejects.toThrow('nobody can be asked here; nothing was signed');
    await expect(said(() => accountChangeKey({ ...asAlice, yes: false, to: next }))).rejects.toThrow(
      'nothing was signed',
    );
    expect(chain.said).toEqual([]);
  });
});

test('what the network does not take stays, is taken up, and can be given up', async () => {
  chain.reason = 'no room';
  const refused = await send(request, '1');
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    /^montana: not taken now: the network says no room; .*"montana account resume --dir \S+alice" tries again\n$/,
  );
  await expect(send(request, '1')).rejects.toThrow(/under way.*"montana account resume --dir \S+alice" takes it up/);
  expect((await said(() => accountResume({ ...asAlice, json: true }))).stdout).toContain('"state":"refused"');
  chain.reason = undefined;
  expect(await said(() => accountResume(asAlice))).toMatchObject({ status: 0, stderr: '' });
  expect(await said(() => accountResume(asAlice))).toMatchObject({ status: 0, stdout: 'nothing is under way\n' });
  chain.reason = 'no room';
  await send(request, '1');
  await expect(said(() => accountResume({ ...asAlice, giveUp: true }))).rejects.toThrow(
    /^given up: .* no room; should/,
  );
  chain.reason = undefined;
  expect((await send(request, '2')).status).toBe(0);
});

test('an account changes its key: the old one is refused, the new one pays', async () => {
  const changed = await said(() => accountChangeKey({ ...asAlice, to: next }));
  expect(changed).toMatchObject({ status: 0, stderr: '' });
  expect(changed.stdout).toContain(`--identity ${next} --account ${aliceAddress}`);
  await expect(send(request, '1')).rejects.toThrow(/name the identity of the new key/);
  expect((await send(request, '1', { ...asAlice, identity: next, account: aliceAddress })).status).toBe(0);
  expect((await said(() => accountHistory({ ...asAlice, count: '9' }))).stdout).toContain('changed   its key');
  expect(existsSync(`${next}.pending`)).toBe(false);
});
