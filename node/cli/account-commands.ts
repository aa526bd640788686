import type { Command } from 'commander';
import { DEFAULT_FOLDER } from '#node/config/folder.ts';
import type { AccountOptions, RemoteOptions } from '#node/owner/wallet.ts';
import type { AccountChangeKeyOptions } from './account-change-key.ts';
import type { AccountHistoryOptions } from './account-history.ts';
import type { AccountReceiveOptions } from './account-receive.ts';
import type { AccountResumeOptions } from './account-resume.ts';
import type { AccountSendOptions } from './account-send.ts';
import type { AccountWatchOptions } from './account-watch.ts';

/** `montana account …`. */
export const addAccountCommands = (program: Command): void => {
  const account = program
    .command('account')
    .description('an account: pay, be paid, look at it, by way of a running node');

  const own = (name: string, description: string): Command =>
    account
      .command(name)
      .description(description)
      .option('--dir <folder>', "a node's folder: its identity, and the node to ask", DEFAULT_FOLDER)
      .option('--identity <file>', 'an identity file elsewhere')
      .option('--json', 'JSON on stdout');

  const asking = (name: string, description: string): Command =>
    own(name, description)
      .option('--node <folder>', 'the folder of the node to ask, where it is not --dir')
      .option('--account <address>', 'the account, where it is not the first one of the identity');

  /** Of any node that runs, which is told who asks, and believed only what it proves. */
  const anywhere = (name: string, description: string): Command =>
    asking(name, description)
      .option('--remote <multiaddr>', 'ask this node instead, believing only what it proves: /ip4/…/tcp/…/p2p/Qm…')
      .option('--genesis <file>', 'with --remote: the genesis file of the network, whose founders are trusted')
      .option('--checkpoint <window:hash>', 'with --remote: a final header that history has to lead through');

  const DONE = '\nExit code 0: done; 1: it could not be; 2: wrong usage.\n';

  own('address', 'print the address')
    .option('--account <address>', 'check an address instead')
    .addHelpText('after', `\nAsks no node.\n${DONE}\nExample:\n  montana account address --identity bob/identity.bin`)
    .action(async (options: AccountOptions) => {
      process.exitCode = (await import('./account-address.ts')).accountAddress(options);
    });

  anywhere('balance', 'what the account has after the last final window')
    .addHelpText(
      'after',
      `
Exit code 0: it answered; 1: there is no such account, or no node; 2: wrong usage.

Examples:
  montana account balance --dir alice
  montana account balance --identity bob/identity.bin --node alice`,
    )
    .action(async (options: RemoteOptions) => {
      process.exitCode = await (await import('./account-balance.ts')).accountBalance(options);
    });

  anywhere('send', 'pay somebody, and follow it to the end')
    .argument('<to>', 'an address, or a payment request: <name>.montana-request')
    .argument('<amount>', '12.5 is Montana, with nine decimals; or 300moneta')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
An account begins with the first payment to it, which needs the payment request that \`montana account receive\` writes.
The payment is written to <address>.pending beside the identity before the network hears of it. Should this command or
the machine end, \`montana account resume\` goes on with the same bytes: nothing is ever paid twice.

  pending     the network has it; it waits for a window
  confirming  a quorum listed it: a hint
  confirmed   irreversible
  settled     done; the receiver can spend it from the next window on
  failed      it can settle no more: the line says why, and what to do

An account has one operation a window. There are no fees.

Exit code 0: settled; 1: not, and the line says what to do; 2: wrong usage.

Examples:
  montana account send bob.montana-request 5 --dir alice
  montana account send mt2D4zg5S4qjjNLmuqLZsuS9rwMUoa47SgmQ7RQvkW7hfVmaRgfb 0.25 --identity bob/identity.bin --node alice`,
    )
    .action(async (to: string, amount: string, options: AccountSendOptions) => {
      process.exitCode = await (await import('./account-send.ts')).accountSend(to, amount, options);
    });

  anywhere('resume', 'take up the operation that was under way when a command or the machine ended')
    .option('--give-up', 'forget it where the network does not take it; it may still settle instead of your next one')
    .addHelpText(
      'after',
      `
Exit code 0: it settled, or there was none; 1: it did not settle; 2: wrong usage.

Example:
  montana account resume --dir alice`,
    )
    .action(async (options: AccountResumeOptions) => {
      process.exitCode = await (await import('./account-resume.ts')).accountResume(options);
    });

  own('receive', 'what somebody needs who pays you')
    .option('--out <file>', 'write a payment request: <name>.montana-request')
    .addHelpText(
      'after',
      `
Asks no node: an account can be made where there is no network.

Exit code 0: done; 1: the identity cannot be read, or the file not written; 2: wrong usage.

Example:
  montana account receive --identity bob/identity.bin --out bob.montana-request`,
    )
    .action(async (options: AccountReceiveOptions) => {
      process.exitCode = (await import('./account-receive.ts')).accountReceive(options);
    });

  asking('history', 'operations of the account and to it, newest first')
    .option('--count <n>', 'at least so many, if there are; 1 to 256', '20')
    .option('--before <window>', 'of windows before this one')
    .addHelpText('after', `${DONE}\nExample:\n  montana account history --dir alice --count 50`)
    .action(async (options: AccountHistoryOptions) => {
      process.exitCode = await (await import('./account-history.ts')).accountHistory(options);
    });

  anywhere('watch', 'a line for every final window, and one for every operation in it')
    .option('--windows <n>', 'end by itself after so many lines of windows, 1 to 1000000')
    .addHelpText(
      'after',
      `
Exit code 0: Ctrl-C, or after --windows; 1: no node answers any more; 2: wrong usage.

Example:
  montana account watch --identity bob/identity.bin --node alice`,
    )
    .action(async (options: AccountWatchOptions) => {
      process.exitCode = await (await import('./account-watch.ts')).accountWatch(options);
    });

  asking('change-key', 'give the account the key of another identity')
    .requiredOption('--to <file>', 'required: the identity file of the new key; "montana keys new" makes one')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
The address stays. From the window in which it settles only the new identity signs: name it and the address in every
command, as in  montana account send … --identity new/identity.bin --account mt…

Exit code 0: settled; 1: not; 2: wrong usage.

Example:
  montana account change-key --dir alice --to new/identity.bin`,
    )
    .action(async (options: AccountChangeKeyOptions) => {
      process.exitCode = await (await import('./account-change-key.ts')).accountChangeKey(options);
    });
};
