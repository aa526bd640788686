import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { DEVNET } from '#core/genesis/profiles.ts';
import { Devnet } from './devnet.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-live-'));
let network: Devnet | undefined;
afterEach(async () => {
  await network?.stopAll();
  rmSync(dir, { recursive: true });
});

/** A machine that does other work besides is slow, not wrong. */
const PATIENCE = 240_000;

test('four live nodes make windows final; one that was killed comes back and catches up', async () => {
  network = await Devnet.make({ nodes: 4, dir, params: { ...DEVNET, d0: 1_048_576n } });
  await network.startAll();
  await network.waitForWindow(3, PATIENCE);
  await network.kill(1);
  const [ahead] = await network.waitForWindow(6, PATIENCE, [0, 2, 3]);
  await network.start(1);
  const target = ahead!.standing.finalWindow + 3;
  const statuses = await network.waitForWindow(target, PATIENCE);
  expect(statuses).toHaveLength(4);
  expect(network.roots.told(target)).toBe(4);
  expect(network.fault()).toBeUndefined();
});
