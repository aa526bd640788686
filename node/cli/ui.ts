import { isAsExpected } from '#sim/run/result.ts';
import type { Entry, Variant } from '#sim/ui/screen.ts';
import type { Begin } from '#sim/ui/session.ts';
import { lookOf } from '#sim/ui/text.ts';
import { INTERRUPTED, reproduceCommand, run } from './run.ts';
import { readScenario, scenarioNames } from './scenarios.ts';

/** Where the cursor stands at first. */
const FIRST = 'tour';

/** `montana` alone: the screen on a terminal, else the tour with a line per window. Returns the exit code. */
export const ui = async (): Promise<number> => (hasTerminal() ? screen() : run(FIRST, { set: [] }));

/** Milliseconds between two looks whether the parent is still there. */
const LOOK = 500;

/** npm, ended by a signal, ends its shell but not what runs in it. Without a parent this process ends as if hung up. */
const endWithParent = (): NodeJS.Timeout => {
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGHUP');
  }, LOOK);
};

/** Whether somebody sits at a terminal that can show more than lines. */
const hasTerminal = (): boolean => {
  const { CI = '', TERM } = process.env;
  const isCi = CI !== '' && CI !== '0' && CI !== 'false';
  return process.stdin.isTTY && process.stdout.isTTY && !isCi && TERM !== 'dumb';
};

const screen = async (): Promise<number> => openScreen(await Promise.all((await scenarioNames()).map(entryOf)));

/** Shows the screen until it is left, then what came of it. Returns the exit code: 1 if the screen or a run broke down. */
export const openScreen = async (entries: readonly Entry[], begin?: Begin): Promise<number> => {
  // React keeps measures of every render otherwise.
  process.env.NODE_ENV ??= 'production';
  const [{ show }, { Screen }] = await Promise.all([import('#sim/ui/app.ts'), import('#sim/ui/screen.ts')]);
  const look = lookOf(process.env, process.stdout);
  const shown = new Screen({ entries, look, ...(begin === undefined ? {} : { begin }) }, FIRST);
  const timer = endWithParent();
  try {
    await show(shown, process);
  } catch (error) {
    // The terminal is as it was before: what is written now stays.
    console.error(error);
    return 1;
  } finally {
    clearInterval(timer);
  }
  for (const result of shown.finished) {
    const verdict = isAsExpected(result) ? 'everything as expected' : 'NOT as expected';
    console.log(`${result.scenario}, seed ${result.seed}: ${verdict}. Again: ${result.reproduce}`);
  }
  return shown.left === 'interrupt' ? INTERRUPTED : 0;
};

const variantOf = ([name, { set }]: [string, { readonly set: Readonly<Record<string, unknown>> }]): Variant => {
  const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const sets = Object.entries(set).map(([path, value]) => `${path}=${valueText(value)}`);
  return { name, sets: sets.join(' ') };
};

const entryOf = async (name: string): Promise<Entry> => {
  const { title, claim, nodes, windows, seed, rules, variants } = await readScenario(name);
  return {
    ...{
      name,
      title,
      claim,
      nodes,
      windows,
      seed: String(seed),
      rules,
      variants: Object.entries(variants).map(variantOf),
    },
    read: (choice) => readScenario(name, { ...choice, set: [] }),
    command: (choice) => reproduceCommand(name, { ...choice, set: [] }),
  };
};
