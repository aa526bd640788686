import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../bytes/bytes.ts';
import { RECORD_SIZES } from '../state/records.ts';
import { TABLES } from '../state/state.ts';
import { FAST_SYNC_RESPONSE, type FastSyncResponse } from '../wire/payloads.ts';
import { judgeChunk } from './judge-chunk.ts';
import { chunksOf, SEED, stateOf, withByte } from './tables.suite.ts';

const [accounts, nodes, candidates] = chunksOf(stateOf({ account: 3, node: 3, candidate: 3 }), 3) as readonly [
  FastSyncResponse,
  FastSyncResponse,
  FastSyncResponse,
];

const errorOf = (chunk: FastSyncResponse, recordsPerChunk = 3): string | undefined => {
  const judged = judgeChunk(chunk, recordsPerChunk);
  return judged.ok ? undefined : judged.error;
};

/** The account chunk with its records in another order; one may stand twice. */
const reordered = (...order: readonly number[]): FastSyncResponse => ({
  ...accounts,
  recordCount: order.length,
  records: concat(...order.map((n) => accounts.records.subarray(2059 * n, 2059 * (n + 1)))),
});

describe('a chunk by itself', () => {
  it('is sound: every table, one record to as many as a chunk has', () => {
    [accounts, nodes, candidates].forEach((chunk, i) => {
      const judged = judgeChunk(chunk, 3);
      if (!judged.ok) throw new Error(judged.error);
      expect(judged.value).toMatchObject({ table: TABLES[i], index: i, total: 3 });
      expect(concat(...judged.value.records.map(([, record]) => record))).toEqual(chunk.records);
    });
    expect(errorOf(reordered(1))).toBeUndefined();
  });

  it('keeps no view of the message', () => {
    const judged = judgeChunk(accounts, 3);
    expect(judged.ok && judged.value.records[0]?.[1].buffer).not.toBe(accounts.records.buffer);
  });

  it.each([0, 4, 5, 255])('is refused for table %i', (tableId) => {
    expect(errorOf({ ...accounts, tableId })).toBe('WrongTable');
  });

  it('is refused at an index that the total does not have', () => {
    expect(errorOf({ ...accounts, chunkIndex: 2, totalChunks: 3 })).toBeUndefined();
    expect(errorOf({ ...accounts, chunkIndex: 3, totalChunks: 3 })).toBe('WrongIndex');
    expect(errorOf({ ...accounts, chunkIndex: 0, totalChunks: 0 })).toBe('WrongIndex');
  });

  it('is refused with no record, or with more than a chunk has, before its body is looked at', () => {
    expect(errorOf({ ...accounts, recordCount: 0, records: new Uint8Array(0) })).toBe('WrongCount');
    expect(errorOf(accounts, 2)).toBe('WrongCount');
    expect(errorOf({ ...accounts, recordCount: 2 ** 32 - 1 }, 32)).toBe('WrongCount');
  });

  it('is refused when the body is not count × size, to the byte', () => {
    for (const chunk of [accounts, nodes, candidates]) {
      expect(errorOf({ ...chunk, records: chunk.records.subarray(1) })).toBe('WrongSize');
      expect(errorOf({ ...chunk, records: concat(chunk.records, new Uint8Array(1)) })).toBe('WrongSize');
      expect(errorOf({ ...chunk, recordCount: 2 })).toBe('WrongSize');
    }
    const obsolete = 2082;
    expect(errorOf({ ...candidates, recordCount: 1, records: new Uint8Array(obsolete) })).toBe('WrongSize');
  });

  it('is refused for is_node_operator = 2', () => {
    const at = 2059 + 50;
    expect(errorOf(withByte(accounts, at, 1))).toBeUndefined();
    expect(errorOf(withByte(accounts, at, 2))).toBe('BadBoolByte');
  });

  it('is refused for a key twice, and for keys that fall', () => {
    expect(errorOf(reordered(0, 0))).toBe('DuplicateKey');
    expect(errorOf(reordered(0, 2, 2))).toBe('DuplicateKey');
    expect(errorOf(reordered(1, 0))).toBe('NotAscending');
    expect(errorOf(reordered(0, 2, 1))).toBe('NotAscending');
    expect(errorOf(reordered(0, 2))).toBeUndefined();
  });

  it('names the first fault in the printed order', () => {
    const faulty = { ...reordered(1, 0), chunkIndex: 9, totalChunks: 9, recordCount: 4, tableId: 4 };
    expect(errorOf(faulty)).toBe('WrongTable');
    expect(errorOf({ ...faulty, tableId: 1 })).toBe('WrongIndex');
    expect(errorOf({ ...faulty, tableId: 1, chunkIndex: 0 })).toBe('WrongCount');
    expect(errorOf({ ...faulty, tableId: 1, chunkIndex: 0, recordCount: 3 })).toBe('WrongSize');
  });

  it('comes out of the codec as it went in, and any bytes are judged without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 64 }), fc.nat(3), (noise, n) => {
        const bytes = concat(FAST_SYNC_RESPONSE.encode(accounts).subarray(0, 13 + n * 2059), noise);
        const decoded = FAST_SYNC_RESPONSE.decode(bytes);
        if (!decoded.ok) throw new Error('the head is whole');
        expect(errorOf(decoded.value)).toBe(n === 3 && noise.length === 0 ? undefined : 'WrongSize');
        const cut = FAST_SYNC_RESPONSE.decode(noise);
        if (cut.ok) expect(errorOf(cut.value)).toBeDefined();
      }),
      { seed: SEED, numRuns: 200 },
    );
    expect(RECORD_SIZES.account).toBe(2059);
  });
});
