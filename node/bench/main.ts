import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { APART, type Measured, SECTIONS } from './section.ts';
import { table } from './table.ts';

/** Exit code of a command that was called wrongly. */
const USAGE = 2;

const together = Object.keys(SECTIONS).filter((name) => !APART.includes(name));

const HELP = `Usage: npm run bench -- [options]

  --only <section>   measure this section alone
  --quick            fewer rounds, smaller sizes
  --json             one JSON object on stdout
  --accounts <n,…>   sizes of states, from 100 on, in place of those of the sections scale and catch-up
  --help             this text

Sections: ${together.join(', ')}.
Only where --only names them, because they take long: ${APART.join(', ')}.
`;

const options = () => {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        only: { type: 'string' },
        accounts: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    if (values.only !== undefined && !(values.only in SECTIONS))
      throw new Error(`--only takes one of ${Object.keys(SECTIONS).join(', ')}`);
    if (values.accounts !== undefined && !/^[1-9]\d{2,7}(,[1-9]\d{2,7})*$/.test(values.accounts))
      throw new Error('--accounts takes sizes from 100 on, such as 1000,10000');
    return values;
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
const measured = async (name: string, quick: boolean, accounts: string): Promise<Measured> => {
  const path = import.meta.url.replace(/main(?=\.\w+$)/, 'measure');
  child = fork(new URL(path), [name, quick ? 'quick' : 'full', accounts], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
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

const { quick = false, json = false, only, accounts = '' } = options();
const cpu = cpus()[0]?.model ?? 'unknown';
if (!json) process.stdout.write(`Node ${process.version}, ${cpu}; medians [quartiles], × peer in the same rounds\n\n`);
const rows: object[] = [];
for (const name of Object.keys(SECTIONS)) {
  if (only === undefined ? APART.includes(name) : name !== only) continue;
  const section = await measured(name, quick, accounts);
  rows.push(...section.rows.map((row) => ({ section: name, ...row })));
  if (!json) process.stdout.write(`${table(section.title, section.rows)}${section.summary}`);
}
if (json) process.stdout.write(`${JSON.stringify({ schema: 1, node: process.version, cpu, rows })}\n`);
