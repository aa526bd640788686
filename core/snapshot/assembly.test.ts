import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { TABLES } from '../state/state.ts';
import type { State } from '../state/view.ts';
import { FAST_SYNC_RESPONSE, type FastSyncResponse } from '../wire/payloads.ts';
import { Assembly, type AssemblyLimits, FORMER } from './assembly.ts';
import { MemoryStaging } from './staging.ts';
import { chunksOf, SEED, stateOf, withByte } from './tables.suite.ts';

/** Two records a chunk: accounts are chunks 0, 1, 2, nodes 3, 4, candidates 5, 6. */
const LIMITS = { recordsPerChunk: 2, batchRecords: 3 } as const;
const NAME = { window: 5, proposalHash: 'ab'.repeat(32) } as const;
const state = stateOf({ account: 5, node: 4, candidate: 3 });
const anchor = state.roots();
const chunks = chunksOf(state, 2);
const chunk = (index: number): FastSyncResponse => chunks[index] as FastSyncResponse;

const rowsOf = (of: State): unknown => TABLES.map((table) => Array.from(of.range(table)));

/** An account chunk with a balance changed: sound, but of another state. */
const forged = (index: number, value = 1): FastSyncResponse => withByte(chunk(index), 40, value);

let base: MemoryStaging;
let assembly: Assembly;
const start = (limits: AssemblyLimits = {}): void => {
  base = new MemoryStaging();
  base.begin(NAME);
  assembly = new Assembly(base, { ...LIMITS, ...limits });
};
beforeEach(() => start());

const offered = (message: FastSyncResponse, from = 0): string => {
  const answer = assembly.offer(message, from);
  if (answer.ok) return 'ok';
  expect(answer.index).toBe(message.chunkIndex);
  return answer.error;
};

const offerAll = (from = 0, messages = chunks): void => {
  for (const message of messages) expect(offered(message, from)).toBe('ok');
};

