import { FatalInvariant } from '../bytes/fatal.ts';
import { divide } from '../bytes/integers.ts';
import { RECORD_SIZES } from '../state/records.ts';
import { type Base, TABLES, type Table } from '../state/state.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import { RECORDS_PER_CHUNK } from './limits.ts';

/** The tables of a settled state, read in key order: a `State` or a `Base`. */
export type SnapshotSource = Pick<Base, 'range'>;

/** How a state is cut into chunks, before any of them is made. */
export interface SnapshotPlan {
  readonly recordsPerChunk: number;
  readonly records: number;
  /** Chunks of each table; a table without records has none. */
  readonly chunks: Readonly<Record<Table, number>>;
  readonly totalChunks: number;
}

/** Counts the records of the three tables: one pass that keeps nothing. */
export const planSnapshot = (source: SnapshotSource, recordsPerChunk: number = RECORDS_PER_CHUNK): SnapshotPlan => {
  const chunks: Record<Table, number> = { account: 0, node: 0, candidate: 0 };
  let records = 0;
  let totalChunks = 0;
  for (const table of TABLES) {
    let count = 0;
    for (const _ of source.range(table)) count++;
    records += count;
    chunks[table] = divide(count + recordsPerChunk - 1, recordsPerChunk);
    totalChunks += chunks[table];
  }
  return { recordsPerChunk, records, chunks, totalChunks };
};

/**
 * The chunks of a state from `resumeOffset` on, made one at a time as they are asked for: tables in order 1, 2, 3, records ascending
 * by key, one flat numbering (06 §7). A state has one sequence of chunks, whoever makes it. The source must stay what the plan
 * counted for as long as chunks are taken from it.
 */
export function* snapshotChunks(
  source: SnapshotSource,
  plan: SnapshotPlan,
  resumeOffset = 0,
): Generator<FastSyncResponse, void> {
  let next = 0;
  for (const table of TABLES) {
    const end = next + plan.chunks[table];
    if (end > resumeOffset) {
      const skipped = Math.max(0, resumeOffset - next);
      next += skipped;
      for (const records of groups(source, table, plan.recordsPerChunk, skipped)) {
        yield chunk(plan, next++, table, records);
      }
      if (next !== end) throw new FatalInvariant(`snapshot source changed: ${next} chunks at the end of ${table}`);
    }
    next = end;
  }
}

/** Records of a table in groups of `size`, the last may be smaller; without the first `skipped` groups. */
function* groups(
  source: SnapshotSource,
  table: Table,
  size: number,
  skipped: number,
): Generator<readonly Uint8Array[], void> {
  let toSkip = skipped * size;
  let group: Uint8Array[] = [];
  for (const [, record] of source.range(table)) {
    if (toSkip > 0) {
      toSkip--;
      continue;
    }
    group.push(record);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

const chunk = (
  { totalChunks }: SnapshotPlan,
  chunkIndex: number,
  table: Table,
  records: readonly Uint8Array[],
): FastSyncResponse => {
  const size = RECORD_SIZES[table];
  const bytes = new Uint8Array(size * records.length);
  records.forEach((record, i) => {
    bytes.set(record, size * i);
  });
  return { chunkIndex, totalChunks, tableId: TABLES.indexOf(table) + 1, recordCount: records.length, records: bytes };
};
