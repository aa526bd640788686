import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { nodeJournals } from '#node/cli/replay-node.ts';
import { Devnet } from '#node/devnet/devnet.ts';
import type { DevnetPlan } from '#node/devnet/make.ts';
import { compareJournals } from './crosscheck.ts';

export const NODES = 4;

/** A machine that does other work besides is slow, not wrong. */
export const PATIENCE = 100_000;

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

/** Called when the test is over, the newest first. */
export const atEnd = (close: () => unknown): void => {
  closes.push(close);
};

/** Four live nodes of a devnet, with journals and ordinary timers; they end with the test. */
export const fourNodes = async (config: DevnetPlan['config'] = { journal: 'on' }): Promise<Devnet> => {
  const dir = mkdtempSync(join(tmpdir(), 'montana-faults-'));
  atEnd(() => rmSync(dir, { recursive: true }));
  const devnet = await Devnet.make({ nodes: NODES, dir, config });
  atEnd(() => devnet.stopAll());
  await devnet.startAll();
  return devnet;
};

/** The lowest window that is final at every node, and the highest that is at any. */
export const finalIn = async (devnet: Devnet): Promise<{ readonly lowest: number; readonly highest: number }> => {
  const finals = (await devnet.statuses()).map((status) => status?.standing.finalWindow ?? -1);
  return { lowest: Math.min(...finals), highest: Math.max(...finals) };
};

/** Stops the nodes; then what they wrote down must replay, be closed, and hold no second signature. */
export const mustReplay = async (devnet: Devnet): Promise<void> => {
  await devnet.stopAll();
  expect(devnet.fault()).toBeUndefined();
  const journals = devnet.founders.map(({ folder }) => nodeJournals(folder.path));
  const { equal, lines } = compareJournals(devnet, journals);
  console.log(lines.slice(-2).join('\n'));
  expect(equal, lines.join('\n')).toBe(true);
};
