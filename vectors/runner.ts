import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Case } from './case.ts';
import { DATA, jsonFiles, loadFile } from './cases.ts';
import { difference } from './compare.ts';
import { handlers } from './handlers.ts';
import { Input } from './input.ts';

/** What became of a case. `detail` is the first difference of a failed one, or why a skipped one says nothing about the core. */
export interface Verdict {
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly detail?: string | undefined;
}

/** Calls the function of a case and compares. Skipped: a function that is not implemented, data that contradict the specification. */
export const runCase = (entry: Case): Verdict => {
  const handler = handlers[entry.fn];
  if (handler === undefined) return { state: 'skipped' };
  try {
    const output = handler(new Input(entry.in), new Input(entry.out));
    const found = difference(entry.out, output);
    if (found !== undefined) return { state: 'failed', detail: found };
    return typeof output.note === 'string' ? { state: 'skipped', detail: output.note } : { state: 'passed' };
  } catch (error) {
    return { state: 'failed', detail: `threw ${error instanceof Error ? error.message : String(error)}` };
  }
};

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const totals = ({ passed, failed, skipped }: Count): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** Failures of one function that are printed in full. */
const MOST_SHOWN = 10;

/** A path that holds no vectors. */
export class NotVectors extends Error {
  override readonly name = 'NotVectors';
}

/**
 * Runs every case of the files and folders named, by default of the project's own. Prints a line for each function, and last
 * `N passed, N failed`, with `, N skipped` for cases of functions that do not exist here: they are named, and never passed.
 * Returns whether nothing failed. Throws `NotVectors`.
 */
export const runVectors = (paths: readonly string[], print: (line: string) => void): boolean => {
  const counts = new Map<string, Count>();
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  const files = (paths.length > 0 ? paths : [DATA, join(DATA, 'nist')]).flatMap(filesOf);
  for (const file of files) {
    for (const entry of read(file)) {
      const count = counts.get(entry.fn) ?? { passed: 0, failed: 0, skipped: 0 };
      counts.set(entry.fn, count);
      const { state, detail } = runCase(entry);
      count[state]++;
      total[state]++;
      if (detail === undefined || (state === 'failed' && count.failed > MOST_SHOWN)) continue;
      print(`${state === 'failed' ? 'FAILED' : state} ${basename(file)} ${entry.id} ${entry.fn}: ${detail}`);
    }
  }
  const byName = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const run = byName.filter(([fn]) => handlers[fn] !== undefined);
  const skipped = byName.filter(([fn]) => handlers[fn] === undefined);
  const width = Math.max(0, ...run.map(([fn]) => fn.length));
  for (const [fn, count] of run) print(`${fn.padEnd(width)}  ${totals(count)}`);
  if (skipped.length > 0) {
    print(`skipped, not implemented: ${skipped.map(([fn, count]) => `${fn} (${count.skipped})`).join(', ')}`);
  }
  print(totals(total));
  return total.failed === 0;
};

const filesOf = (path: string): readonly string[] => {
  if (!existsSync(path)) throw new NotVectors(`${path}: no such file or folder`);
  const files = jsonFiles(path);
  if (files.length === 0) throw new NotVectors(`${path}: no *.json in it`);
  return files;
};

const read = (file: string): readonly Case[] => {
  let cases: readonly Case[] | undefined;
  try {
    cases = loadFile(file);
  } catch (error) {
    throw new NotVectors(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (cases === undefined) throw new NotVectors(`${file}: not a file of vectors`);
  return cases;
};
