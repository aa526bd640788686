import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '#sim/run/result.ts';
import { type RunProgress, runScenario } from '#sim/run/run.ts';
import { applySetting, parseScenario } from '#sim/run/settings.ts';
import { loadScenario } from './scenarios.ts';
import { summary } from './summary.ts';

export interface RunOptions {
  readonly seed?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly out?: string;
}

/** Runs and reports; returns the exit code. */
export const run = async (name: string, options: RunOptions): Promise<number> => {
  const input = await loadScenario(name);
  if (options.seed !== undefined) input.seed = options.seed;
  for (const setting of options.set) applySetting(input, setting);
  const scenario = parseScenario(input, name);
  const lines = options.json === true ? process.stderr : process.stdout;
  if (options.json !== true) {
    lines.write(`${scenario.title}: ${scenario.nodes} nodes, ${scenario.windows} windows, seed ${scenario.seed}\n`);
    lines.write(`${scenario.claim}\n\n`);
  }
  const result: RunResult = {
    ...runScenario(scenario, {
      clock: () => performance.now() / 1000,
      progress: liveLines(lines),
    }),
    reproduce: reproduceCommand(name, options),
  };
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true });
    await writeFile(join(options.out, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  }
  process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : summary(result));
  return result.properties.every(({ met }) => met) && result.finalWindow >= result.windows - 1 ? 0 : 1;
};

const reproduceCommand = (name: string, options: RunOptions): string => {
  const seed = options.seed === undefined ? '' : ` --seed ${options.seed}`;
  const settings = options.set
    .map((setting) => ` --set ${/[^\w.=-]/.test(setting) ? `'${setting}'` : setting}`)
    .join('');
  return `npm run -s montana -- run ${name}${seed}${settings}`;
};

/** A line when a window closes, at most five a second; the first at once. */
const liveLines = (stream: NodeJS.WriteStream): ((view: RunProgress) => void) => {
  let last = 0;
  return ({ closed, windows, now, deliveries }) => {
    if (closed === undefined) return;
    const time = performance.now();
    if (time - last < 200 && closed.window < windows - 1) return;
    last = time;
    stream.write(
      `window ${String(closed.window).padStart(String(windows).length)}/${windows - 1} final in round ${closed.round}` +
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