describe('assembling a snapshot', () => {
  it('gives back the state, in any order, over any chunk and batch size', () => {
    const sizes = fc.record({ account: fc.nat(9), node: fc.integer({ min: 1, max: 4 }), candidate: fc.nat(4) });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (of, n, batch, mix) => {
          const original = stateOf(of);
          const sent = chunksOf(original, n);
          start({ recordsPerChunk: n, batchRecords: batch });
          const order = sent.map((_, i) => i).sort((a, b) => Math.imul(a + 1, mix | 1) - Math.imul(b + 1, mix | 1));
          for (const index of order) {
            expect(assembly.verify(original.roots())).toMatchObject({ ok: false, error: 'Incomplete' });
            const received = FAST_SYNC_RESPONSE.decode(FAST_SYNC_RESPONSE.encode(sent[index] as FastSyncResponse));
            expect(received.ok && offered(received.value, index % 3)).toBe('ok');
          }
          const verified = assembly.verify(original.roots());
          if (!verified.ok) throw new Error(verified.error);
          expect(verified.wrong).toEqual([]);
          expect(rowsOf(verified.state)).toEqual(rowsOf(original));
          expect(verified.state.roots()).toEqual(original.roots());
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('refuses every change of one byte: at once, or by the root of the table it is in', () => {
    fc.assert(
      fc.property(fc.nat(chunks.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (index, place, xor) => {
        start();
        const bytes = FAST_SYNC_RESPONSE.encode(chunk(index));
        const at = place % bytes.length;
        bytes[at] = (bytes[at] as number) ^ xor;
        const changed = FAST_SYNC_RESPONSE.decode(bytes);
        const answers = chunks.map((message, i) => {
          if (i !== index) return offered(message);
          return changed.ok ? assembly.offer(changed.value, 0).ok : changed.error;
        });
        if (answers.every((answer) => answer === 'ok' || answer === true)) {
          const tables = [TABLES[chunk(index).tableId - 1]];
          expect(assembly.verify(anchor)).toMatchObject({ ok: false, error: 'StateRootMismatch', tables });
        } else {
          expect(assembly.verify(anchor)).toMatchObject({ ok: false, error: 'Incomplete' });
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it('asks for what is missing, and counts what is held', () => {
    expect([assembly.total, assembly.size, assembly.firstMissing()]).toEqual([undefined, 0, 0]);
    for (const index of [0, 1, 4]) offered(chunk(index), index);
    expect([assembly.total, assembly.size, assembly.firstMissing(), assembly.firstMissing(4)]).toEqual([7, 3, 2, 5]);
    expect([assembly.giverOf(4), assembly.giverOf(3)]).toEqual([4, undefined]);
    expect(assembly.verify(anchor)).toEqual({ ok: false, error: 'Incomplete', missing: 2 });
    expect(assembly.roots()).toBeUndefined();
    offerAll(0, [chunk(2), chunk(3), chunk(5), chunk(6)]);
    expect(assembly.firstMissing()).toBe(7);
    expect(assembly.roots()).toEqual(anchor);
  });

  it('is never complete without a chunk', () => {
    expect(assembly.verify(anchor)).toEqual({ ok: false, error: 'Incomplete', missing: 0 });
  });
});

describe('a refused chunk', () => {
  it('is the only one refused: the others, and the right one later, are taken', () => {
    const wrong: readonly (readonly [FastSyncResponse, string])[] = [
      [{ ...chunk(1), tableId: 4 }, 'WrongTable'],
      [{ ...chunk(1), chunkIndex: 7 }, 'WrongIndex'],
      [{ ...chunk(1), recordCount: 3 }, 'WrongCount'],
      [{ ...chunk(1), recordCount: 1 }, 'WrongSize'],
      [withByte(chunk(1), 50, 2), 'BadBoolByte'],
      [{ ...chunk(1), totalChunks: 8 }, 'WrongTotal'],
      [chunk(0), 'DuplicateIndex'],
      [forged(0), 'DuplicateIndex'],
      [{ ...chunk(0), chunkIndex: 1 }, 'OutOfPlace'],
      [{ ...chunk(3), chunkIndex: 1 }, 'OutOfPlace'],
      [{ ...chunk(2), chunkIndex: 1 }, 'OutOfPlace'],
    ];
    offerAll(1, [chunk(0), chunk(2), chunk(6)]);
    for (const [message, error] of wrong) expect(offered(message, 2)).toBe(error);
    expect([assembly.size, assembly.firstMissing()]).toEqual([3, 1]);
    offerAll(1, [chunk(5), chunk(4), chunk(3), chunk(1)]);
    expect(assembly.verify(anchor)).toMatchObject({ ok: true, wrong: [] });
  });

  it('that cannot stand beside another names that one too', () => {
    offered(chunk(2), 1);
    expect(assembly.offer({ ...chunk(3), chunkIndex: 1 }, 2)).toEqual({
      ok: false,
      index: 1,
      error: 'OutOfPlace',
      beside: { index: 2, from: 1 },
    });
  });

  it('may be right: once the other is given up, it is taken, and the other is named in the end', () => {
    const lie = { ...chunk(3), chunkIndex: 2 };
    expect(offered(lie, 1)).toBe('ok');
    expect(offered(chunk(3), 2)).toBe('OutOfPlace');
    assembly.release(2);
    offerAll(2);
    expect(assembly.verify(anchor)).toMatchObject({ ok: true, wrong: [{ index: 2, from: 1 }] });
  });

  it('of a snapshot that is too large: by what it says, and by what it has', () => {
    start({ maxRecords: 12 });
    expect(offered({ ...chunk(0), totalChunks: 13 })).toBe('TooManyRecords');
    offerAll();
    start({ maxRecords: 11 });
    offerAll(0, chunks.slice(0, 6));
    expect(offered(chunk(6))).toBe('TooManyRecords');
  });

  it('of what is given up or replaced counts no record', () => {
    start({ maxRecords: 12 });
    offerAll(1, [forged(0), ...chunks.slice(1)]);
    assembly.verify(anchor);
    expect(offered(chunk(0), 2)).toBe('ok');
    assembly.release(6);
    expect(offered(chunk(6), 2)).toBe('ok');
    expect(assembly.verify(anchor)).toMatchObject({ ok: true });
  });
});

describe('a snapshot with a wrong root', () => {
  it('is no state: it names the tables, by all four roots of the header', () => {
    offerAll();
    const other = 'ab'.repeat(32);
    const against = (change: object): unknown => assembly.verify({ ...anchor, ...change });
    const mismatch = { ok: false, error: 'StateRootMismatch', actual: anchor };
    expect(against({ accountRoot: other })).toEqual({ ...mismatch, tables: ['account'] });
    expect(against({ nodeRoot: other, candidateRoot: other })).toEqual({ ...mismatch, tables: ['node', 'candidate'] });
    expect(against({ stateRoot: other })).toEqual({ ...mismatch, tables: [] });
    expect(against({})).toMatchObject({ ok: true });
  });

  it('takes other versions of the chunks of those tables only, and names the one that was wrong', () => {
    offerAll(1, [chunk(0), forged(1), ...chunks.slice(2)]);
    expect(offered(chunk(1), 2)).toBe('DuplicateIndex');
    expect(assembly.verify(anchor)).toMatchObject({ ok: false, tables: ['account'] });
    expect(offered(chunk(3), 2)).toBe('DuplicateIndex');
    offerAll(2, [chunk(0), chunk(1), chunk(2)]);
    expect([assembly.giverOf(0), assembly.giverOf(1)]).toEqual([1, 2]);
    const verified = assembly.verify(anchor);
    expect(verified).toMatchObject({ ok: true, wrong: [{ index: 1, from: 1 }] });
    expect(verified.ok && rowsOf(verified.state)).toEqual(rowsOf(state));
    expect(offered(chunk(1), 3)).toBe('DuplicateIndex');
  });

  it('hears each peer once about a chunk, so that two cannot change it for ever', () => {
    offerAll(1, [forged(0), ...chunks.slice(1)]);
    assembly.verify(anchor);
    expect(offered(chunk(0), 1)).toBe('DuplicateIndex');
    expect(offered(forged(0, 2), 2)).toBe('ok');
    expect(offered(chunk(0), 1)).toBe('DuplicateIndex');
    expect(offered(chunk(0), 3)).toBe('ok');
    expect(offered(forged(0, 2), 2)).toBe('DuplicateIndex');
    expect(assembly.verify(anchor)).toMatchObject({
      ok: true,
      wrong: [
        { index: 0, from: 1 },
        { index: 0, from: 2 },
      ],
    });
  });

  it('does not blame who was right and replaced', () => {
    offerAll(1, [chunk(0), forged(1), ...chunks.slice(2)]);
    assembly.verify(anchor);
    expect(offered(forged(0), 2)).toBe('ok');
    expect(offered(chunk(1), 2)).toBe('ok');
    expect(assembly.verify(anchor)).toMatchObject({ ok: false, tables: ['account'] });
    expect(offered(chunk(0), 3)).toBe('ok');
    expect(assembly.verify(anchor)).toMatchObject({
      ok: true,
      wrong: [
        { index: 0, from: 2 },
        { index: 1, from: 1 },
      ],
    });
  });

  it('still checks a new version against its neighbours', () => {
    offerAll(1, [chunk(0), forged(1), ...chunks.slice(2)]);
    assembly.verify(anchor);
    expect(offered({ ...chunk(2), chunkIndex: 1 }, 2)).toBe('OutOfPlace');
    expect(assembly.giverOf(1)).toBe(1);
  });

  it('is put right without a liar: all it gave is missing again, and nothing else', () => {
    chunks.forEach((message, i) => {
      offered(i === 2 ? forged(2) : message, i % 2);
    });
    expect(assembly.verify(anchor).ok).toBe(false);
    assembly.releaseFrom(0);
    expect([assembly.size, assembly.firstMissing(), assembly.total]).toEqual([3, 0, 7]);
    offerAll(1, [chunk(0), chunk(2), chunk(4), chunk(6)]);
    expect(assembly.verify(anchor)).toMatchObject({ ok: true, wrong: [{ index: 2, from: 0 }] });
  });

  it('forgets its total with its last chunk: who comes first and lies about it holds nobody up', () => {
    offered({ ...chunk(0), totalChunks: 9 }, 1);
    expect(offered(chunk(1), 2)).toBe('WrongTotal');
    assembly.release(5);
    expect(assembly.total).toBe(9);
    assembly.releaseFrom(1);
    expect([assembly.total, assembly.size]).toEqual([undefined, 0]);
    offerAll(2);
    expect(assembly.verify(anchor)).toMatchObject({ ok: true, wrong: [] });
  });
});

describe('the staging base', () => {
  it('gets whole batches, and holds records and trees alike', () => {
    let commits = 0;
    const write = base.write.bind(base);
    base.write = (delta, staged) => {
      commits++;
      write(delta, staged);
    };
    offerAll(0, chunks.slice(0, 4));
    expect(commits).toBe(2);
    expect(Array.from(base.range('account'))).toHaveLength(5);
    offerAll(0, chunks.slice(4));
    assembly.roots();
    assembly.roots();
    expect(commits).toBe(4);
  });

  it('lets another process go on from what is durable, whoever gave it', () => {
    offerAll(3, chunks.slice(0, 4));
    // The last chunk waits for a batch: the process is gone before.
    offered(chunk(5), 3);
    const durable = base.staged()?.chunks.length as number;
    assembly = new Assembly(base, LIMITS);
    expect([durable, assembly.size, assembly.total, assembly.firstMissing()]).toEqual([4, 4, 7, 4]);
    expect(assembly.giverOf(0)).toBe(FORMER);
    offerAll(3, chunks.slice(4));
    expect(assembly.verify(anchor)).toMatchObject({ ok: true, wrong: [] });
  });

  it('of a former process may hold a lie, which others put right', () => {
    offerAll(3, [forged(0), ...chunks.slice(1)]);
    expect(assembly.verify(anchor).ok).toBe(false);
    assembly = new Assembly(base, LIMITS);
    expect(assembly.verify(anchor).ok).toBe(false);
    expect(assembly.firstContested()).toBe(0);
    expect(offered(chunk(0), 3)).toBe('ok');
    expect(assembly.verify(anchor)).toMatchObject({ ok: true, wrong: [{ index: 0, from: FORMER }] });
  });
});
