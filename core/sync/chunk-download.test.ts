import { beforeEach, expect, test } from 'vitest';
import type { Header } from '../consensus/objects.ts';
import { Assembly } from '../snapshot/assembly.ts';
import { MemoryStaging } from '../snapshot/staging.ts';
import { chunksOf, stateOf } from '../snapshot/tables.suite.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import { ChunkDownload, LEAST_CHUNKS, TURN } from './chunk-download.ts';
import { PATIENCE } from './patience.ts';

/** Chunks of one record each. A peer that brings the least brings 48 in its turn: a tenth of 480. */
const A_TURN = TURN / PATIENCE;
const TEN_TURNS = 10 * A_TURN * LEAST_CHUNKS;
const chunks = chunksOf(stateOf({ account: 2 * TEN_TURNS, node: 0, candidate: 0 }), 1);

let now: number;
let blamed: string[];
let offsets: number[];
let download: ChunkDownload;

const begin = (): void => {
  now = 0;
  blamed = [];
  offsets = [];
  const staging = new MemoryStaging();
  staging.begin({ window: 5, proposalHash: 'ab'.repeat(32) });
  download = new ChunkDownload(new Assembly(staging, { recordsPerChunk: 1 }), { window: 5 } as Header, {
    send: (_, message) => {
      if (message.type === 'snapshot-request') offsets.push(message.resumeOffset);
    },
    freshRequestId: () => 1,
    penalty: (_, reason) => blamed.push(reason),
  });
};
beforeEach(begin);

/**
 * Asks a peer, which brings the least every ten seconds, or so many chunks in its first turn: for how many of those it is listened to
 * before its turn is over, or `most`. `alone`: nobody else can be asked in the first ones.
 */
const drip = (peer: number, totalChunks: number, { first = LEAST_CHUNKS, alone = 0, most = 1_000 } = {}): number => {
  expect(download.ask(peer, now)).toBe('more');
  let index = offsets.at(-1) as number;
  for (let count = 1; count <= most; count++) {
    for (const end = index + (count <= A_TURN ? first : LEAST_CHUNKS); index < end; index++) {
      const chunk = { ...(chunks[index] as FastSyncResponse), totalChunks };
      expect(download.take({ type: 'snapshot-chunk', requestId: 1, ...chunk })).toBe('more');
    }
    now += PATIENCE;
    const outcome = download.expired(now, count <= alone);
    if (outcome === 'over') return count;
    expect(outcome).toBe('more');
  }
  return most;
};

test('a turn is a minute while others wait, and the next one goes on from there; it is no fault', () => {
  expect(drip(1, TEN_TURNS + 1)).toBe(A_TURN);
  download.ask(2, now);
  expect([offsets, blamed]).toEqual([[0, A_TURN * LEAST_CHUNKS], []]);
});

test('has no end while nobody else can be asked, and ends when somebody can', () => {
  expect(drip(1, 312_000, { alone: 50 })).toBe(51);
});

test('who brings a tenth in it has ten times as long for the rest', () => {
  const most = 10 * A_TURN - 1;
  expect(drip(1, TEN_TURNS, { most })).toBe(most);
  begin();
  expect(drip(1, 2 * TEN_TURNS, { first: 2 * LEAST_CHUNKS })).toBe(11 * A_TURN);
});

test('is twice as long once one has its second', () => {
  const turns = [1, 2, 1, 2, 2].map((peer) => drip(peer, 312_000));
  expect(turns.map((count) => count / A_TURN)).toEqual([1, 1, 2, 2, 4]);
});

test('nobody has a second one in a dispute about the total: it is begun anew', () => {
  drip(1, TEN_TURNS + 1);
  expect([undefined, 1, 2].map((peer) => download.isStuck(peer))).toEqual([false, false, false]);
  download.ask(2, now);
  const rival = { ...(chunks[offsets.at(-1) as number] as FastSyncResponse), totalChunks: TEN_TURNS + 2 };
  expect(download.take({ type: 'snapshot-chunk', requestId: 1, ...rival })).toBe('contrary');
  expect([undefined, 1, 2, 3].map((peer) => download.isStuck(peer))).toEqual([true, true, true, false]);
  expect(download.over).toEqual([1]);
});

test('who has no such chunk is asked again, for the first one: that shows whether it has fewer', () => {
  const error = { type: 'snapshot-error', requestId: 1, code: 1, message: [] } as const;
  const first = { type: 'snapshot-chunk', requestId: 1, ...(chunks[0] as FastSyncResponse) } as const;
  drip(1, 312_000);
  const outcomes = [2, 2, 3, 3, 4, 4].map((peer, i) => {
    download.ask(peer, now);
    return download.take(i % 2 === 0 ? error : i === 1 ? error : { ...first, totalChunks: i === 3 ? 312_000 : 5 });
  });
  expect(offsets).toEqual([0, 48, 0, 48, 0, 48, 0]);
  expect(outcomes).toEqual(['contrary', 'next', 'contrary', 'next', 'contrary', 'contrary']);
  expect([download.isStuck(undefined), blamed]).toEqual([true, []]);
});
