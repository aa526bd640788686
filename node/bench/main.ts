import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Measured, SECTIONS } from './section.ts';
import { table } from './table.ts';

/** Exit code of a command that was called wrongly. */
const USAGE = 2;

const options = () => {
  try {
    return parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(USAGE);
  }
};

let child: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    child?.kill('SIGKILL');
    process.exit(128 + constants.signals[signal]);
  });
}

/** A section, measured in a process of its own. */
const measured = async (name: string, quick: boolean): Promise<Measured> => {
  const path = import.meta.url.replace(/main(?=\.\w+$)/, 'measure');
  child = fork(new URL(path), [name, quick ? 'quick' : 'full'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let answer: Measured | undefined;
  child.once('message', (message) => {
    answer = message as Measured;
  });
  await once(child, 'close');
  if (answer === undefined) {
    console.error(`bench: ${name} was not measured`);
    process.exit(1);
  }
  return answer;
};

const { quick = false, json = false } = options();
const cpu = cpus()[0]?.model ?? 'unknown';
if (!json) process.stdout.write(`Node ${process.version}, ${cpu}; medians [quartiles], × peer in the same rounds\n\n`);
const rows: object[] = [];
for (const name of Object.keys(SECTIONS)) {
  const section = await measured(name, quick);
  rows.push(...section.rows.map((row) => ({ section: name, ...row })));
  if (!json) process.stdout.write(table(section.title, section.rows));
}
if (json) process.stdout.write(`${JSON.stringify({ schema: 1, node: process.version, cpu, rows })}\n`);
