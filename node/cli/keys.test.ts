import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fromHex } from '#core/bytes/bytes.ts';
import { readIdentity, writeRecoverable } from '#node/config/identity.ts';
import { accountAddress } from './account-address.ts';
import { accountReceive } from './account-receive.ts';
import { keysForgetSeed } from './keys-forget-seed.ts';
import { keysNew } from './keys-new.ts';
import { keysRestore } from './keys-restore.ts';
import { keysShow } from './keys-show.ts';
import { said } from './said.suite.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-keys-'));
afterAll(() => rmSync(root, { recursive: true }));

const dir = join(root, 'none');
/** Of M-1.1 (01 §7.4). */
const SEED =
  '38a1421ac3ce191fbdc46b1cca266a9d72d22320fb38bda6a3df90a1ead664a78951703197be882ace38e0f557a492a8e9ff5e3c02290a8eecf5939468708edb';
const ADDRESS = 'mt2D4zg5S4qjjNLmuqLZsuS9rwMUoa47SgmQ7RQvkW7hfVmaRgfb';

test('keys new shows 24 words, and never writes over another identity', async () => {
  const identity = join(root, 'new/bob.bin');
  const { status, stdout, stderr } = await said(async () => keysNew({ dir, identity }));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect([
    ...stdout
      .split('\n')
      .slice(0, 6)
      .join(' ')
      .matchAll(/\d+ [a-z]+/g),
  ]).toHaveLength(24);
  expect(statSync(join(root, 'new')).mode & 0o777).toBe(0o700);
  expect(stdout).toContain('recoverable: the file holds the master seed');
  expect((await said(async () => keysShow({ dir, identity }))).stdout).toBe(stdout.split('\n\n').at(-1));
  const before = readFileSync(identity);
  await expect(async () => keysNew({ dir, identity })).rejects.toThrow(/there is an identity already; it is kept/);
  await expect(keysRestore({ dir, identity })).rejects.toThrow(/there is an identity already/);
  expect(readFileSync(identity)).toEqual(before);
});

test('keys show has what 01 §7 says of a seed, and no secret; forget-seed keeps the keys', async () => {
  const identity = join(root, 'alice.bin');
  writeRecoverable(identity, fromHex(SEED));
  const shown = await said(async () => keysShow({ dir, identity, json: true }));
  const before = JSON.parse(shown.stdout) as object;
  expect(before).toMatchObject({
    mode: 'recoverable',
    address: ADDRESS,
    accountId: '9f199584ed120b987b617ba5bff829e176f23e5465dd70cfac5c141dfb131a21',
    nodeId: 'c36514f71adbd7b1772628f184a2e9075cef8bb91f6c38d5cd1e4f3030674018',
    fingerprint: 'exercise candy hill gentle pelican settle',
    recoveryFingerprint: '427f497d0296dfa255154fadbfecc48464c6ec749131698e5769e4ae22d9259d',
  });
  const seed = readFileSync(identity).subarray(9);
  expect(shown.stdout).not.toContain(seed.subarray(0, 8).toString('hex'));
  const forgotten = await said(() => keysForgetSeed({ dir, identity, yes: true }));
  expect(forgotten.stdout).toContain('the master seed is gone; the keys are the same');
  expect(readFileSync(identity).indexOf(seed.subarray(0, 16))).toBe(-1);
  const after = JSON.parse((await said(async () => keysShow({ dir, identity, json: true }))).stdout) as object;
  expect(after).toEqual({ ...before, mode: 'ephemeral' });
  expect((await said(() => keysForgetSeed({ dir, identity, yes: true }))).stdout).toContain('no master seed in it');
});

test('words on the command line are refused, and not repeated', async () => {
  await expect(keysRestore({ dir, mnemonic: 'abandon' })).rejects.toThrow(/^--mnemonic takes - alone: (?!.*abandon)/);
});

test('an ephemeral identity shows no words, is paid by its request, and is no secret', async () => {
  const identity = join(root, 'carol.bin');
  const out = join(root, 'carol.montana-request');
  const made = await said(async () => keysNew({ dir, identity, ephemeral: true }));
  expect(made.stdout).toContain('ephemeral: the file holds keys alone');
  expect(made.stdout).not.toContain('Write these');
  const { stdout } = await said(async () => accountReceive({ dir, identity, out }));
  const address = (await said(async () => accountAddress({ dir, identity }))).stdout.trim();
  expect(stdout).toContain(`montana account send ${out} <amount>`);
  expect(stdout).toContain(address);
  const json = await said(async () => accountReceive({ dir, identity, json: true }));
  expect(json.stdout).toBe(readFileSync(out, 'utf8'));
  const { seeds } = readIdentity(identity);
  for (const seed of [seeds.account, seeds.node, seeds.app]) {
    expect(json.stdout).not.toContain(Buffer.from(seed).toString('base64').slice(0, 20));
  }
  await expect(async () => accountReceive({ dir, identity, out: 'carol.json' })).rejects.toThrow(
    '--out carol.json: a payment request is called <name>.montana-request',
  );
  expect(existsSync('carol.json')).toBe(false);
});
