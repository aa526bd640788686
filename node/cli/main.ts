import { enableCompileCache } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import { FileFaults, Refused } from '#node/config/refused.ts';
import { addAccountCommands } from './account-commands.ts';
import { addAnchorCommands } from './anchor-commands.ts';
import { addHelp, helpCall } from './help.ts';
import { addKeysCommands } from './keys-commands.ts';
import { addNodeCommands } from './node-commands.ts';
import type { ReportOptions } from './report.ts';
import type { RunOptions } from './run.ts';
import type { SweepOptions } from './sweep.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

// Halves the start: the modules that a command loads are compiled once for all its calls.
enableCompileCache();

/** Exit codes of a command that cannot do what it was asked, and of one that was called wrongly. */
const REFUSED = 1;
const USAGE = 2;

// A reader that has seen enough, as in `montana list | head`, is no fault. The code is a shell's for SIGPIPE.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
});

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

/** What is wrong with a call, and where it stands how to call. */
const usage = (text: string): string =>
  `${oneLine(text.replace(/^error: /, ''))}; see "${helpCall(program, process.argv.slice(2))}"`;

const program: Command = new Command('montana')
  .description('A post-quantum peer-to-peer cash protocol whose scarcity is time: its node and its testbed')
  .version(version)
  .addHelpText(
    'after',
    '\nWithout a command: the screen on a terminal; elsewhere the tour, 100 nodes and 61 windows, as lines.',
  )
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`montana: ${usage(text)}\n`) });

// A command is one entry here and one file beside this one, loaded only when it runs.
program
  .command('vectors')
  .description("check conformance vectors, by default the project's own")
  .argument('[path...]', 'JSON files, or folders of them')
  .addHelpText(
    'after',
    `
Exit code 0: every vector passed; 1: one did not; 2: wrong usage.

Example:
  montana vectors vectors/data/hash.json`,
  )
  .action(async (paths: string[]) => (await import('./vectors.ts')).vectors(paths));

/** An option that may be given several times. */
const repeatable = (flags: string, description: string): Option =>
  new Option(flags, `${description}; repeatable`)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], 'none');

program
  .command('run')
  .description('run a scenario once and judge it')
  .argument('<scenario>', 'a name from `montana list`, or a .json, .mjs or .ts file')
  .option('--variant <name>', 'the same experiment under other settings, e.g. the rule as published')
  .option('--seed <seed>', 'another history of the same scenario')
  .addOption(repeatable('--set <path=value>', 'change a field, e.g. rules=published or hosts.0.speed=2000'))
  .option('--json', 'one JSON object on stdout, progress on stderr')
  .option('--out <dir>', 'write result.json and run.journal there')
  .addOption(repeatable('--journal <host:n>', 'also write the journal of a host there, e.g. host:17'))
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
  .command('sweep')
  .description('run a scenario over a grid of settings and seeds, in child processes')
  .argument('<scenario>', 'a name from `montana list`, or a .json, .mjs or .ts file')
  .requiredOption('--out <dir>', 'required: the folder of the sweep, begun there or taken up where it stopped')
  .addOption(repeatable('--vary <path=values>', 'a field and its values: a list a,b,c or a range 0..45/5'))
  .option('--seeds <n>', 'so many seeds for each combination', '1')
  .option('--seed-from <k>', 'the first of them', '1')
  .addOption(repeatable('--variant <name>', 'a variant of the scenario; all: as written and each of them'))
  .addOption(repeatable('--set <path=value>', 'change a field in every run'))
  .option('--shard <i/n>', 'only the i-th of every n runs; `montana merge` puts shards together', '1/1')
  .option('--jobs <n>', 'child processes (default: one for each core)')
  .addHelpText(
    'after',
    `
Each combination of values is a cell of the table, run with every seed. The same command again goes on where the sweep
was stopped, by Ctrl-C or by kill -9; a sweep that is asked for differently, or made by other code, needs another folder.
Fields that belong together are varied together: --vary nodes,hosts.0.count=50,100.

The folder holds sweep.json (what was asked for), runs.jsonl (a line a run) and, at the end, table.txt, results.csv and
results.json. Shares come with Wilson's interval of 95 %. \`montana report <dir>\` draws them.

Exit code 0: every run met its expectations; 1: one did not, or failed; 2: wrong usage; 130: interrupted.

Examples:
  montana sweep two-thirds-offline --vary faults.0.hosts.share=0..45/5 --seeds 20 --out runs/offline
  montana sweep equivocating-leader --variant all --seeds 50 --out runs/leader
  montana sweep steady --vary hosts.0.spread=10,50,100 --vary network.loss=0,1000,10000 --seeds 5 --out runs/steady
  montana sweep tour --seeds 40 --shard 2/4 --out runs/tour-2`,
  )
  .action(async (scenario: string, options: SweepOptions) => {
    process.exitCode = await (await import('./sweep.ts')).sweep(scenario, options);
  });

