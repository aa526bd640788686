import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { Devnet } from './devnet.ts';

/** A node that needs no network. */
export const SCRIPT = join(import.meta.dirname, 'fake-node.suite.ts');

/** Milliseconds: a machine that does other work besides is slow, not wrong. */
export const PATIENCE = 50_000;

/** Folder of the networks of a test file. */
export const root = mkdtempSync(join(tmpdir(), 'montana-devnet-test-'));
afterAll(() => rmSync(root, { recursive: true }));

let networks: Devnet[] = [];
afterEach(async () => {
  await Promise.all(networks.map((network) => network.stopAll()));
  networks = [];
});

/** A network of nodes that are none; its processes end with the test. */
export const make = async (nodes: number): Promise<Devnet> => {
  const dir = join(root, `net-${readdirSync(root).length}`);
  const network = await Devnet.make({ nodes, dir, script: SCRIPT, config: { timers: 'patient' } });
  networks.push(network);
  return network;
};

export const isAlive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
};
