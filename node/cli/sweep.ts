import { createHash } from 'node:crypto';
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Tinypool } from 'tinypool';
import { CampaignError, type Definition, definitionSchema } from '#sim/campaign/definition.ts';
import {
  type Cell,
  cellsOf,
  cellText,
  countRuns,
  parseAxis,
  parseShard,
  runsOf,
  settingsOf,
} from '#sim/campaign/grid.ts';
import type { RunResult } from '#sim/run/result.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { reproduceCommand } from './run.ts';
import { readScenario } from './scenarios.ts';
import { commandLine } from './shell.ts';
import { sourceDigest } from './source.ts';
import { SweepFolder, tell, tellResults } from './sweep-folder.ts';
import { SweepProgress } from './sweep-progress.ts';
import { UsageError } from './usage.ts';

export interface SweepOptions {
  readonly variant: readonly string[];
  readonly set: readonly string[];
  readonly vary: readonly string[];
  readonly seeds: string;
  readonly seedFrom: string;
  readonly shard: string;
  readonly jobs?: string;
  readonly out: string;
}

/** As a shell names a process that the signal ended. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof SIGNALS;

/** Stands for the scenario as written and each of its variants. */
const ALL_VARIANTS = 'all';

/** Runs all points of a grid that have no result yet, and writes the tables; returns the exit code. */
export const sweep = async (name: string, options: SweepOptions): Promise<number> => {
  const jobs = options.jobs === undefined ? availableParallelism() : wholeNumber('--jobs', options.jobs, 1);
  const { definition, scenarios } = await plan(name, options);
  const folder = await SweepFolder.open(options.out, definition, tell);
  const runs = runsOf(definition);
  const due = runs.filter(({ run }) => !folder.finished.has(run));
  if (due.length < runs.length) tell(`${options.out}: ${runs.length - due.length} of ${runs.length} runs are there`);
  const cells = cellsOf(definition);
  const tasks = due.map(({ run, cell, seed }): Task => {
    const at = cells[cell] as Cell;
    return {
      run,
      doing: `${cellText(definition, at)} seed ${seed}`.trimStart(),
      scenario: () => ({ ...(scenarios[cell] as Scenario), seed: String(seed) }),
      reproduce: reproduceCommand(name, {
        ...(at.variant === '' ? {} : { variant: at.variant }),
        ...{ seed: String(seed), set: [...definition.set, ...settingsOf(definition, at)] },
      }),
    };
  });
  const progress = new SweepProgress(runs.length, runs.length - due.length);
  const { failures, signal } = await runTasks(tasks, Math.min(jobs, tasks.length), progress, (run, result) =>
    folder.add(run, result),
  );
  folder.close();
  if (signal !== undefined) {
    tell(`interrupted with ${folder.finished.size} of ${runs.length} runs done; the same command goes on from there`);
    return SIGNALS[signal];
  }
  for (const { reproduce, reason } of failures) tell(`a run failed: ${reason}\n  ${reproduce}`);
  return tellResults(options.out, folder);
};

interface Task {
  readonly run: number;
  readonly doing: string;
  readonly scenario: () => Scenario;
  readonly reproduce: string;
}

interface Failure {
  readonly reproduce: string;
  readonly reason: string;
}

/** Makes the runs, so many at a time, each in one of so many child processes; no child is left when it returns. */
const runTasks = async (
  tasks: readonly Task[],
  jobs: number,
  progress: SweepProgress,
  finished: (run: number, result: RunResult) => void,
): Promise<{ readonly failures: readonly Failure[]; readonly signal: Signal | undefined }> => {
  const failures: Failure[] = [];
  if (jobs === 0) {
    progress.stop();
    return { failures, signal: undefined };
  }
  const pool = new Tinypool({
    runtime: 'child_process',
    filename: new URL(`./sweep-worker${extname(import.meta.url)}`, import.meta.url),
    ...{ minThreads: jobs, maxThreads: jobs },
    env: { ...(process.env as Record<string, string>), NODE_COMPILE_CACHE: getCompileCacheDir() ?? '' },
  });
  // A child that ended without a run in hand. A run that waits for it would wait for ever.
  pool.on('error', () => pool.cancelPendingTasks());
  let signal: Signal | undefined;
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => (ended ??= pool.destroy());
  const stop = (which: Signal): void => {
    signal ??= which;
    void end();
  };
  for (const which of Object.keys(SIGNALS) as Signal[]) process.on(which, stop);
  const waiting = tasks.values();
  const lane = async (): Promise<void> => {
    for (const { run, doing, scenario, reproduce } of waiting) {
      progress.begin(doing);
      let result: RunResult | undefined;
      try {
        result = (await pool.run(scenario())) as RunResult;
      } catch (error) {
        failures.push({ reproduce, reason: reasonOf(error) });
      }
      // The pool would start new children.
      if (ended !== undefined) return;
      if (result !== undefined) finished(run, { ...result, reproduce });
      progress.end(result === undefined);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, lane));
  } finally {
    await end();
    for (const which of Object.keys(SIGNALS) as Signal[]) process.off(which, stop);
    progress.stop();
  }
  return { failures, signal };
};

