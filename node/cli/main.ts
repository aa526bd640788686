import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { RunOptions } from './run.ts';
import { UsageError } from './usage.ts';

/** Exit code of a command that was called wrongly. */
const USAGE = 2;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

const program = new Command('montana')
  .description('A post-quantum peer-to-peer cash protocol whose scarcity is time: its node and its testbed')
  .version(version)
  .addHelpText(
    'after',
    '\nWithout a command: the screen on a terminal; elsewhere the tour, 100 nodes and 61 windows, as lines.',
  )
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`montana: ${oneLine(text)}\n`) });

// A command is one entry here and one file beside this one, loaded only when it runs.
program
  .command('vectors')
  .description("check conformance vectors, by default the project's own")
  .argument('[path...]', 'JSON files, or folders of them')
  .action(async (paths: string[]) => (await import('./vectors.ts')).vectors(paths));

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

program
  .command('run')
  .description('run a scenario once and judge it')
  .argument('<scenario>', 'a name from `montana list`, or a .json, .mjs or .ts file')
  .option('--variant <name>', 'the same experiment under other settings, e.g. the rule as published')
  .option('--seed <seed>', 'another history of the same scenario')
  .option('--set <path=value>', 'change a field, e.g. rules=published or hosts.0.speed=2000; repeatable', collect, [])
  .option('--json', 'one JSON object on stdout, progress on stderr')
  .option('--out <dir>', 'write result.json and run.journal there')
  .option('--journal <host:n>', 'also write the journal of a host there, e.g. host:17; repeatable', collect, [])
  .addHelpText(
    'after',
    `
Exit code 0: every expectation met; 1: one was not; 2: wrong usage; 130: interrupted.

Examples:
  montana run tour
  montana run steady --seed 7 --set nodes=300 --set hosts.0.count=300 --set windows=30
  montana run partition-heal --set rules=published --json`,
  )
  .action(async (scenario: string, options: RunOptions) => {
    process.exitCode = await (await import('./run.ts')).run(scenario, options);
  });

program
  .command('replay')
  .description('feed a journal to the same code and compare everything that comes of it')
  .argument('<journal>', 'the journal of a host or of a run, or the folder of a run')
  .addHelpText(
    'after',
    `
Exit code 0: equal; 1: something differs, or the file is damaged; 2: wrong usage.

Examples:
  montana run tour --journal host:17 --out out
  montana replay out/n017.journal
  montana replay out`,
  )
  .action(async (path: string) => {
    process.exitCode = await (await import('./replay.ts')).replay(path);
  });

program
  .command('compare')
  .description('find the first difference of two runs, or of two journals of a host')
  .argument('<a>', 'a run.journal, the folder of `montana run --out`, or the journal of a host')
  .argument('<b>', 'the other one')
  .addHelpText(
    'after',
    `
Names the settings that differ, then the first thing that happens otherwise: time, window, host, message.
Exit code 0: equal; 1: they differ; 2: wrong usage.`,
  )
  .action(async (a: string, b: string) => {
    process.exitCode = await (await import('./compare.ts')).compare(a, b);
  });

program
  .command('list')
  .description('the scenarios, and what each claims')
  .option('--json', 'one JSON object on stdout')
  .action(async (options: { json?: boolean }) => (await import('./list.ts')).list(options));

try {
  if (process.argv.length > 2) await program.parseAsync();
  else process.exitCode = await (await import('./ui.ts')).ui();
} catch (error) {
  if (error instanceof UsageError) console.error(`montana: ${oneLine(error.message)}`);
  else if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : USAGE;
}
