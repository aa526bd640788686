import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { hashId } from '#core/crypto/hash.ts';
import { accountId } from '#core/crypto/ids.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { submitOperation } from '#node/api/client.ts';
import { readIdentity } from '#node/config/identity.ts';
import { Devnet } from './devnet.ts';
import type { Founder } from './make.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-exchange-'));
let network: Devnet | undefined;
afterEach(async () => {
  await network?.stopAll();
  rmSync(dir, { recursive: true });
});

/** A machine that does other work besides is slow, not wrong. */
const PATIENCE = 240_000;

/** Leaves a founder no peers in its configuration but these. */
const keepPeers = ({ folder }: Founder, peers: readonly Founder[]): void => {
  const text = readFileSync(folder.config, 'utf8');
  const lines = text.split('\n').filter((line) => {
    const [, peer] = /^ +- (\S+\/p2p\/\S+)$/.exec(line) ?? [];
    return peer === undefined || peers.some(({ address }) => address === peer);
  });
  writeFileSync(folder.config, lines.join('\n'));
};

/** An operation of a founder that needs nothing before it. */
const anchorOf = ({ folder }: Founder) => {
  const account = mlDsa65.key(readIdentity(folder.identity).seeds.account);
  const sender = accountId(SUITE_ML_DSA_65, account.publicKey);
  const prevHash = hashId('mt-genesis', sender);
  return makeOperation({ type: 'Anchor', sender, prevHash, appId: ZERO_ID, dataHash: ZERO_ID }, account);
};

test('a live node that knows one learns of all by exchange; its operation settles over a stem', async () => {
  const config = { tau1Seconds: 20, timers: 'patient' };
  network = await Devnet.make({ nodes: 5, dir, params: { ...DEVNET, d0: 1_048_576n }, config });
  const founders = network.founders.slice(0, 4);
  const last = network.founders[4]!;
  for (const founder of founders) keepPeers(founder, founders);
  keepPeers(last, founders.slice(0, 1));
  await network.startAll();
  await expect
    .poll(async () => (await network?.status(4))?.peers.filter(({ level }) => level === 'node').length, {
      timeout: PATIENCE,
      interval: 500,
    })
    .toBe(4);
  await expect.poll(async () => (await network?.status(4))?.known, { timeout: PATIENCE, interval: 500 }).toBe(4);
  await submitOperation(last.folder.socket, anchorOf(last).bytes, 0);
  await expect
    .poll(async () => (await network?.statuses())?.map((status) => status?.counters.operationsFinal), {
      timeout: PATIENCE,
      interval: 500,
    })
    .toEqual([1, 1, 1, 1, 1]);
  expect(network.fault()).toBeUndefined();
});
