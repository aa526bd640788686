import { type Id, littleEndian, writeHex } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { RECORD_SIZES } from '../state/records.ts';
import type { Table } from '../state/state.ts';
import { State } from '../state/view.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import { planSnapshot, snapshotChunks } from './chunks.ts';

export const SEED = 20261121;

/** How many records each table has. */
export type Sizes = Readonly<Record<Table, number>>;

export const keyOf = (table: Table, n: number): Id =>
  hashId('mt-app', littleEndian(table.length, 1), littleEndian(n, 4));

/** A record of the right size with this key, told apart by `fill`; offset 50 of an account, is_node_operator, stays 0. */
export const recordOf = (table: Table, key: Id, fill = 0): Uint8Array => {
  const bytes = new Uint8Array(RECORD_SIZES[table]).fill(fill, 60);
  writeHex(key, bytes, 0);
  return bytes;
};

const entries = (table: Table, count: number): readonly (readonly [Id, Uint8Array])[] =>
  Array.from({ length: count }, (_, n) => [keyOf(table, n), recordOf(table, keyOf(table, n), n & 0xff)] as const);

export const stateOf = ({ account, node, candidate }: Sizes): State => {
  const base = new MemoryBase();
  const changes = {
    account: entries('account', account),
    node: entries('node', node),
    candidate: entries('candidate', candidate),
  };
  base.commit(new State(base).apply(changes).delta);
  return new State(base);
};

export const chunksOf = (state: State, recordsPerChunk: number): readonly FastSyncResponse[] =>
  Array.from(snapshotChunks(state, planSnapshot(state, recordsPerChunk)));

/** The chunk with one byte of its records changed by `xor`. */
export const withByte = (chunk: FastSyncResponse, at: number, xor = 1): FastSyncResponse => {
  const records = chunk.records.slice();
  records[at] = (records[at] as number) ^ xor;
  return { ...chunk, records };
};
