import { createInterface } from 'node:readline/promises';
import { Refused } from '#node/config/refused.ts';

/** Asks on a terminal and goes on after `yes` alone; with `yes` set it does not ask. Throws `Refused`. */
export const confirm = async (question: string, yes: boolean, nothing: string): Promise<void> => {
  if (yes) return;
  if (!process.stdin.isTTY) throw new Refused(`nobody can be asked here; ${nothing}; say --yes if you are sure`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question(`${question} Type yes to go on: `), closed]);
    if (answer.trim().toLowerCase() !== 'yes') throw new Refused(`not confirmed; ${nothing}`);
  } finally {
    terminal.close();
  }
};
