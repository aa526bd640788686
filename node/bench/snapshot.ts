import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planSnapshot, snapshotChunks } from '#core/snapshot/chunks.ts';
import type { State } from '#core/state/view.ts';
import { one, type Series } from './harness.ts';
import { memory } from './memory.ts';
import type { Assembled } from './read-snapshot.ts';
import { writeChunk } from './snapshot-file.ts';
import { Watch } from './watch.ts';

interface Written {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly chunks: number;
  /** Alive on the way beside the state, in MB. */
  readonly beside: number;
}

/** All chunks of a state into a file. */
const write = (state: State, path: string, tell: (line: string) => void): Written => {
  const before = memory().live;
  let bytes = 0;
  let live = 0;
  const file = openSync(path, 'w');
  const plan = planSnapshot(state);
  const watch = new Watch(plan.totalChunks, (done) => {
    tell(`snapshot: ${done} of ${plan.totalChunks} chunks written`);
    // Halfway, for a collection of a large state takes seconds.
    if (2 * done >= plan.totalChunks) live ||= memory().live;
  });
  for (const chunk of snapshotChunks(state, plan)) {
    bytes += writeChunk(file, chunk);
    watch.at(chunk.chunkIndex + 1);
  }
  closeSync(file);
  return { milliseconds: watch.time(), bytes, chunks: plan.totalChunks, beside: live - before };
};

/** The file into an empty base on the disk, by a process of its own: every chunk judged, all trees hashed, all roots compared. */
const read = (path: string, staging: string, chunks: number, state: State): Assembled => {
  const script = fileURLToPath(import.meta.url.replace(/snapshot(?=\.\w+$)/, 'read-snapshot'));
  const { status, stdout } = spawnSync(
    process.execPath,
    [script, path, staging, `${chunks}`, JSON.stringify(state.roots())],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`snapshot: the process that read it ended with ${status}`);
  return JSON.parse(stdout) as Assembled;
};

/** Writes a snapshot of the state into a file; another process reads and verifies it. */
export const snapshotSeries = (name: string, state: State, tell: (line: string) => void): readonly Series[] => {
  const folder = mkdtempSync(join(tmpdir(), 'montana-bench-'));
  try {
    const path = join(folder, 'snapshot');
    const written = write(state, path, tell);
    const { reading, verifying, peak } = read(path, join(folder, 'staging'), written.chunks, state);
    return [
      one(`${name}, snapshot file`, 'MB', written.bytes / 1e6),
      one(`${name}, snapshot, write`, 'ms', written.milliseconds),
      one(`${name}, snapshot, live memory of writing, beside the state`, 'MB', written.beside),
      one(`${name}, snapshot, read, judge, hash`, 'ms', reading),
      one(`${name}, snapshot, verify the roots`, 'ms', verifying),
      one(`${name}, snapshot, peak memory of reading and verifying`, 'MB', peak),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
