import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Block,
  faultInWords,
  type JournalEnd,
  JournalReader,
  KIND_HOST,
  KIND_RUN,
} from '#core/journal/container.ts';
import { blocksIn, JournalError } from '#sim/trace/blocks.ts';
import { type RunJournal, readRunJournal } from '#sim/trace/run-journal.ts';
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

/** What a journal holds, with all its blocks checked; says on stderr where its end is missing. Throws `JournalError`. */
export const inspect = (file: string): 'host' | 'run' => {
  const reader = new JournalReader();
  for (const piece of pieces(file)) {
    reader.push(piece);
    if (reader.fault !== undefined) break;
  }
  const end: JournalEnd = reader.finish();
  if (end.type === 'damaged') throw new JournalError(faultInWords(end.fault));
  if (end.type === 'unfinished') process.stderr.write(`${file}: ends after block ${end.blocks} without an end mark\n`);
  if (reader.kind === KIND_HOST) return 'host';
  if (reader.kind === KIND_RUN) return 'run';
  throw new JournalError(`a journal of an unknown kind, ${reader.kind}`);
};

/** The blocks of a host's journal, one after another. Throws `JournalError`. */
export const hostBlocks = (file: string): Iterable<Block> => blocksIn(pieces(file), KIND_HOST);

/** The journal of a run. Throws `UsageError`. */
export const openRunJournal = (file: string): RunJournal => named(file, () => readRunJournal(pieces(file)));

/** Runs what reads a journal; what is wrong with it is told with its name. */
export const named = <T>(file: string, call: () => T): T => {
  try {
    return call();
  } catch (error) {
    throw error instanceof JournalError ? new UsageError(`${file}: ${error.message}`) : error;
  }
};

export function* pieces(file: string): Generator<Uint8Array> {
  const handle = opened(file);
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

const opened = (file: string): number => {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
