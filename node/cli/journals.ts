import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Block, faultInWords, JournalReader } from '#core/journal/container.ts';
import { JournalError, type RunJournal, readRunJournal } from '#sim/trace/run-journal.ts';
import { UsageError } from './usage.ts';

/** What `montana run --out` calls the journal of a run. */
export const RUN_JOURNAL = 'run.journal';

const PIECE = 1 << 20;

/** The file of a journal: itself, or the run's journal in a folder. Throws `UsageError`. */
export const journalFile = (path: string): string => {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? join(path, RUN_JOURNAL) : path;
  if (existsSync(file)) return file;
  throw new UsageError(`${file}: no such file; \`montana run <scenario> --out <dir>\` writes <dir>/${RUN_JOURNAL}`);
};

/** What the header of a journal says it holds. Throws `UsageError`. */
export const kindOf = (file: string): number => {
  const reader = new JournalReader();
  for (const piece of pieces(file)) {
    reader.push(piece);
    if (reader.kind !== undefined || reader.fault !== undefined) break;
  }
  if (reader.kind !== undefined) return reader.kind;
  const end = reader.finish();
  throw new UsageError(`${file}: ${end.type === 'damaged' ? faultInWords(end.fault) : 'it is empty'}`);
};

/** The journal of a run. Throws `UsageError`. */
export const openRunJournal = async (file: string): Promise<RunJournal> => {
  const bytes = await readFile(file);
  return named(file, () => readRunJournal(bytes));
};

/** The blocks of a journal, one piece of the file after the other. Throws `UsageError` where one is damaged. */
export function* blocksOf(file: string): Generator<Block> {
  const reader = new JournalReader();
  for (const piece of pieces(file)) {
    yield* reader.push(piece);
    if (reader.fault !== undefined) break;
  }
  const end = reader.finish();
  if (end.type === 'damaged') throw new UsageError(`${file}: ${faultInWords(end.fault)}`);
}

/** Runs what reads a journal; what is wrong with it is told with its name. */
export const named = <T>(file: string, call: () => T): T => {
  try {
    return call();
  } catch (error) {
    throw error instanceof JournalError ? new UsageError(`${file}: ${error.message}`) : error;
  }
};

function* pieces(file: string): Generator<Uint8Array> {
  const handle = openSync(file, 'r');
  try {
    for (;;) {
      const piece = new Uint8Array(PIECE);
      const size = readSync(handle, piece);
      if (size === 0) return;
      yield piece.subarray(0, size);
    }
  } finally {
    closeSync(handle);
  }
}
