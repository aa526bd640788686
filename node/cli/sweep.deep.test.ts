import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { ended } from './launch.suite.ts';
import { childrenOf, DEFAULTS, eight, living, startSweep, tablesOf, untilRuns } from './sweep.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-sweep-deep-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = join(folder, 'eight.json');
writeFileSync(scenario, JSON.stringify(eight));

const options = (name: string) => ({
  ...DEFAULTS,
  vary: ['network.loss=0..40000/20000'],
  seeds: '8',
  out: join(folder, name),
});

const runsIn = (out: string): number => readFileSync(join(out, 'runs.jsonl'), 'utf8').split('\n').length - 1;

test('kill -9 in the middle, twice: the children end by themselves, and the table is that of an uninterrupted sweep', async () => {
  const [killed, whole] = [options('killed'), options('whole')];
  for (const runs of [4, 11]) {
    const process = startSweep(scenario, killed);
    const end = ended(process);
    await untilRuns(killed.out, runs);
    const children = childrenOf(process.pid as number);
    expect(children).toHaveLength(2);
    process.kill('SIGKILL');
    expect((await end).signal).toBe('SIGKILL');
    while (living(children).length > 0) await wait(50);
    expect(runsIn(killed.out)).toBeLessThan(24);
  }
  const again = await ended(startSweep(scenario, killed));
  expect(again.status).toBe(0);
  expect(again.stderr).toMatch(/\d+ of 24 runs are there\n/);
  expect((await ended(startSweep(scenario, { ...whole, jobs: '1' }))).status).toBe(0);
  expect(tablesOf(killed.out)).toEqual(tablesOf(whole.out));
});

test('a child that dies costs one run: it is told with its command, exit 1; the same command makes it', async () => {
  const wounded = options('wounded');
  const process_ = startSweep(scenario, wounded);
  const end = ended(process_);
  await untilRuns(wounded.out, 3);
  const [child] = childrenOf(process_.pid as number);
  process.kill(child as number, 'SIGKILL');
  const { status, stdout, stderr } = await end;
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /montana: a run failed: .*\n {2}npm run -s montana -- run .*eight\.json --seed \d --set network\.loss=\d+\n/,
  );
  expect(stdout).toContain('Missing: 1 run\n');
  expect(runsIn(wounded.out)).toBe(23);
  const again = await ended(startSweep(scenario, wounded));
  expect(again.status).toBe(0);
  expect(tablesOf(wounded.out)).toEqual(tablesOf(options('whole').out));
});

test('SIGTERM: exit 143, no child is left', async () => {
  const stopped = options('stopped');
  const process_ = startSweep(scenario, stopped);
  const end = ended(process_);
  await untilRuns(stopped.out, 1);
  const children = childrenOf(process_.pid as number);
  process_.kill('SIGTERM');
  expect((await end).status).toBe(143);
  expect(living(children)).toEqual([]);
});
