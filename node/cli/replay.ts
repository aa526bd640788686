import { closeSync, createReadStream, openSync, statSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultInWords, type JournalEnd, JournalReader, KIND_HOST, KIND_RUN } from '#core/journal/container.ts';
import { troubleInWords } from '#core/journal/difference.ts';
import { HostReplay } from '#core/journal/replay.ts';
import { hostNames } from '#sim/run/settings.ts';
import { verifierOf } from '#sim/trace/host-journal.ts';
import { replayRun } from '#sim/trace/replay-run.ts';
import { JournalError, readRunJournal } from '#sim/trace/run-journal.ts';
import { RUN_JOURNAL } from './journals.ts';
import { sourceDigest } from './source.ts';
import { UsageError } from './usage.ts';

/** Milliseconds between two lines of progress. */
const PAUSE = 1_000;

const PIECE = 1 << 20;

/** `montana replay <journal>`: exit code 0 where all is equal, 1 where something differs or the file is damaged. */
export const replay = async (path: string): Promise<number> => {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) throw new UsageError(`${path}: no such file; \`montana run --out <dir>\` writes journals`);
  if (file.isDirectory()) return replay(join(path, RUN_JOURNAL));
  const { kind, end } = await inspected(path);
  if (end.type === 'damaged') return refused(path, faultInWords(end.fault));
  if (end.type === 'unfinished') {
    process.stderr.write(`${path}: ends after block ${end.blocks} without an end mark\n`);
  }
  if (kind === KIND_HOST) return replayHost(path, file.size);
  if (kind === KIND_RUN) return replayOfRun(path);
  return refused(path, `a journal of an unknown kind, ${kind}`);
};

const refused = (path: string, why: string): number => {
  process.stderr.write(`${path}: ${why}; refused\n`);
  return 1;
};

/** Whose journal this is and how it ends: every block is checked before anything is replayed. */
const inspected = async (path: string): Promise<{ readonly kind: number | undefined; readonly end: JournalEnd }> => {
  const reader = new JournalReader();
  for await (const piece of pieces(path)) {
    reader.push(piece);
    if (reader.fault !== undefined) break;
  }
  return { kind: reader.kind, end: reader.finish() };
};

const pieces = (path: string): AsyncIterable<Buffer> => createReadStream(path, { highWaterMark: PIECE });

const replayHost = async (path: string, size: number): Promise<number> => {
  const reader = new JournalReader();
  const host = new HostReplay({ verifier: verifierOf });
  let told = performance.now();
  for await (const piece of pieces(path)) {
    for (const block of reader.push(piece)) {
      const trouble = host.take(block);
      if (trouble !== undefined) {
        process.stdout.write(`${path}: ${host.name} differs: ${troubleInWords(trouble)}\n`);
        return 1;
      }
      if (performance.now() - told < PAUSE) continue;
      told = performance.now();
      const percent = Math.floor((100 * block.offset) / size);
      process.stderr.write(`${percent} %: ${host.tally.inputs} inputs, ${host.windows} windows\n`);
    }
  }
  const { inputs, effects, digest } = host.tally;
  process.stdout.write(
    `${path}: ${host.name} equal: ${inputs} inputs, ${effects} effects, ${host.windows} windows, digest ${digest}\n`,
  );
  return 0;
};

const replayOfRun = async (path: string): Promise<number> => {
  let told = performance.now();
  try {
    const { equal, lines } = replayRun(readRunJournal(await readFile(path)), {
      source: await sourceDigest(),
      progress: ({ window, windows }) => {
        if (performance.now() - told < PAUSE) return;
        told = performance.now();
        process.stderr.write(`window ${window} of ${windows}\n`);
      },
    });
    process.stdout.write(`${lines.map((line) => `${path}: ${line}`).join('\n')}\n`);
    return equal ? 0 : 1;
  } catch (error) {
    if (error instanceof JournalError) return refused(path, error.message);
    throw error;
  }
};

/** The host that `--journal host:17` or `host:n017` names. */
export const parseJournalTarget = (target: string, nodes: number): string => {
  const names = hostNames(nodes);
  const wanted = target.match(/^host:(.+)$/)?.[1];
  if (wanted === undefined) throw new UsageError(`--journal ${target}: write host:<number or name>, e.g. host:0`);
  const name = /^\d+$/.test(wanted) ? names[Number(wanted)] : names.find((known) => known === wanted);
  if (name !== undefined) return name;
  throw new UsageError(`--journal ${target}: no such host; there are ${names[0]} to ${names.at(-1)}`);
};

/** Files that take the journals of hosts as a run goes: `journals` is what `Run` wants. */
export const openHostJournals = (
  hosts: readonly string[],
  folder: string,
): { readonly journals: ReadonlyMap<string, (bytes: Uint8Array) => void>; close(): void } => {
  const files = new Map([...new Set(hosts)].map((host) => [host, openSync(join(folder, `${host}.journal`), 'w')]));
  const journals = new Map(
    [...files].map(([host, file]) => [
      host,
      (bytes: Uint8Array): void => {
        writeSync(file, bytes);
      },
    ]),
  );
  return {
    journals,
    close() {
      for (const file of files.values()) closeSync(file);
    },
  };
};