program
  .command('merge')
  .description('put the shards of a sweep together')
  .argument('<dir...>', 'folders of one sweep: its shards, or parts of it made at different places')
  .requiredOption('--out <dir>', 'required: the folder of the whole; what it holds of the sweep already is kept')
  .addHelpText(
    'after',
    `
The tables are those of the sweep made in one piece. Runs that are missing are named; \`montana sweep\` with the same
arguments, without --shard, and --out <dir> makes them. A run that is there twice must be the same both times.

Exit code 0: all runs are there and met their expectations; 1: not; 2: wrong usage, or folders that do not go together.

Example:
  montana merge runs/tour-1 runs/tour-2 runs/tour-3 runs/tour-4 --out runs/tour`,
  )
  .action(async (folders: string[], options: { out: string }) => {
    process.exitCode = await (await import('./merge.ts')).merge(folders, options);
  });

program
  .command('report')
  .description('draw a run or a sweep: one HTML file without script')
  .argument('<dir>', 'what --out of `montana run`, `montana sweep` or `montana merge` named')
  .addOption(repeatable('--metric <names>', 'of a sweep: these metrics, a,b,c, instead of those with limits'))
  .addHelpText(
    'after',
    `
Writes report.html into the folder and prints its path. A sweep may still be under way.

Exit code 0: written; 2: wrong usage, or nothing to draw.

Examples:
  montana report runs/offline
  montana report runs/steady --metric roundOneShare,bundleSpread99Ms`,
  )
  .action(async (folder: string, options: ReportOptions) => (await import('./report.ts')).report(folder, options));

program
  .command('replay')
  .description('feed a journal to the same code and compare everything that comes of it')
  .argument('<journal>', 'the journal of a host or of a run; the folder of a run, or of a live node')
  .addHelpText(
    'after',
    `
Exit code 0: equal; 1: something differs, or the file is damaged; 2: wrong usage.

Examples:
  montana run tour --journal host:17 --out out
  montana replay out/n017.journal
  montana replay out
  montana replay alice   a node with journal: on in its montana.yaml`,
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
Exit code 0: equal; 1: they differ; 2: wrong usage, or a damaged file.

Example:
  montana compare runs/tour runs/other`,
  )
  .action(async (a: string, b: string) => {
    process.exitCode = await (await import('./compare.ts')).compare(a, b);
  });

program
  .command('list')
  .description('the scenarios, and what each claims')
  .option('--json', 'one JSON object on stdout')
  .addHelpText('after', '\nExit code 0; 2: wrong usage.\n\nExample:\n  montana list')
  .action(async (options: { json?: boolean }) => (await import('./list.ts')).list(options));

addNodeCommands(program);
addKeysCommands(program);
addAccountCommands(program);
addAnchorCommands(program);
addHelp(program);

try {
  if (process.argv.length > 2) await program.parseAsync();
  else process.exitCode = await (await import('./ui.ts')).ui();
} catch (error) {
  if (error instanceof FileFaults) console.error(error.message);
  else if (error instanceof UsageError || error instanceof Refused) console.error(`montana: ${oneLine(error.message)}`);
  else if (!(error instanceof CommanderError)) throw error;
  if (error instanceof Refused) process.exitCode = REFUSED;
  else process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : USAGE;
}
