import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEVNET } from '#core/genesis/profiles.ts';
import { atEnd, finalIn, mustReplay } from '#node/crosscheck/faults.suite.ts';
import { Devnet } from './devnet.ts';

/** A machine that does other work besides is slow, not wrong. */
const PATIENCE = 300_000;

const FOUNDERS = [0, 1];
const BY_ARCHIVE = 2;
const BY_SNAPSHOT = 3;
/** More than 64 windows. */
const LATE = 70;

/** Short epochs; an anchor is served while 40 to 80 windows pass. A window is long enough for the messages of its first round. */
const PARAMS = { ...DEVNET, d0: 1_048_576n, tau2Windows: 20n, selectionInterval: 40n };

/** What a node's log says under this name. */
const logged = (devnet: Devnet, index: number, name: string): readonly Record<string, unknown>[] =>
  readFileSync(join(devnet.nodes[index]!.folder.path, 'node.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === name);

test('two nodes come late, by archive and by snapshot: they reach the state of the others', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'montana-late-'));
  atEnd(() => rmSync(dir, { recursive: true }));
  const config = { journal: 'on' };
  const devnet = await Devnet.make({ nodes: FOUNDERS.length, dir, params: PARAMS, config });
  atEnd(() => devnet.stopAll());
  await devnet.newcomer({ ...config, fastSync: 'off' });
  await devnet.newcomer(config);
  await devnet.startAll();
  await devnet.waitForWindow(LATE, PATIENCE, FOUNDERS);
  await Promise.all([BY_ARCHIVE, BY_SNAPSHOT].map((index) => devnet.start(index)));
  const { highest } = await finalIn(devnet);
  await devnet.waitForWindow(highest + 4, PATIENCE);
  for (let window = highest + 3; window <= highest + 4; window++)
    expect([window, devnet.roots.told(window)]).toEqual([window, 4]);
  const adopted = [BY_ARCHIVE, BY_SNAPSHOT].map((index) => logged(devnet, index, 'snapshot adopted').length);
  expect(adopted).toEqual([0, 1]);
  const phases = (index: number) => new Set(logged(devnet, index, 'catch-up').map(({ phase }) => phase));
  expect([...phases(BY_ARCHIVE)]).toEqual(['archive']);
  expect([...phases(BY_SNAPSHOT)].filter((phase) => phase !== 'archive')).toEqual(['chunks', 'side', 'measure']);
  expect(logged(devnet, BY_ARCHIVE, 'final')[0]).toMatchObject({ window: 0 });
  await mustReplay(devnet);
});
