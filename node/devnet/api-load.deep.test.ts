import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { hashId } from '#core/crypto/hash.ts';
import { accountId } from '#core/crypto/ids.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { verifyAccountProof } from '#core/services/account-proof.ts';
import * as api from '#node/api/client.ts';
import { readIdentity } from '#node/config/identity.ts';
import { ApiLoad } from './api-load.ts';
import { Devnet } from './devnet.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-api-load-'));
let network: Devnet | undefined;
let load: ApiLoad | undefined;
afterEach(async () => {
  await load?.stop();
  await network?.stopAll();
  rmSync(dir, { recursive: true });
});

/** A machine that does other work besides is slow, not wrong. */
const PATIENCE = 240_000;
/** Requests a second, for so many seconds. */
const RATE = 2_000;
const SECONDS = 10;
/** Milliseconds without them, before and after. */
const QUIET = 6_000;

/** Seconds from one final window to the next, while `work` lasts. */
const windowsDuring = async (socket: string, work: Promise<unknown>): Promise<readonly number[]> => {
  const spans: number[] = [];
  let isOver = false;
  void work.finally(() => {
    isOver = true;
  });
  let last = await api.nextWindow(socket, -1);
  for (let at = performance.now(); !isOver; ) {
    last = (await api.nextWindow(socket, last?.window ?? 0)) ?? last;
    const now = performance.now();
    spans.push((now - at) / 1_000);
    at = now;
  }
  return spans;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('a node answers its owner, and windows go on under 2 000 requests a second', async () => {
  const config = { api: '127.0.0.1:0', logLevel: 'warn' };
  network = await Devnet.make({ nodes: 2, dir, params: { ...DEVNET, d0: 4_194_304n }, config });
  await network.startAll();
  const { folder } = network.founders[0]!;
  const { socket } = folder;
  await network.waitForWindow(1, PATIENCE);
  const account = mlDsa65.key(readIdentity(folder.identity).seeds.account);
  const sender = accountId(SUITE_ML_DSA_65, account.publicKey);
  const prevHash = hashId('mt-genesis', sender);
  const anchor = makeOperation({ type: 'Anchor', sender, prevHash, appId: ZERO_ID, dataHash: ZERO_ID }, account);
  expect((await api.operationState(socket, anchor.id)).state).toBe('unknown');
  expect(await api.accountOf(socket, sender)).toMatchObject({ account: { frontierHash: prevHash, opHeight: 0 } });
  expect(await api.accountOf(socket, ZERO_ID)).toMatchObject({ account: null });
  await api.submitOperation(socket, anchor.bytes);
  await expect
    .poll(async () => (await api.operationState(socket, anchor.id)).state, { timeout: PATIENCE, interval: 100 })
    .toBe('settled');
  const { window } = await api.operationState(socket, anchor.id);
  const found = { id: anchor.id, window, type: 'Anchor', dataHash: ZERO_ID };
  expect(await api.historyOf(socket, sender)).toMatchObject({ operations: [found], next: null, oldest: 0 });
  expect(await api.historyOf(socket, sender, window!)).toMatchObject({ operations: [], next: null });
  // The other node never was handed it: it heard of it, and after a new start knows it from what it keeps.
  const other = network.founders[1]!.folder.socket;
  await network.waitForWindow(window! + 1, PATIENCE);
  expect(await api.operationState(other, anchor.id)).toMatchObject({ state: 'settled', window });
  await network.stop(1);
  await network.start(1);
  expect(await api.operationState(other, anchor.id)).toMatchObject({ state: 'settled', window });
  const { window: at, stateRoot, account: record } = await api.accountOf(socket, sender);
  const proof = await api.accountProofOf(socket, sender);
  const proven = verifyAccountProof(proof, stateRoot, sender);
  if (proven.ok) expect(proven.value?.frontierHash).toBe(record?.frontierHash);
  else expect((await api.accountOf(socket, sender)).window).toBeGreaterThan(at);
  expect(await api.askReady(socket)).toMatchObject({ ready: true });

  const text = readFileSync(folder.config, 'utf8');
  writeFileSync(
    folder.config,
    text.replace(/^logLevel: warn$/m, 'logLevel: silent').replace(/^#stem: on$/m, 'stem: off'),
  );
  expect(await api.askReload(socket)).toEqual({ applied: ['logLevel'], needsRestart: ['stem'] });
  writeFileSync(folder.config, `${text}\nmaxInbound: many\n`);
  await expect(api.askReload(socket)).rejects.toThrow(/maxInbound: is "many"; write a whole number/);

  const token = readFileSync(folder.token, 'utf8').trim();
  const address = readFileSync(folder.address, 'utf8').trim();
  const before = await windowsDuring(socket, wait(QUIET));
  const paths = [
    '/status',
    `/accounts/${sender}`,
    `/accounts/${sender}/operations`,
    `/accounts/${sender}/proof`,
    '/metrics',
  ];
  load = new ApiLoad(address, token, [...paths, `/operations/${anchor.id}`, '/peers', '/ready'], RATE);
  load.begin();
  const during = await windowsDuring(socket, wait(SECONDS * 1_000));
  const { codes, lost, times } = await load.end();
  const after = await windowsDuring(socket, wait(QUIET));
  const figures = await fetch(`http://${address}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const [, late] = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(await figures.text()) ?? [];
  const share = (part: number): string => (times[Math.floor(part * (times.length - 1))] as number).toFixed(1);
  console.log(
    `windows: ${mean(before).toFixed(2)} s each before (${before.length}), ${mean(during).toFixed(2)} s during (${during.length}), ` +
      `${mean(after).toFixed(2)} s after (${after.length}); ` +
      `answers ${JSON.stringify(codes)}, ms p50 ${share(0.5)}, p99 ${share(0.99)}, most ${share(1)}; main thread late p99 ${(1_000 * Number(late)).toFixed(1)} ms`,
  );
  expect(Object.keys(codes).every((code) => ['200', '429', '503'].includes(code))).toBe(true);
  expect(codes[200]).toBeGreaterThan(0);
  expect(lost).toBe(0);
  expect(during.length).toBeGreaterThan(0);
  expect(network.fault()).toBeUndefined();
});