/** Errors lose their class on the way out of a child. */
const reasonOf = (error: unknown): string => {
  const { message } = error as { message?: unknown };
  return (typeof message === 'string' ? message : String(error)).split('\n')[0] as string;
};

/** What is to be run, checked: the scenario of every cell. Throws `UsageError`. */
const plan = async (
  name: string,
  options: SweepOptions,
): Promise<{ readonly definition: Definition; readonly scenarios: readonly Scenario[] }> => {
  try {
    const set = [...options.set];
    const seedSetting = set.find((setting) => setting.startsWith('seed='));
    if (seedSetting !== undefined)
      throw new CampaignError(`--set ${seedSetting}: seeds are given by --seeds and --seed-from`);
    const vary = options.vary.map(parseAxis);
    const paths = vary.flatMap((axis) => axis.paths);
    const twice = paths.find((path, i) => paths.indexOf(path) !== i);
    if (twice !== undefined) throw new CampaignError(`--vary ${twice}: is varied twice`);
    const seeds = {
      from: wholeNumber('--seed-from', options.seedFrom, 0),
      count: wholeNumber('--seeds', options.seeds, 1),
    };
    const grid = { set, vary, seeds, variants: [...(await variantsOf(name, options.variant))] };
    countRuns(grid);
    const scenarios: Scenario[] = [];
    for (const cell of cellsOf(grid)) {
      const variant = cell.variant === '' ? {} : { variant: cell.variant };
      scenarios.push(await readScenario(name, { ...variant, set: [...set, ...settingsOf(grid, cell)] }));
    }
    const digest = createHash('sha256');
    for (const scenario of scenarios) digest.update(`${JSON.stringify(scenario)}\n`);
    const definition: Definition = {
      ...{ schema: 1, scenario: name, ...grid, shard: parseShard(options.shard) },
      ...{ first: scenarios[0] as Scenario, scenarios: digest.digest('hex'), source: await sourceDigest() },
    };
    // As it will be read again, fields in the same order.
    return { definition: definitionSchema.parse(JSON.parse(JSON.stringify(definition))), scenarios };
  } catch (error) {
    throw error instanceof CampaignError ? new UsageError(error.message) : error;
  }
};

/** The variants asked for: by default the scenario as written, which the empty name stands for. */
const variantsOf = async (name: string, asked: readonly string[]): Promise<readonly string[]> => {
  if (asked.length === 0) return [''];
  if (!asked.includes(ALL_VARIANTS)) return [...new Set(asked)];
  return ['', ...Object.keys((await readScenario(name)).variants)];
};

const wholeNumber = (option: string, text: string, least: number): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value)) {
    throw new UsageError(`${option} ${text}: write a whole number from ${least} on`);
  }
  return value;
};

/** The command that makes a sweep again. */
export const sweepCommand = ({ scenario, variants, set, vary, seeds, shard }: Definition): string =>
  commandLine([
    ...['sweep', scenario],
    ...variantWords(variants),
    ...set.flatMap((setting) => ['--set', setting]),
    ...vary.flatMap(({ paths, values }) => ['--vary', `${paths.join(',')}=${values.join(',')}`]),
    ...['--seeds', `${seeds.count}`],
    ...(seeds.from === 1 ? [] : ['--seed-from', `${seeds.from}`]),
    ...(shard.of === 1 ? [] : ['--shard', `${shard.index}/${shard.of}`]),
    ...['--out', 'runs/again'],
  ]);

const variantWords = (variants: readonly string[]): readonly string[] =>
  variants.includes('')
    ? variants.length === 1
      ? []
      : ['--variant', ALL_VARIANTS]
    : variants.flatMap((variant) => ['--variant', variant]);
