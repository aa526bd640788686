import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planSnapshot } from '#core/snapshot/chunks.ts';
import type { State } from '#core/state/view.ts';
import type { Settled } from '#core/transition/settled.ts';
import { PIECE, SnapshotWriter } from '#node/store/snapshot-file.ts';
import { one, type Series } from './harness.ts';
import { memory } from './memory.ts';
import type { Assembled } from './read-snapshot.ts';
import { Watch } from './watch.ts';

interface Written {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly chunks: number;
  /** Alive on the way beside the state, in MB. */
  readonly beside: number;
}

/** All records of a state into a file, piece by piece, until it is on the disk. */
const write = async (settled: Settled, path: string, tell: (line: string) => void): Promise<Written> => {
  const before = memory().live;
  let live = 0;
  const { records, totalChunks } = planSnapshot(settled.state);
  const pieces = Math.ceil(records / PIECE);
  const writer = new SnapshotWriter(path, settled);
  const watch = new Watch(pieces, (done) => {
    tell(`snapshot: ${done} of ${pieces} pieces written`);
    // Halfway, for a collection of a large state takes seconds.
    if (2 * done >= pieces) live ||= memory().live;
  });
  for (let piece = 1; piece <= pieces; piece++) {
    writer.writeSome();
    watch.at(piece);
  }
  await writer.finish();
  return { milliseconds: watch.time(), bytes: statSync(path).size, chunks: totalChunks, beside: live - before };
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
export const snapshotSeries = async (
  name: string,
  settled: Settled,
  tell: (line: string) => void,
): Promise<readonly Series[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'montana-bench-'));
  try {
    const path = join(folder, 'snapshot');
    const written = await write(settled, path, tell);
    const { reading, verifying, peak } = read(path, join(folder, 'staging'), written.chunks, settled.state);
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
