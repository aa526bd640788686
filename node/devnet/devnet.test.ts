import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '#node/config/config.ts';
import { readGenesisFile } from '#node/config/genesis-file.ts';
import { readIdentity } from '#node/config/identity.ts';
import { Devnet } from './devnet.ts';
import { isAlive, make, PATIENCE, root } from './nets.suite.ts';
import { differenceText, Roots } from './roots.ts';

test('a newcomer has an identity of its own, is no founder, and knows them', async () => {
  const dir = join(root, 'with-newcomer');
  const devnet = await Devnet.make({ nodes: 1, dir });
  const { genesis, founders } = devnet;
  expect(await devnet.newcomer({})).toBe(1);
  const newcomer = devnet.nodes[1]!;
  expect([...genesis.network.founders]).toEqual(founders.map(({ nodeId }) => nodeId));
  expect(newcomer.folder.path).toBe(join(dir, 'node-1'));
  expect(newcomer.nodeId).not.toBe(founders[0]?.nodeId);
  expect(readConfig(newcomer.folder.config).peers).toEqual(founders.map(({ address }) => address));
});

test('a devnet: founders of one genesis, who know each other', async () => {
  const { genesis, founders } = await make(3);
  expect(new Set(genesis.network.founders)).toEqual(new Set(founders.map(({ nodeId }) => nodeId)));
  expect(genesis.network.params.d0).toBe(4_194_304n);
  expect(new Set(founders.map(({ address }) => address)).size).toBe(3);
  for (const { folder, nodeId, address } of founders) {
    const config = readConfig(folder.config);
    expect(readGenesisFile(join(folder.path, config.genesis))).toEqual(genesis);
    expect(config).toMatchObject({ peers: founders.map((other) => other.address), timers: 'patient' });
    expect(address.startsWith(config.listen[0]!)).toBe(true);
    expect(readIdentity(folder.identity).nodeId).toBe(nodeId);
  }
});

describe('its nodes', () => {
  test('start, reach a window, crash, come back, stop', async () => {
    const network = await make(2);
    await network.startAll();
    const statuses = await network.waitForWindow(3, PATIENCE);
    expect(statuses.map(({ nodeId }) => nodeId)).toEqual(network.founders.map(({ nodeId }) => nodeId));
    const pid = network.pid(1);
    await network.kill(1);
    expect([isAlive(pid), network.pid(1), await network.status(1)]).toEqual([false, undefined, undefined]);
    expect(network.fault()).toBeUndefined();
    await network.start(1);
    expect(network.pid(1)).not.toBe(pid);
    const [again] = await network.waitForWindow(3, PATIENCE, [1]);
    expect(again!.nodeId).toBe(network.founders[1]!.nodeId);
    const pids = [network.pid(0), network.pid(1)];
    await network.stopAll();
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(network.fault()).toBeUndefined();
  });

  test('whose roots differ are a fault', async () => {
    const network = await make(2);
    writeFileSync(join(network.founders[1]!.folder.path, 'wrong-root'), '');
    await network.startAll();
    // However far apart they start, both tell of one window some time.
    await expect(network.waitForWindow(1_000_000, PATIENCE)).rejects.toThrow(
      /^state roots differ after window -?\d+: node-0 \w{16}, node-1 /,
    );
  });
});

describe('roots', () => {
  const status = (window: number, stateRoot: string, recent: readonly (readonly [number, string])[] = []) => ({
    standing: { window: window + 1, round: 1, finalWindow: window, finalHash: '', stateRoot },
    recent: recent.map(([final, root]) => ({ window: final, stateRoot: root })),
  });

  test('of one window are compared, whenever they are told', () => {
    const roots = new Roots();
    roots.add(0, status(5, 'a'));
    roots.add(1, status(6, 'b', [[5, 'a']]));
    expect([roots.difference, roots.told(5), roots.told(6)]).toEqual([undefined, 2, 1]);
    roots.add(0, status(7, 'c', [[6, 'x']]));
    expect(roots.difference).toEqual({
      window: 6,
      roots: new Map([
        [1, 'b'],
        [0, 'x'],
      ]),
    });
    expect(differenceText(roots.difference!)).toBe('state roots differ after window 6: node-0 x, node-1 b');
  });

  test('a node that contradicts itself is a difference', () => {
    const roots = new Roots();
    roots.add(0, status(5, 'a'));
    roots.add(0, status(5, 'a'));
    expect(roots.difference).toBeUndefined();
    roots.add(0, status(6, 'b', [[5, 'c']]));
    expect(roots.difference?.window).toBe(5);
  });
});
