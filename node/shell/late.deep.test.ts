import { afterEach, expect, test } from 'vitest';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { CONTRADICTS_CHECKPOINT } from '#core/sync/phase.ts';
import { nodeJournals } from '#node/cli/replay-node.ts';
import { compareJournals } from '#node/crosscheck/crosscheck.ts';
import { openStore } from '#node/store/lmdb-store.ts';
import { genesisOf, LiveNet, nodeIdOf } from './net.suite.ts';
import type { ProtocolSetting } from './setting.ts';
import { type Strike, struckBy } from './strikes.suite.ts';

/* Two founders have gone on for more than 64 windows, and one is away, when another node comes: nothing moves while it takes a snapshot. */

const FOUNDERS = [0, 1];
const JOINER = 2;
const D0 = 150_000;
/** Epochs to measure behind an anchor. */
const PARAMS = { tau2Windows: 20n, selectionInterval: 40n };
const LATE = 70;
const LMDB = new URL('../store/lmdb-store.ts', import.meta.url).href;
const SNAPSHOT_REQUEST = 0x40;

let net: LiveNet;
afterEach(() => net.close());

const head = (): number => Math.max(-1, ...net.seat(0).finals.keys());
/** A process of its own: what is killed leaves a store that another may open. */
const start = (index: number, changes: Partial<ProtocolSetting> = {}, strike?: Strike): Promise<void> =>
  net.start(index, changes, struckBy(strike));

const opened = (index: number) =>
  openStore(net.seat(index).folder, buildGenesis(genesisOf(FOUNDERS.length, D0, PARAMS)));

const foundedLongAgo = async (journal: boolean): Promise<void> => {
  const founded = { founders: FOUNDERS.length, params: PARAMS };
  net = new LiveNet(3, D0, { journal, snapshots: true }, founded);
  for (const index of FOUNDERS) await start(index);
  // The patience of a net is for one window.
  for (let window = 0; window <= LATE; window++) await net.until(() => head() >= window);
  await net.kill(1);
};

test('a joiner that is killed on its way to a snapshot goes on where it was; so does one whose server is killed', async () => {
  await foundedLongAgo(true);
  const seat = net.seat(JOINER);
  const strikes: readonly (Strike & { readonly requests: number })[] = [
    // Nothing is begun, the anchor is, nothing is durable of the chunks: they are asked for.
    { kind: 'stage', side: 'before', nth: 1, requests: 0 },
    { kind: 'stage', side: 'after', nth: 1, requests: 0 },
    { kind: 'stage', side: 'before', nth: 1, requests: 1 },
    { kind: 'stage', side: 'after', nth: 1, requests: 1 },
    // All chunks are durable: none is asked for again.
    { kind: 'work', side: 'before', nth: 2, requests: 0 },
    { kind: 'adopt', side: 'before', nth: 1, requests: 0 },
    { kind: 'adopt', side: 'after', nth: 1, requests: 0 },
  ];
  for (const { requests, ...strike } of strikes) {
    seat.stopped = undefined;
    const asked = net.ofCode(SNAPSHOT_REQUEST);
    // Its server may die as well, and come back.
    if (strike.kind === 'adopt') await net.kill(0);
    await start(JOINER, {}, strike).catch(() => {});
    if (strike.kind === 'adopt') await start(0);
    await net.until(() => seat.stopped !== undefined);
    await net.kill(JOINER);
    console.log(`${strike.side} ${strike.kind} ${strike.nth}: ${asked.length} requests, head ${head()}`);
    expect([strike, asked.length]).toEqual([strike, requests]);
  }
  const store = opened(JOINER);
  const anchor = store.opened().settled.window;
  expect(anchor).toBeGreaterThan(0);
  store.close();
  seat.stopped = undefined;
  await start(JOINER);
  const { finalWindow } = await net.protocol(JOINER).standing();
  expect(finalWindow).toBe(anchor);
  await start(1);
  const last = head();
  await net.until(() => seat.finals.has(last + 3));
  for (const { protocol } of net.seats) await protocol?.stop();
  for (const [window, root] of seat.finals) expect([window, net.seat(0).finals.get(window)]).toEqual([window, root]);
  const { equal, lines } = compareJournals(
    { nodes: [...FOUNDERS, JOINER].map((index) => ({ nodeId: nodeIdOf(index) })) },
    net.seats.map(({ folder }) => nodeJournals(folder)),
  );
  console.log(lines.slice(-2).join('; '));
  expect(equal, lines.join('\n')).toBe(true);
});

test('a checkpoint: a chain that leads through it is taken, another is refused, and a node whose own does not stops', async () => {
  await foundedLongAgo(false);
  const seat = net.seat(JOINER);
  const source = net.seat(0);
  const WINDOW = LATE - 20;
  const wrong = { window: WINDOW, proposalHash: 'ab'.repeat(32) };
  await start(JOINER, { checkpoint: wrong });
  await net.until(() => seat.penalties.includes(CONTRADICTS_CHECKPOINT));
  expect([seat.adopted, [...seat.finals.keys()], seat.stopped]).toEqual([[], [], undefined]);
  await net.kill(JOINER);
  await start(JOINER, { checkpoint: { window: WINDOW, proposalHash: source.hashes.get(WINDOW) as string } });
  await net.until(() => seat.finals.has(head()));
  expect(seat.adopted).toHaveLength(1);
  expect(seat.finals.get(head())).toBe(source.finals.get(head()));
  const own = Math.max(...seat.finals.keys());
  await net.kill(JOINER);
  seat.stopped = undefined;
  const contradicted = { store: LMDB, checkpoint: { window: own, proposalHash: wrong.proposalHash } };
  await net.start(JOINER, contradicted).catch(() => {});
  await net.until(() => seat.stopped !== undefined);
  expect(seat.stopped).toMatch(
    new RegExp(`window ${own} has [0-9a-f]{64}, not the checkpoint of montana\\.yaml; check it and your peers`),
  );
});
