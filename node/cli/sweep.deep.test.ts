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

/** Three losses with a number of seeds: so many that none of these sweeps is over before it is interrupted. */
const RUNS = 24;

const options = (name: string) => ({
  ...DEFAULTS,
  vary: ['network.loss=0..40000/20000'],
  seeds: `${RUNS / 3}`,
  out: join(folder, name),
});

const runsIn = (out: string): number => readFileSync(join(out, 'runs.jsonl'), 'utf8').split('\n').length - 1;

test('kill -9 in the middle, twice: the children end by themselves, and the table is that of an uninterrupted sweep', async () => {
  const [killed, whole] = [options('killed'), options('whole')];
  let runs = 0;
  for (let kill = 0; kill < 2; kill++) {
    const process = startSweep(scenario, killed);
    const end = ended(process);
    // More than another one has left behind, however far that came.
    await untilRuns(killed.out, runs + 1);
    const children = childrenOf(process.pid as number);
    process.kill('SIGKILL');
    expect(children).toHaveLength(2);
    expect((await end).signal).toBe('SIGKILL');
    while (living(children).length > 0) await wait(50);
    runs = runsIn(killed.out);
    expect(runs).toBeLessThan(RUNS);
  }
  const again = await ended(startSweep(scenario, killed));
  expect(again.status).toBe(0);
  expect(again.stderr).toContain(`${runs} of ${RUNS} runs are there\n`);
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
  expect(runsIn(wounded.out)).toBe(RUNS - 1);
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
