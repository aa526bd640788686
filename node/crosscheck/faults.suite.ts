import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { nodeJournals } from '#node/cli/replay-node.ts';
import { Devnet } from '#node/devnet/devnet.ts';
import type { DevnetPlan } from '#node/devnet/make.ts';
import { compareJournals } from './crosscheck.ts';
import { closedIn } from './journals.ts';
import type { Closed } from './simulated.ts';

export const NODES = 4;

/** A machine that does other work besides is slow, not wrong. */
export const PATIENCE = 100_000;

/** Iterations of which this machine, as it is now, gives each node about one second. */
const second = (): number => {
  const begun = performance.now();
  timechainStep(ZERO_ID, SAMPLE);
  const rate = (SAMPLE * 1_000) / (performance.now() - begun);
  return Math.round(rate * Math.min(1, availableParallelism() / NODES));
};
const SAMPLE = 2 ** 21;

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

/** Called when the test is over, the newest first. */
export const atEnd = (close: () => unknown): void => {
  closes.push(close);
};

/**
 * Four live nodes with journals and ordinary timers; they end with the test. D0 is that of a devnet, or more where a machine is so fast
 * that windows would be short beside the pauses of the network, which are counted in seconds.
 */
export const fourNodes = async (config: DevnetPlan['config'] = { journal: 'on' }): Promise<Devnet> => {
  const dir = mkdtempSync(join(tmpdir(), 'montana-faults-'));
  atEnd(() => rmSync(dir, { recursive: true }));
  const d0 = BigInt(Math.max(Number(DEVNET.d0), second()));
  const devnet = await Devnet.make({ nodes: NODES, dir, config, params: { ...DEVNET, d0 } });
  atEnd(() => devnet.stopAll());
  await devnet.startAll();
  return devnet;
};

/** The lowest window that is final at every node, and the highest that is at any; all nodes run. */
export const finalIn = async (devnet: Devnet): Promise<{ readonly lowest: number; readonly highest: number }> => {
  for (;;) {
    const statuses = await devnet.statuses();
    expect(devnet.fault()).toBeUndefined();
    const finals = statuses.flatMap((status) => status?.standing.finalWindow ?? []);
    if (finals.length === NODES) return { lowest: Math.min(...finals), highest: Math.max(...finals) };
    await wait(200);
  }
};

/** The last final windows, once what was under way has ended: looked at twice, `pause` milliseconds apart, they are the same. */
export const finalAtRest = async (devnet: Devnet, pause: number): ReturnType<typeof finalIn> => {
  for (const until = performance.now() + PATIENCE; ; ) {
    const before = await finalIn(devnet);
    await wait(pause);
    const after = await finalIn(devnet);
    if (before.lowest === after.lowest && before.highest === after.highest) return after;
    if (performance.now() > until) throw new Error(`windows become final: ${after.highest} after ${before.highest}`);
  }
};

/**
 * Stops the nodes; then what they wrote down must replay, be closed, and hold no second signature. What each node, all its processes
 * together, made final.
 */
export const mustReplay = async (devnet: Devnet): Promise<readonly (readonly Closed[])[]> => {
  await devnet.stopAll();
  expect(devnet.fault()).toBeUndefined();
  const journals = devnet.nodes.map(({ folder }) => nodeJournals(folder.path));
  const { equal, lines } = compareJournals(devnet, journals);
  console.log(lines.slice(-2).join('\n'));
  expect(equal, lines.join('\n')).toBe(true);
  return journals.map((files, index) => closedIn(`node-${index}`, files));
};
