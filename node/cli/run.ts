import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { isAsExpected, type RunResult } from '#sim/run/result.ts';
import { Run, type RunProgress } from '#sim/run/run.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { RunRecorder } from '#sim/trace/run-journal.ts';
import { causesText, withCauses } from './again.ts';
import { RUN_JOURNAL } from './journals.ts';
import { openHostJournals, parseJournalTarget } from './replay.ts';
import { type Changes, readScenario } from './scenarios.ts';
import { sourceDigest } from './source.ts';
import { summary } from './summary.ts';
import { UsageError } from './usage.ts';

export interface RunOptions extends Changes {
  readonly json?: boolean;
  readonly out?: string;
  /** Hosts that keep a journal of their own: "host:17". */
  readonly journal?: readonly string[];
}

/** As a shell names a process that SIGINT ended. */
const INTERRUPTED = 130;

/** Runs and reports; returns the exit code. */
export const run = async (name: string, options: RunOptions): Promise<number> => {
  const scenario = await readScenario(name, options);
  const keepers = (options.journal ?? []).map((target) => parseJournalTarget(target, scenario.nodes));
  if (keepers.length > 0 && options.out === undefined) {
    throw new UsageError(`--journal ${options.journal?.[0]}: say with --out <dir> where the journal goes`);
  }
  if (options.out !== undefined) await makeFolder(options.out);
  const lines = options.json === true ? process.stderr : process.stdout;
  if (options.json !== true) {
    lines.write(`${scenario.title}: ${scenario.nodes} nodes, ${scenario.windows} windows, seed ${scenario.seed}\n`);
    lines.write(`${scenario.claim}\n\n`);
  }
  const journals = options.out === undefined ? undefined : await openJournals(options.out, scenario, keepers);
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  process.on('SIGINT', interrupt);
  const running: Run = new Run(scenario, {
    progress: liveLines(lines),
    watch: (_host, notice, at) => journals?.run.notice(running.world, notice, at),
    ...(journals === undefined ? {} : { journals: journals.hosts }),
  });
  const begun = performance.now();
  // A signal is heard between two stretches of the run.
  do await breathe();
  while (!isInterrupted && running.advance());
  process.off('SIGINT', interrupt);
  if (isInterrupted) {
    journals?.close();
    process.stderr.write(`montana: interrupted in window ${running.roots.length} of ${scenario.windows}\n`);
    return INTERRUPTED;
  }
  const seconds = (performance.now() - begun) / 1000;
  const judged: RunResult = { ...running.result(seconds), reproduce: reproduceCommand(name, options) };
  journals?.run.end(running.world, judged);
  running.endJournals();
  journals?.close();
  if (options.json !== true) process.stdout.write(summary(judged));
  const result = withCauses(judged, running);
  process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : causesText(result));
  if (options.out !== undefined) {
    await writeFile(join(options.out, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  }
  return isAsExpected(result) ? 0 : 1;
};

const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** The journal of a run and those of some of its hosts, written to a folder as the run goes. */
const openJournals = async (folder: string, scenario: Scenario, keepers: readonly string[]) => {
  const source = await sourceDigest();
  const file = openSync(join(folder, RUN_JOURNAL), 'w');
  const { journals, close } = openHostJournals(keepers, folder);
  return {
    run: new RunRecorder(scenario, source, (bytes) => {
      writeSync(file, bytes);
    }),
    hosts: journals,
    close: (): void => {
      closeSync(file);
      close();
    },
  };
};

export const reproduceCommand = (name: string, { variant, seed, set }: Changes): string => {
  const changes = [
    ...(variant === undefined ? [] : ['--variant', variant]),
    ...(seed === undefined ? [] : ['--seed', seed]),
    ...set.flatMap((setting) => ['--set', setting]),
  ];
  return ['npm run -s montana -- run', ...[name, ...changes].map(inShell)].join(' ');
};

/** A word as a shell takes it. */
const inShell = (word: string): string => (/^[\w./=:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** A line when a window closes, at most five a second; the first at once. */
const liveLines = (stream: NodeJS.WriteStream): ((view: RunProgress) => void) => {
  let last = 0;
  return ({ closed, windows, now, deliveries }) => {
    if (closed === undefined) return;
    const time = performance.now();
    if (time - last < 200 && closed.window < windows) return;
    last = time;
    stream.write(
      `window ${String(closed.window).padStart(String(windows).length)}/${windows} final in round ${closed.round}` +
        `  ${closed.bundles} bundles  ${closed.operations} operations  ${clockText(now)} virtual  ` +
        `${(deliveries / 1e6).toFixed(2)} M messages\n`,
    );
  };
};

const clockText = (micros: number): string => {
  const seconds = Math.floor(micros / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};
