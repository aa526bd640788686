import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ok } from '#core/bytes/result.ts';
import { encodeMessage } from '#core/wire/codec.ts';
import { sampleStatus } from '#node/api/status.suite.ts';
import { HeardHeads } from './heard-heads.ts';
import { Metrics } from './metrics.ts';
import type { Answered, Query } from './queries.ts';
import { Reads } from './reads.ts';
import { shared } from './shared.ts';
import { WaitingWindows } from './waiting-windows.ts';

const ID = 'ab'.repeat(32);
const NEVER = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('reads', () => {
  let asked: { readonly query: Query; answer(micros?: number): Promise<unknown> }[];
  let reads: Reads;
  beforeEach(() => {
    asked = [];
    reads = new Reads(
      (query) =>
        new Promise<Answered>((resolve) => {
          asked.push({
            query,
            async answer(micros = 10) {
              resolve({ result: ok({ of: query } as never), micros });
              await vi.advanceTimersByTimeAsync(0);
            },
          });
        }),
    );
  });
  const account = (n: number): Query => ({ type: 'account', account: String(n) });

  test('ask the same once a window, and two things at once', async () => {
    const answers = [reads.read(account(1)), reads.read(account(1)), reads.read(account(2)), reads.read(account(3))];
    expect(asked).toHaveLength(2);
    await asked[0]!.answer();
    expect(await answers[1]).toEqual({ of: account(1) });
    expect(asked).toHaveLength(3);
    await reads.read(account(1));
    expect(asked).toHaveLength(3);
    reads.final();
    void reads.read(account(1));
    await asked[1]!.answer();
    expect(asked.at(-1)!.query).toEqual(account(1));
    expect(asked).toHaveLength(4);
  });

  test('keep nothing that changes between two windows', async () => {
    const query: Query = { type: 'operation', operation: ID };
    const first = reads.read(query);
    await asked[0]!.answer();
    await first;
    void reads.read(query);
    expect(asked).toHaveLength(2);
  });

  test('are refused when too many wait', () => {
    for (let n = 0; n < 66; n++) void reads.read(account(n)).catch(() => {});
    expect(() => reads.read(account(66))).toThrow('too many questions to the protocol wait; ask again in a second');
    reads.stop(new Error('over'));
  });

  test('get a fifth of the time', async () => {
    void reads.read(account(1));
    await asked[0]!.answer(400_000);
    void reads.read(account(2));
    expect(asked).toHaveLength(1);
    expect(() => reads.charge()).toThrow('too many operations were handed in at once');
    await vi.advanceTimersByTimeAsync(999);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(asked).toHaveLength(2);
  });
});

describe('those who wait for a window', () => {
  const window = { window: 7, proposalHash: ID, stateRoot: ID, operations: 0 };

  test('are told of the first above theirs, or that there is none', async () => {
    const windows = new WaitingWindows();
    const [low, high] = [windows.next(6, NEVER), windows.next(7, NEVER)];
    windows.final(window);
    expect(await low).toEqual(window);
    expect(await windows.next(6, NEVER)).toEqual(window);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(await high).toBeUndefined();
  });

  test('are bounded, may go, and hear of the end', async () => {
    const windows = new WaitingWindows();
    const gone = new AbortController();
    const waiting = [windows.next(0, gone.signal), ...Array.from({ length: 63 }, () => windows.next(0, NEVER))];
    expect(() => windows.next(0, NEVER)).toThrow('too many wait for a window');
    gone.abort();
    expect(await waiting[0]).toBeUndefined();
    waiting.push(windows.next(0, NEVER));
    windows.stop();
    for (const one of waiting.slice(1)) await expect(one).rejects.toThrow('starting or stopping');
  });
});

test('the head is what two say, so that one alone cannot make it up', () => {
  const heads = new HeardHeads();
  const say = (link: number, window: number): void =>
    heads.message(
      link,
      encodeMessage({ type: 'status', window, round: 1, finalHash: ID, validRound: 0, validHash: ID }),
    );
  expect(heads.best()).toBeUndefined();
  say(1, 10);
  expect(heads.best()).toBe(9);
  say(2, 2 ** 50);
  expect(heads.best()).toBe(9);
  say(3, 12);
  expect(heads.best()).toBe(11);
  heads.message(1, Uint8Array.of(0x26));
  heads.message(1, Uint8Array.of(0x27, 1));
  heads.closed(3);
  expect(heads.best()).toBe(9);
});

test('what many ask for is made once in a while, and again when it could not be made', async () => {
  let made = 0;
  const value = shared(100, async () => {
    made++;
    if (made === 1) throw new Error('not yet');
    return made;
  });
  await expect(value()).rejects.toThrow('not yet');
  expect(await value()).toBe(2);
  expect(await value()).toBe(2);
  vi.advanceTimersByTime(100);
  expect(await value()).toBe(3);
});

test('figures as Prometheus reads them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'montana-metrics-'));
  const metrics = new Metrics(folder);
  // Of three windows that were caught up with, and two at the head, one is known how long it took.
  for (const at of [997, 998, 999]) metrics.final(false, at);
  metrics.final(true, 1_000);
  metrics.final(true, 2_500);
  const status = sampleStatus({ reasons: { refused: { 'Group"Rate': 3 }, closed: {}, penalties: { BadLength: 2 } } });
  const ready = { ready: true, finalWindow: 6, heard: 9, reason: null };
  await metrics.text(status, ready);
  const text = await metrics.text(status, ready);
  for (const line of [
    'montana_final_window 6',
    'montana_head_lag_windows 3',
    'montana_ready 1',
    'montana_peers{direction="out",level="node"} 1',
    'montana_peers{direction="in",level="node"} 0',
    'montana_bytes_total{direction="in"} 1000',
    'montana_refused_total{reason="Group\\"Rate"} 3',
    'montana_penalties_total{reason="BadLength"} 2',
    'montana_store_bytes 0',
    'montana_window_seconds_bucket{le="2"} 1',
    'montana_window_seconds_sum 1.5',
    'montana_window_seconds_count 1',
    '# TYPE montana_catch_up_goal gauge',
    '# TYPE montana_bytes_total counter',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).not.toMatch(/^montana_catch_up_done/m);
  const catchUp = { phase: 'chunks', done: 3, total: 12, peer: null, advice: null } as const;
  const behind = (await metrics.text(sampleStatus({ catchUp }), ready)).split('\n');
  expect(behind).toContain('montana_catch_up_done{phase="chunks"} 3');
  expect(behind).toContain('montana_catch_up_goal{phase="chunks"} 12');
  for (const gauge of text.matchAll(/^# TYPE (montana_\w+_total) gauge$/gm)) expect(gauge[1]).toBe('');
  // While a snapshot is taken a store has two files, and afterwards the second alone.
  for (const [name, bytes] of [
    ['store-2.lmdb', 5],
    ['store.lmdb', 12],
  ] as const) {
    writeFileSync(join(folder, name), new Uint8Array(bytes));
  }
  expect(await metrics.text(status, ready)).toMatch(/^montana_store_bytes 17$/m);
  rmSync(join(folder, 'store.lmdb'));
  expect(await metrics.text(status, ready)).toMatch(/^montana_store_bytes 5$/m);
  rmSync(folder, { recursive: true });
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
});
