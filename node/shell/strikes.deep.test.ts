import seedrandom from 'seedrandom';
import { afterEach, expect, test } from 'vitest';
import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import { hashId } from '#core/crypto/hash.ts';
import { accountId } from '#core/crypto/ids.ts';
import { SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { makeOperation } from '#core/operations/codec.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { nodeJournals } from '#node/cli/replay-node.ts';
import { compareJournals } from '#node/crosscheck/crosscheck.ts';
import { openStore } from '#node/store/lmdb-store.ts';
import { accountKey, genesisOf, LiveNet, nodeIdOf } from './net.suite.ts';
import { STRUCK_EFFECTS, struckBy } from './strikes.suite.ts';

const NODES = 4;
const STRUCK = 3;
const D0 = 400_000;
const SEED = 'strikes';

/** The n-th effect of a kind, at most. A process cancels a stretch as it catches up, and seldom afterwards. */
const MOST: Readonly<Record<(typeof STRUCK_EFFECTS)[number], number>> = {
  ...{ persist: 20, send: 40, notice: 20, work: 4, cancel: 1, timer: 40, alarm: 20 },
};

let net: LiveNet;
afterEach(() => net.close());

const key = accountKey(STRUCK);
const sender = accountId(SUITE_ML_DSA_65, key.publicKey);

/** Anchors of the struck node's account, one after another. */
const anchors = (count: number): readonly Operation[] => {
  const operations: Operation[] = [];
  let prevHash: Id = hashId('mt-genesis', sender);
  while (operations.length < count) {
    const fields = { type: 'Anchor', sender, prevHash, appId: ZERO_ID, dataHash: ZERO_ID } as const;
    const operation = makeOperation(fields, key);
    operations.push(operation);
    prevHash = operation.id;
  }
  return operations;
};

test('a process dies before or after an effect of every kind: nothing is signed twice, what it said stays', async () => {
  net = new LiveNet(NODES, D0, { journal: true });
  const seat = net.seat(STRUCK);
  const random = seedrandom(SEED);
  const operations = anchors(2 * STRUCK_EFFECTS.length + 1);
  const start = async (...strike: Parameters<typeof struckBy>): Promise<void> => {
    seat.stopped = undefined;
    await net.start(STRUCK, {}, struckBy(...strike)).catch(() => {});
    const next = operations.findLastIndex(({ id }) => net.seat(0).confirmed.includes(id)) + 1;
    for (const { protocol } of net.seats) protocol?.submit((operations[next] as Operation).bytes);
  };
  for (const index of [0, 1, 2]) await net.start(index);
  for (const kind of STRUCK_EFFECTS) {
    for (const side of ['before', 'after'] as const) {
      const nth = 1 + Math.floor(random() * MOST[kind]);
      const said = net.head(STRUCK);
      await start({ kind, side, nth });
      await net.until(() => seat.stopped !== undefined);
      await net.kill(STRUCK);
      console.log(`${side} ${kind} ${nth}: final ${said} to ${net.head(STRUCK)}`);
      const head = net.head(0);
      await net.until(() => net.head(0) >= head + 2);
    }
  }
  await start();
  const said = net.head(STRUCK);
  expect((await net.protocol(STRUCK).standing()).finalWindow).toBeGreaterThanOrEqual(said);
  const confirmed = [...seat.confirmed];
  const head = net.head(0);
  await net.until(() => net.seats.every((_, index) => net.head(index) >= head + 3));
  for (const { protocol } of net.seats) await protocol?.stop();

  for (const { finals } of net.seats) {
    for (const [window, root] of finals) {
      expect([window, net.seat(0).finals.get(window) ?? root]).toEqual([window, root]);
    }
  }
  const store = openStore(seat.folder, buildGenesis(genesisOf(NODES, D0)));
  // The archive forgets an operation after 2τ₂ windows; the account's chain keeps all that were settled.
  const { frontierHash } = store.opened().settled.state.account(sender) as AccountRecord;
  const settled = operations.slice(0, operations.findIndex(({ id }) => id === frontierHash) + 1).map(({ id }) => id);
  expect(confirmed.length).toBeGreaterThan(0);
  expect(confirmed.filter((id) => !settled.includes(id))).toEqual([]);
  store.close();
  const nodes = net.seats.map((_, index) => ({ nodeId: nodeIdOf(index) }));
  const { equal, lines } = compareJournals(
    { nodes },
    net.seats.map(({ folder }) => nodeJournals(folder)),
  );
  console.log(`seed ${SEED}, ${confirmed.length} operations confirmed; ${lines.slice(-2).join('; ')}`);
  expect(equal, lines.join('\n')).toBe(true);
});
