import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { ROOT } from './launch.suite.ts';
import type { SweepOptions } from './sweep.ts';

/** A run of less than half a second. */
export const eight: ScenarioInput = {
  title: 'Eight',
  claim: 'Eight nodes close three windows.',
  nodes: 8,
  windows: 3,
  hosts: [{ count: 8, spread: 20 }],
  network: { links: 3 },
  workload: { transfers: 1 },
  variants: { published: { set: { rules: 'published' } } },
};

export const DEFAULTS: Omit<SweepOptions, 'out'> = {
  ...{ variant: [], set: [], vary: [], seeds: '1', seedFrom: '1', shard: '1/1', jobs: '2' },
};

/** A sweep in a process of its own. */
export const startSweep = (name: string, options: SweepOptions): ChildProcessWithoutNullStreams => {
  const file = join(ROOT, 'node/cli/sweep.ts');
  const call = `sweep(...${JSON.stringify([name, options])}).then((code) => { process.exitCode = code; })`;
  return spawn(process.execPath, ['-e', `import(${JSON.stringify(file)}).then(({ sweep }) => ${call})`], { cwd: ROOT });
};

/** Living processes whose parent is `pid`. */
export const childrenOf = (pid: number): readonly number[] =>
  processes()
    .filter(({ parent }) => parent === pid)
    .map(({ id }) => id);

/** Those of `ids` that live. */
export const living = (ids: readonly number[]): readonly number[] =>
  processes()
    .map(({ id }) => id)
    .filter((id) => ids.includes(id));

const processes = (): readonly { readonly id: number; readonly parent: number }[] => {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s+/) as [string, string, string])
    .filter(([, , state]) => !state.startsWith('Z'))
    .map(([id, parent]) => ({ id: Number(id), parent: Number(parent) }));
};

/** Waits for so many finished runs in a folder. */
export const untilRuns = async (folder: string, runs: number): Promise<void> => {
  const path = join(folder, 'runs.jsonl');
  const lines = (): number => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);
  while (lines() < runs) await wait(20);
};

/** The three tables of a folder. */
export const tablesOf = (folder: string): readonly string[] =>
  ['table.txt', 'results.csv', 'results.json'].map((file) => readFileSync(join(folder, file), 'utf8'));
