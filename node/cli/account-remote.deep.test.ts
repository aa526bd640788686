import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodeAddress } from '#core/crypto/ids.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { Devnet } from '#node/devnet/devnet.ts';
import { montana } from './launch.suite.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-remote-'));
let network: Devnet | undefined;
afterAll(async () => {
  await network?.stopAll();
  rmSync(dir, { recursive: true });
});

/** A machine that does other work besides is slow, not wrong. */
const PATIENCE = 240_000;

test('a wallet without a node pays by way of another’s, and believes what is proven', async () => {
  network = await Devnet.make({ nodes: 2, dir, params: { ...DEVNET, d0: 524_288n } });
  await network.startAll();
  await network.waitForWindow(3, PATIENCE);
  const [alice, host] = network.founders;
  const bob = join(dir, 'bob/identity.bin');
  const request = join(dir, 'bob.montana-request');
  expect(await montana('keys', 'new', '--identity', bob)).toMatchObject({ status: 0 });
  expect(await montana('account', 'receive', '--identity', bob, '--out', request)).toMatchObject({ status: 0 });
  const genesis = join(dir, 'genesis.yaml');
  const remote = ['--identity', bob, '--remote', host!.address, '--genesis', genesis];
  const unguarded = await montana('account', 'balance', ...remote.slice(0, 4));
  expect(unguarded.stderr).toContain('name --genesis <file>');
  await expect
    .poll(() => montana('account', 'send', request, '1', '--yes', '--dir', alice!.folder.path), { timeout: PATIENCE })
    .toMatchObject({ status: 0 });

  const identity = readIdentity(alice!.folder.identity);
  wipeIdentity(identity);
  const paid = await montana('account', 'send', encodeAddress(identity.accountId), '0.25', '--yes', ...remote);
  expect(paid).toMatchObject({ status: 0, stderr: '' });
  expect(paid.stdout).toMatch(/settled: in window \d+\n$/);
  expect(readdirSync(join(dir, 'bob')).filter((name) => name.endsWith('.pending'))).toEqual([]);
  expect((await montana('account', 'balance', ...remote)).stdout).toMatch(/balance\s+0\.75/);
  const watched = await montana('account', 'watch', '--windows', '2', ...remote);
  expect(watched.stdout.match(/final {5}balance 0\.75/g)).toHaveLength(2);
});
