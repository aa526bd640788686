import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { type Identity, operatorKey, readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { Devnet } from '#node/devnet/devnet.ts';
import { AccountClient } from './client.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-client-'));
let network: Devnet | undefined;
let client: AccountClient | undefined;
let identity: Identity | undefined;
afterEach(async () => {
  await client?.close();
  if (identity !== undefined) wipeIdentity(identity);
  await network?.stopAll();
  rmSync(dir, { recursive: true });
});

const PATIENCE = 120_000;

test('an account reads itself at a node of others, hands in an operation, and sees it proven in its state', async () => {
  network = await Devnet.make({ nodes: 2, dir, params: { ...DEVNET, d0: 1_048_576n } });
  await network.startAll();
  await network.waitForWindow(1, PATIENCE);
  const [host, owner] = network.founders;
  identity = readIdentity(owner!.folder.identity);
  const { accountId: own } = identity;
  const { genesis } = network;
  client = await AccountClient.connect({ seed: identity.seeds.account, genesis, address: host!.address });
  expect([await client.exists(own), await client.exists('ab'.repeat(32))]).toEqual([true, false]);

  const before = await client.account(own);
  expect(before.window).toBeGreaterThanOrEqual(1);
  expect(before.account?.accountId).toBe(own);
  expect((await client.account('ab'.repeat(32))).account).toBeUndefined();
  expect((await client.status()).finalWindow).toBeGreaterThanOrEqual(before.window);

  const anchor = makeOperation(
    { type: 'Anchor', sender: own, prevHash: before.account!.frontierHash, appId: ZERO_ID, dataHash: 'cd'.repeat(32) },
    operatorKey(identity),
  );
  expect(await client.fate(anchor.id)).toEqual({ state: 'unknown', window: null, reason: null });
  client.submit(anchor);
  const until = performance.now() + PATIENCE;
  let fate = await client.fate(anchor.id);
  while (fate.state !== 'settled' && performance.now() < until) {
    await wait(250);
    fate = await client.fate(anchor.id);
  }
  expect(fate.state).toBe('settled');
  const after = await client.account(own);
  expect(after.account?.frontierHash).toBe(anchor.id);
  expect(after.window).toBeGreaterThanOrEqual(fate.window!);
  expect((await network.status(0))?.peers.map(({ level }) => level)).toContain('account');

  // The same answers, to who trusts other nodes: nothing is believed.
  const strangers = { window: -1, nodes: [] };
  const closed = client;
  await closed.close();
  expect(() => closed.submit(anchor)).toThrow('the connection is closed; connect again');
  await expect(closed.fate(anchor.id)).rejects.toThrow('the connection is closed; connect again');
  client = await AccountClient.connect({
    seed: identity.seeds.account,
    genesis,
    address: host!.address,
    trust: strangers,
  });
  await expect(client.account(own)).rejects.toThrow('proves nothing (InsufficientTrust); ask another node');
});
