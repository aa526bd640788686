import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { isAsExpected, type RunResult } from '#sim/run/result.ts';
import { Run, type RunProgress } from '#sim/run/run.ts';
import { type Changes, readScenario } from './scenarios.ts';
import { summary } from './summary.ts';
import { UsageError } from './usage.ts';

export interface RunOptions extends Changes {
  readonly json?: boolean;
  readonly out?: string;
}

/** As a shell names a process that SIGINT ended. */
const INTERRUPTED = 130;

/** Runs and reports; returns the exit code. */
export const run = async (name: string, options: RunOptions): Promise<number> => {
  const scenario = await readScenario(name, options);
  if (options.out !== undefined) await makeFolder(options.out);
  const lines = options.json === true ? process.stderr : process.stdout;
  if (options.json !== true) {
    lines.write(`${scenario.title}: ${scenario.nodes} nodes, ${scenario.windows} windows, seed ${scenario.seed}\n`);
    lines.write(`${scenario.claim}\n\n`);
  }
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  process.on('SIGINT', interrupt);
  const running = new Run(scenario, { progress: liveLines(lines) });
  const begun = performance.now();
  // A signal is heard between two stretches of the run.
  do await breathe();
  while (!isInterrupted && running.advance());
  process.off('SIGINT', interrupt);
  if (isInterrupted) {
    process.stderr.write(`montana: interrupted in window ${running.roots.length} of ${scenario.windows}\n`);
    return INTERRUPTED;
  }
  const seconds = (performance.now() - begun) / 1000;
  const result: RunResult = { ...running.result(seconds), reproduce: reproduceCommand(name, options) };
  if (options.out !== undefined) {
    await writeFile(join(options.out, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  }
  process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : summary(result));
  return isAsExpected(result) ? 0 : 1;
};

const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const reproduceCommand = (name: string, { variant, seed, set }: Changes): string => {
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
