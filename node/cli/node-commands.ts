import type { Command } from 'commander';
import { DEFAULT_FOLDER } from '#node/config/folder.ts';
import type { CrosscheckCommandOptions } from './crosscheck.ts';
import type { DevnetCommandOptions } from './devnet.ts';
import type { NodeDoctorOptions } from './node-doctor.ts';
import type { NodeInitOptions } from './node-init.ts';
import type { NodeReloadOptions } from './node-reload.ts';
import type { NodeStartOptions } from './node-start.ts';
import type { NodeStatusOptions } from './node-status.ts';
import type { NodeStopOptions } from './node-stop.ts';

const DIR = ['--dir <folder>', "the node's folder", DEFAULT_FOLDER] as const;

/** `montana node …`, `montana devnet`, `montana crosscheck`. */
export const addNodeCommands = (program: Command): void => {
  const node = program.command('node').description('a node of a network: make, start, ask, reload and stop it');

  node
    .command('init')
    .description("make a node's folder: identity, configuration, genesis file")
    .option(...DIR)
    .option('--genesis <file>', 'genesis file of the network to join; it is copied')
    .option('--mnemonic <->', '-: recover the identity from 24 words on stdin; without it, a new one')
    .addHelpText(
      'after',
      `
A new identity is 24 words. They are printed once: write them down. The keys stand in identity.bin, which only you can
read. montana.yaml has every setting with its default, as a comment. An identity that stands in the folder without
montana.yaml, as from "montana keys new", becomes the node's.

Exit code 0: made; 1: it could not be; 2: wrong usage.

Examples:
  montana node init --dir alice --genesis genesis.yaml
  montana node init --dir alice --mnemonic - < words.txt`,
    )
    .action(async (options: NodeInitOptions) => {
      process.exitCode = await (await import('./node-init.ts')).nodeInit(options);
    });

  node
    .command('start')
    .description('run the node of a folder until it is stopped')
    .option(...DIR)
    .addHelpText(
      'after',
      `
All settings are in <folder>/montana.yaml; \`montana node config\` lists them. The log goes to stderr, a JSON object a line.
Ctrl-C, SIGTERM or \`montana node stop\` end it: it takes leave of its peers and closes its store; a second Ctrl-C ends it
at once. The folder can be copied while no node runs in it. Never run two copies: they would contradict each other.

Exit code 0: stopped; 1: it could not start, or could not go on, and says why; 2: wrong usage.

Example:
  montana node start --dir alice 2>> alice/node.log`,
    )
    .action(async (options: NodeStartOptions) => {
      process.exitCode = await (await import('./node-start.ts')).nodeStart(options);
    });

  node
    .command('status')
    .description('ask a running node: window, hash rate, peers')
    .option(...DIR)
    .option('--json', 'one JSON object on stdout')
    .addHelpText(
      'after',
      `
Exit code 0: it answered; 1: no node runs there; 2: wrong usage.

Example:
  montana node status --dir alice`,
    )
    .action(async (options: NodeStatusOptions) => {
      process.exitCode = await (await import('./node-status.ts')).nodeStatus(options);
    });

  node
    .command('stop')
    .description('end a running node and wait until it has ended')
    .option(...DIR)
    .addHelpText(
      'after',
      `
Exit code 0: it has ended; 1: no node runs there, or it does not end; 2: wrong usage.

Example:
  montana node stop --dir alice`,
    )
    .action(async (options: NodeStopOptions) => {
      process.exitCode = await (await import('./node-stop.ts')).nodeStop(options);
    });

  node
    .command('reload')
    .description('let a running node read montana.yaml again')
    .option(...DIR)
    .addHelpText(
      'after',
      `
Says which settings count from now on, and which after a restart. A file with a fault changes nothing.

Exit code 0: it has read it; 1: no node runs there, or the file has a fault; 2: wrong usage.

Example:
  montana node reload --dir alice`,
    )
    .action(async (options: NodeReloadOptions) => {
      process.exitCode = await (await import('./node-reload.ts')).nodeReload(options);
    });

  node
    .command('doctor')
    .description('look a node over: disk, pace, peers, reachability, store, settings; what to do about what is found')
    .option(...DIR)
    .option('--json', 'one JSON object on stdout')
    .addHelpText(
      'after',
      `
A line for everything it looked at: ok, warn or fail, what it is and what to do. Pace, peers and reachability are asked of
the running node; the rest needs none. Networks are told apart by the first half of an IPv4 address, without any map.

Exit code 0: nothing fails; 1: something does; 2: wrong usage.

Example:
  montana node doctor --dir alice`,
    )
    .action(async (options: NodeDoctorOptions) => {
      process.exitCode = await (await import('./node-doctor.ts')).nodeDoctor(options);
    });

  node
    .command('config')
    .description('list the keys of montana.yaml, with their defaults')
    .addHelpText('after', '\nExit code 0; 2: wrong usage.\n\nExample:\n  montana node config')
    .action(async () => {
      process.stdout.write(`${(await import('#node/config/config.ts')).configTable()}\n`);
    });

  program
    .command('devnet')
    .description('a network of its own on this machine: founders as processes, until Ctrl-C')
    .option('--nodes <n>', 'how many, 1 to 64', '4')
    .option('--windows <n>', 'end by itself when window n is final everywhere')
    .option('--dir <folder>', 'make it there, and keep it (default: a temporary folder)')
    .option('--keep', 'keep the temporary folder too')
    .option(
      '--kill <n>',
      'kill -9 a node by chance, n times (1 to 10000), each time until it is back; then compare the journals',
    )
    .option(
      '--work',
      'with --kill: owners pay and anchor meanwhile, newcomers join; then look whether anything is lost',
    )
    .option(
      '--late <n>',
      'one more node, no founder, joins when window n is final; more than 64 behind it takes a snapshot',
    )
    .option('--seed <text>', 'of the choice of nodes and times of --kill (default: another one each time)')
    .addHelpText(
      'after',
      `
Each node is a process with a folder of its own: node-0, node-1 … hold configuration, identity, database and log. They
listen on free ports of 127.0.0.1. A window takes one to two seconds with four nodes on two cores. The state roots of all
nodes are compared after every window. No process is left behind, however this one ends.

With --kill every node keeps a journal. In the end all of them must replay, every message must have been sent by whom it
came from, and no node may have signed twice for one slot, in whichever of its processes.

With --work two owners pay each other and anchor documents by the commands of this program, half of which are killed too
and taken up by \`montana account resume\`; the API is asked all the time; newcomers join by a snapshot and are killed on
the way. In the end every payment that settled stands in every node's account once, every proof that was written leads to
the last final window, stores are whole, balances sum to what was emitted, and no file is torn or left behind. Windows
are of tenths of a second; 200 kills take 10 to 15 minutes on two cores.

Exit code 0: all roots and journals agreed, nothing was lost; 1: they did not, or a node ended; 2: wrong usage;
130: interrupted before the end that --windows or --kill names. Without these Ctrl-C is the end.

Examples:
  montana devnet
  montana devnet --nodes 3 --windows 20
  montana devnet --kill 20
  montana devnet --kill 200 --work
  montana devnet --dir net   then, elsewhere:   montana node status --dir net/node-0`,
    )
    .action(async (options: DevnetCommandOptions) => {
      process.exitCode = await (await import('./devnet.ts')).devnet(options);
    });

  program
    .command('crosscheck')
    .description('the same network in the simulator and as processes: state roots and effects must be equal')
    .option('--nodes <n>', 'how many, 1 to 16', '4')
    .option('--windows <n>', 'how many, 1 to 1000', '16')
    .option('--dir <folder>', 'make the network there, and keep it with its journals (default: a temporary folder)')
    .addHelpText(
      'after',
      `
First half: operations of every type, each for a window of its own, are handed to every node at the start, in both shells.
The state roots of every window must be equal. A window that did not close in round 1 with the bundles of all nodes is
not comparable, and fails the command.
Second half: every process wrote down its inputs and effects. The same inputs, fed to the same core, must have the same
effects, byte for byte; and every message that a node received must stand in the journal of its sender.

Exit code 0: both hold; 1: they do not; 2: wrong usage; 130: interrupted.

Examples:
  montana crosscheck
  montana crosscheck --nodes 3 --windows 8 --dir check   then:   montana replay check/node-0`,
    )
    .action(async (options: CrosscheckCommandOptions) => {
      process.exitCode = await (await import('./crosscheck.ts')).crosscheck(options);
    });
};
