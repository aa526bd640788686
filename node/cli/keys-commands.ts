import type { Command } from 'commander';
import { DEFAULT_FOLDER } from '#node/config/folder.ts';
import type { KeysForgetSeedOptions } from './keys-forget-seed.ts';
import type { KeysNewOptions } from './keys-new.ts';
import type { KeysRestoreOptions } from './keys-restore.ts';
import type { KeysShowOptions } from './keys-show.ts';

const DIR = ['--dir <folder>', "the node's folder: its identity.bin", DEFAULT_FOLDER] as const;
const IDENTITY = ['--identity <file>', 'an identity file elsewhere, without a node'] as const;
const EXIT = '\nExit code 0: done; 1: it could not be; 2: wrong usage.\n';

/** `montana keys …`. */
export const addKeysCommands = (program: Command): void => {
  const keys = program.command('keys').description('the keys of an owner: make, restore, look at them');

  keys
    .command('new')
    .description('make an identity; its 24 words are shown once')
    .option(...DIR)
    .option(...IDENTITY)
    .option('--ephemeral', 'keys that no words recover: whoever loses the file loses the account')
    .addHelpText('after', `${EXIT}\nExample:\n  montana keys new --identity bob/identity.bin`)
    .action(async (options: KeysNewOptions) => {
      process.exitCode = (await import('./keys-new.ts')).keysNew(options);
    });

  keys
    .command('restore')
    .description('make the identity of 24 words, which come on stdin')
    .option(...DIR)
    .option(...IDENTITY)
    .option('--mnemonic <->', '- alone: words come from stdin, which is so without it too')
    .option('--ephemeral', 'write the keys without the master seed')
    .addHelpText(
      'after',
      `
A terminal asks for the words and does not show them. Compare the recovery fingerprint with the one your other device says.
${EXIT}
Examples:
  montana keys restore --identity bob/identity.bin
  montana keys restore --dir alice --mnemonic - < words.txt`,
    )
    .action(async (options: KeysRestoreOptions) => {
      process.exitCode = await (await import('./keys-restore.ts')).keysRestore(options);
    });

  keys
    .command('show')
    .description('address, fingerprints and ids of an identity; nothing secret')
    .option(...DIR)
    .option(...IDENTITY)
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', `${EXIT}\nExample:\n  montana keys show --dir alice`)
    .action(async (options: KeysShowOptions) => {
      process.exitCode = (await import('./keys-show.ts')).keysShow(options);
    });

  keys
    .command('forget-seed')
    .description('rewrite an identity file without the master seed: it keeps the keys alone')
    .option(...DIR)
    .option(...IDENTITY)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
The keys stay the same, a running node need not be told. From then on the file does not lead to keys that are derived
later; the 24 words still do. The old bytes are overwritten; copies and snapshots of the disk are yours to remove.
${EXIT}
Example:
  montana keys forget-seed --dir alice`,
    )
    .action(async (options: KeysForgetSeedOptions) => {
      process.exitCode = await (await import('./keys-forget-seed.ts')).keysForgetSeed(options);
    });
};
