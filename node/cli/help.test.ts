import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addAccountCommands } from './account-commands.ts';
import { addAnchorCommands } from './anchor-commands.ts';
import { helpCall } from './help.ts';
import { addKeysCommands } from './keys-commands.ts';
import { montana } from './launch.suite.ts';
import { addNodeCommands } from './node-commands.ts';

const program = new Command('montana');
for (const add of [addNodeCommands, addKeysCommands, addAccountCommands, addAnchorCommands]) add(program);

/** Commands that do something, with their names in full. */
const leaves = (command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] =>
  command.commands.length === 0
    ? [[path.join(' '), command]]
    : command.commands.flatMap((next) => leaves(next, [...path, next.name()]));

test.each(leaves(program))('the help of %s: exit codes, an example, options that must be named', (path, command) => {
  let text = '';
  command.configureOutput({
    writeOut(part) {
      text += part;
    },
  });
  command.outputHelp();
  expect(text).toContain('Exit code 0');
  expect(text).toMatch(/\nExamples?:\n {2}montana /);
  expect(text).toContain(`  montana ${path}`);
  for (const option of command.options) if (option.mandatory) expect(option.description).toMatch(/^required: /);
});

test('so has the help of every other command, by both ways to ask for it', async () => {
  const names = ['run', 'sweep', 'merge', 'report', 'replay', 'compare', 'list', 'vectors'];
  const texts = await Promise.all(
    names.map((name, i) => (i % 2 === 0 ? montana('help', name) : montana(name, '--help'))),
  );
  for (const [i, { status, stdout, stderr }] of texts.entries()) {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/Exit code 0[\s\S]*\nExamples?:\n {2}montana /);
    expect(stdout).toContain(`Usage: montana ${names[i]}`);
  }
});

test.each([
  [['foo'], 'montana --help'],
  [['node', 'strat', 'x'], 'montana node --help'],
  [['anchor', 'verify', 'node', '--path'], 'montana anchor verify --help'],
  [[], 'montana --help'],
])('%j leads to %s', (words, call) => {
  expect(helpCall(program, words)).toBe(call);
});
