import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { RECORD_SIZES } from '../state/records.ts';
import { TABLES } from '../state/state.ts';
import { State } from '../state/view.ts';
import { FAST_SYNC_RESPONSE } from '../wire/payloads.ts';
import { planSnapshot, type SnapshotSource, snapshotChunks } from './chunks.ts';
import { RECORDS_PER_CHUNK } from './limits.ts';
import { chunksOf, keyOf, recordOf, stateOf } from './tables.suite.ts';

describe('the chunks of a state', () => {
  it('are 13 bytes of head and whole records: tables in order, keys ascending, one numbering', () => {
    const state = stateOf({ account: 5, node: 2, candidate: 3 });
    const chunks = chunksOf(state, 2);
    expect(chunks.map(({ chunkIndex, totalChunks }) => [chunkIndex, totalChunks])).toEqual(
      Array.from({ length: 6 }, (_, i) => [i, 6]),
    );
    expect(chunks.map(({ tableId, recordCount }) => `${tableId}:${recordCount}`)).toEqual([
      '1:2',
      '1:2',
      '1:1',
      '2:2',
      '3:2',
      '3:1',
    ]);
    TABLES.forEach((table, i) => {
      const size = RECORD_SIZES[table];
      const keys = chunks
        .filter(({ tableId }) => tableId === i + 1)
        .flatMap(({ records }) =>
          Array.from({ length: records.length / size }, (_, n) => toHex(records, n * size, n * size + 32)),
        );
      expect(keys).toEqual(Array.from(state.range(table), ([key]) => key));
    });
    const bytes = FAST_SYNC_RESPONSE.encode(chunks[4] as (typeof chunks)[number]);
    expect(bytes.length).toBe(13 + 2 * 4034);
    expect(toHex(bytes, 0, 13)).toBe('04000000060000000302000000');
  });

  it.each([
    [0, 0],
    [1, 1],
    [31, 1],
    [32, 1],
    [33, 2],
    [64, 2],
    [65, 3],
  ])('%i records of a table are %i chunks of 32', (records, chunks) => {
    const plan = planSnapshot(stateOf({ account: 0, node: records, candidate: 1 }));
    expect(plan).toEqual({
      recordsPerChunk: RECORDS_PER_CHUNK,
      records: records + 1,
      chunks: { account: 0, node: chunks, candidate: 1 },
      totalChunks: chunks + 1,
    });
  });

  it('are none for a state without records', () => {
    expect(chunksOf(new State(new MemoryBase()), 2)).toEqual([]);
  });

  it('are the same over a base and over a base under deltas', () => {
    const below = stateOf({ account: 4, node: 3, candidate: 2 });
    const extra = keyOf('account', 99);
    const changes = {
      account: [[extra, recordOf('account', extra)] as const],
      node: [[keyOf('node', 1), null] as const],
    };
    const above = below.with(below.apply(changes).delta);
    const base = new MemoryBase();
    const tables = { account: above.range('account'), node: above.range('node'), candidate: above.range('candidate') };
    base.commit(new State(base).apply(tables).delta);
    expect(chunksOf(above, 2)).toEqual(chunksOf(new State(base), 2));
  });

  it('start anywhere: a resumed sequence is the rest of the whole one', () => {
    const state = stateOf({ account: 5, node: 2, candidate: 3 });
    const whole = chunksOf(state, 2);
    const plan = planSnapshot(state, 2);
    for (let from = 0; from <= whole.length + 1; from++) {
      expect(Array.from(snapshotChunks(state, plan, from))).toEqual(whole.slice(from));
    }
  });

  it('are made as they are asked for: a chunk reads no record beyond its own', () => {
    let read = 0;
    const source: SnapshotSource = {
      *range(table) {
        for (let n = 0; table === 'account' && n < 1000; n++, read++) {
          const key = n.toString(16).padStart(64, '0');
          yield [key, recordOf(table, key)];
        }
      },
    };
    const plan = planSnapshot(source);
    read = 0;
    const chunks = snapshotChunks(source, plan);
    chunks.next();
    expect(read).toBe(31);
    chunks.next();
    expect(read).toBe(63);
  });

  it('halt when the source is no longer what was counted', () => {
    const plan = planSnapshot(stateOf({ account: 5, node: 1, candidate: 0 }), 2);
    const other = stateOf({ account: 3, node: 1, candidate: 0 });
    expect(() => Array.from(snapshotChunks(other, plan))).toThrow(FatalInvariant);
  });
});
