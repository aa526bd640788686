import type { Command } from 'commander';
import { UsageError } from './usage.ts';

/** The command that words lead to, as far as they do, and how it is called. */
const commandOf = (
  program: Command,
  words: readonly string[],
): { readonly command: Command; readonly depth: number } => {
  let command = program;
  let depth = 0;
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    command = next;
    depth++;
  }
  return { command, depth };
};

/** How to ask for the help that is nearest to what somebody typed. */
export const helpCall = (program: Command, words: readonly string[]): string =>
  [program.name(), ...words.slice(0, commandOf(program, words).depth), '--help'].join(' ');

/** `montana help <command>…`. Throws `UsageError`: there is no such command. */
export const addHelp = (program: Command): void => {
  program
    .helpCommand(false)
    .command('help')
    .description('how a command is called')
    .argument('[command...]', 'as `help node start`')
    .action((words: string[]) => {
      const { command, depth } = commandOf(program, words);
      if (depth < words.length) {
        throw new UsageError(
          `${words.join(' ')}: no such command; "${helpCall(program, words)}" lists those there are`,
        );
      }
      command.help();
    });
};
