import { type Id, toHex } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import {
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeNodeRecord,
  RECORD_SIZES,
  type RecordError,
} from '../state/records.ts';
import { TABLES, type Table } from '../state/state.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';

/**
 * Why a chunk is refused, whatever the others say:
 *
 * - `WrongTable`: no table of a snapshot has this number; 4 is reserved;
 * - `WrongIndex`: chunk_index ≥ total_chunks;
 * - `WrongCount`: no record, or more than a chunk has;
 * - `WrongSize`: the records are not record_count × the size of the table's;
 * - `BadBoolByte`: a record does not decode;
 * - `DuplicateKey`, `NotAscending`: a key equals the one before it, or is below it.
 */
export type ChunkError = 'WrongTable' | 'WrongIndex' | 'WrongCount' | RecordError | 'DuplicateKey' | 'NotAscending';

/** A chunk that is sound in itself. */
export interface Chunk {
  readonly table: Table;
  readonly index: number;
  readonly total: number;
  /** One at least, ascending; copies, which keep nothing else alive. */
  readonly records: readonly (readonly [Id, Uint8Array])[];
}

const DECODE: Readonly<Record<Table, (record: Uint8Array) => Result<unknown, RecordError>>> = {
  account: decodeAccountRecord,
  node: decodeNodeRecord,
  candidate: decodeCandidateRecord,
};

/** What a chunk can be judged by alone, in the printed order of `ChunkError` (06 §7). Allocates no more than the chunk's own size. */
export const judgeChunk = (message: FastSyncResponse, recordsPerChunk: number): Result<Chunk, ChunkError> => {
  const { chunkIndex: index, totalChunks: total, recordCount: count, records: bytes } = message;
  const table = TABLES[message.tableId - 1];
  if (table === undefined) return fail('WrongTable');
  if (index >= total) return fail('WrongIndex');
  if (count < 1 || count > recordsPerChunk) return fail('WrongCount');
  const size = RECORD_SIZES[table];
  if (bytes.length !== count * size) return fail('WrongSize');
  const records: (readonly [Id, Uint8Array])[] = [];
  let before = '';
  for (let start = 0; start < bytes.length; start += size) {
    const record = bytes.slice(start, start + size);
    const decoded = DECODE[table](record);
    if (!decoded.ok) return decoded;
    const key = toHex(record, 0, 32);
    if (key === before) return fail('DuplicateKey');
    if (key < before) return fail('NotAscending');
    records.push([key, record]);
    before = key;
  }
  return ok({ table, index, total, records });
};
