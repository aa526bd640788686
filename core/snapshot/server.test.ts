import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../wire/messages.ts';
import { CHUNKS_AT_A_TIME, SnapshotServer } from './server.ts';
import { type SnapshotSource, sourceOf } from './source.ts';
import { chunksOf, stateOf } from './tables.suite.ts';

const TAU1 = 60_000_000;

const state = stateOf({ account: 620, node: 40, candidate: 3 });
const chunks = chunksOf(state, 32);

let sent: { readonly peer: number; readonly message: Message }[];
let anchors: Map<number, SnapshotSource>;
let server: SnapshotServer;

beforeEach(() => {
  sent = [];
  anchors = new Map([[92, sourceOf(state)]]);
  server = new SnapshotServer(
    { anchor: (window) => anchors.get(window), send: (peer, message) => sent.push({ peer, message }) },
    TAU1,
  );
});

const ask = (peer: number, now: number, resumeOffset = 0, anchorWindow = 92, requestId = 7): void =>
  server.request(peer, { type: 'snapshot-request', requestId, anchorWindow, resumeOffset }, now);

/** Indexes of chunks, or codes of errors, by the peer they went to. */
const took = (peer: number): readonly (number | string)[] =>
  sent.flatMap(({ peer: to, message }): (number | string)[] => {
    if (to !== peer) return [];
    if (message.type === 'snapshot-chunk') return [message.chunkIndex];
    return message.type === 'snapshot-error' ? [`error ${message.code}`] : [message.type];
  });

describe('serving a snapshot (06 §7)', () => {
  it('gives the chunks of exactly this anchor, sixteen at a time, to whoever asked', () => {
    ask(1, 0);
    expect(sent).toEqual([]);
    expect(server.pump(2)).toBe(false);
    expect(server.pump(1)).toBe(true);
    expect(took(1)).toHaveLength(CHUNKS_AT_A_TIME);
    expect([server.pump(1), server.pump(1)]).toEqual([false, false]);
    expect(sent.map(({ message }) => message)).toEqual(
      chunks.map((chunk) => ({ type: 'snapshot-chunk', requestId: 7, ...chunk })),
    );
  });

  it('resumes at any chunk, and has nothing behind the last', () => {
    ask(1, 0, chunks.length - 1);
    expect(server.pump(1)).toBe(false);
    ask(2, 0, chunks.length);
    expect([took(1), took(2)]).toEqual([[chunks.length - 1], ['error 1']]);
  });

  it('has error 1 for a window that is not kept, also when it goes in the middle, and 2 for what nobody accepts', () => {
    ask(1, 0, 0, 93);
    expect(took(1)).toEqual(['error 1']);
    anchors.set(98, { totalChunks: 3, chunk: (index) => (index < 1 ? chunks[index] : undefined) });
    ask(2, 0, 0, 98);
    expect(server.pump(2)).toBe(false);
    expect(took(2)).toEqual([0, 'error 1']);
    anchors.set(104, sourceOf(state, 662));
    anchors.set(110, sourceOf(state, 663));
    ask(3, 0, 0, 104);
    ask(4, 0, 0, 110);
    expect([took(3), took(4)]).toEqual([['error 2'], []]);
  });

  it('serves two at a time, one request a peer and τ₁', () => {
    ask(1, 0);
    ask(2, 0);
    ask(3, 0);
    expect([took(1), took(2), took(3)]).toEqual([[], [], ['error 4']]);
    server.peerDown(1);
    expect(server.pump(1)).toBe(false);
    ask(3, 1);
    expect(took(3)).toEqual(['error 4']);
    server.peerDown(3);
    ask(1, TAU1 - 1);
    expect(took(1)).toEqual(['error 4']);
    ask(1, TAU1);
    expect([took(1), server.pump(1)]).toEqual([['error 4'], true]);
  });

  it('one a peer: who asks again is answered from there, and not what it asked for before', () => {
    ask(1, 0);
    server.pump(1);
    sent = [];
    ask(1, TAU1 - 1, 3);
    expect(took(1)).toEqual(['error 4']);
    sent = [];
    ask(1, TAU1, 3, 92, 8);
    while (server.pump(1));
    expect(took(1)).toEqual(chunks.map((_, index) => index).slice(3));
    expect(sent.every(({ message }) => 'requestId' in message && message.requestId === 8)).toBe(true);
  });

  it('a session of τ₁ makes room for another peer, the oldest first, and hears of it', () => {
    ask(1, 0);
    ask(2, 1);
    ask(3, TAU1 - 1);
    expect([took(1), took(2), took(3)]).toEqual([[], [], ['error 4']]);
    ask(4, TAU1);
    ask(5, TAU1);
    expect([took(1), took(2), took(4), took(5)]).toEqual([['error 4'], [], [], ['error 4']]);
    expect([server.pump(1), server.pump(2), server.pump(4)]).toEqual([false, true, true]);
  });
});
