import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { isAsExpected, type RunResult } from '#sim/run/result.ts';
import { Run, type RunProgress } from '#sim/run/run.ts';
import { clockText } from '#sim/trace/words.ts';
import { causesText, withCauses } from './again.ts';
import { makeFolder } from './folder.ts';
import { type JournalFiles, openJournals, parseJournalTarget } from './journal-files.ts';
import { type Changes, readScenario } from './scenarios.ts';
import { commandLine } from './shell.ts';
import { summary } from './summary.ts';
import { UsageError } from './usage.ts';

export interface RunOptions extends Changes {
  readonly json?: boolean;
  readonly out?: string;
  /** Hosts that keep a journal of their own: "host:17". */
  readonly journal?: readonly string[];
}

/** As a shell names a process that SIGINT ended. */
export const INTERRUPTED = 130;

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
  const running: Run = new Run(scenario, {
    progress: liveLines(lines),
    watch: (_host, notice, at) => journals?.run.notice(running.world, notice, at),
    ...(journals === undefined ? {} : { journals: journals.hosts }),
  });
  const outcome = await outcomeOf(running, journals);
  if (outcome === undefined) {
    process.stderr.write(`montana: interrupted in window ${running.roots.length} of ${scenario.windows}\n`);
    return INTERRUPTED;
  }
  const judged: RunResult = { ...outcome, reproduce: reproduceCommand(name, options) };
  if (options.json !== true) process.stdout.write(summary(judged));
  const result = withCauses(judged, running);
  process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : causesText(result));
  if (options.out !== undefined) {
    await writeFile(join(options.out, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  }
  return isAsExpected(result) ? 0 : 1;
};

/** Runs to the end; undefined: SIGINT came first. Whatever ends it, the journals of hosts go up to there. */
const outcomeOf = async (running: Run, journals: JournalFiles | undefined): Promise<RunResult | undefined> => {
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  process.on('SIGINT', interrupt);
  const begun = performance.now();
  try {
    // A signal is heard between two stretches of the run.
    do await breathe();
    while (!isInterrupted && running.advance());
    if (isInterrupted) return undefined;
    const result = running.result((performance.now() - begun) / 1000);
    journals?.run.end(running.world, result);
    return result;
  } finally {
    process.off('SIGINT', interrupt);
    running.endJournals();
    journals?.close();
  }
};

export const reproduceCommand = (name: string, { variant, seed, set }: Changes): string => {
  const changes = [
    ...(variant === undefined ? [] : ['--variant', variant]),
    ...(seed === undefined ? [] : ['--seed', seed]),
    ...set.flatMap((setting) => ['--set', setting]),
  ];
  return commandLine(['run', name, ...changes]);
};

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
