import type { Connection, Stream } from '@libp2p/interface';
import { streamPair } from '@libp2p/utils';
import { describe, expect, it } from 'vitest';
import { equalBytes, ZERO_ID } from '#core/bytes/bytes.ts';
import { type AccessLevel, LEVEL_ACCOUNT, LEVEL_CANDIDATE, LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import { FRAME_CAPACITY, FRAME_SIZE, messageToFrames } from '#core/wire/frames.ts';
import { Counters } from './counters.ts';
import { FrameLink, type FrameLinkConfig } from './frame-link.ts';
import { DEFAULT_LIMITS, spansOf } from './limits.ts';
import { anEnvelope, until } from './party.suite.ts';

const aLink = (stream: Stream, level: AccessLevel, changes: Partial<FrameLinkConfig> = {}) => {
  const seen = {
    messages: [] as Uint8Array[],
    ends: [] as string[],
    roundTrips: [] as number[],
    counters: new Counters(),
    ended: 0,
  };
  const connection = {
    addEventListener: () => {},
    abort: () => seen.ended++,
    close: async () => seen.ended++,
  } as unknown as Connection;
  const link = new FrameLink({
    link: { number: 0, nodeId: ZERO_ID, key: new Uint8Array(0), isOutgoing: false, level, startWindow: 0, address: '' },
    stream,
    connection,
    limits: DEFAULT_LIMITS,
    spans: spansOf(60_000),
    counters: seen.counters,
    isWorn: () => false,
    message: (envelope) => seen.messages.push(envelope),
    roundTrip: (micros) => seen.roundTrips.push(micros),
    ended: (reason, blame) => seen.ends.push(blame === undefined ? reason : `${blame}: ${reason}`),
    ...changes,
  });
  return { link, ...seen, seen };
};

const aPair = async (level: AccessLevel = LEVEL_NODE, changes: Partial<FrameLinkConfig> = {}) => {
  const [left, right] = await streamPair();
  return { a: aLink(left, LEVEL_NODE, changes), b: aLink(right, level), right };
};

describe('FrameLink', () => {
  it('ends when no Pong came for 3τ₁, not before', async () => {
    const { a } = await aPair();
    const now = performance.now();
    a.link.ping(now + 179_000);
    expect(a.ends).toEqual([]);
    a.link.ping(now + 181_000);
    expect(a.ends).toEqual(['NoPong']);
  });

  it('counts from the last Pong', async () => {
    const { a } = await aPair();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const before = performance.now();
    a.link.ping(before);
    await until(() => a.counters.envelopesIn === 1);
    a.link.ping(before + 180_000);
    expect(a.ends).toEqual([]);
  });

  it('knows when the far end last wanted something, which a Ping or a Pong does not', async () => {
    const { a, b } = await aPair(LEVEL_ACCOUNT);
    const begun = b.link.saidAt;
    await new Promise((resolve) => setTimeout(resolve, 5));
    a.link.ping(performance.now());
    b.link.ping(performance.now());
    await until(() => a.roundTrips.length === 1 && b.roundTrips.length === 1);
    expect(b.link.saidAt).toBe(begun);
    a.link.send(anEnvelope(0x66, 1));
    await until(() => b.messages.length === 1);
    expect(b.link.saidAt).toBeGreaterThan(begun);
  });

  it('ends when its keys are worn', async () => {
    const { a, b } = await aPair(LEVEL_NODE, { isWorn: () => true });
    a.link.ping(performance.now());
    expect(a.ends).toEqual(['Worn']);
    await until(() => b.ends.length === 1);
    expect(b.ends).toEqual(['bye: peer refresh']);
  });

  it('says Bye, hears it, and then closes; each end once', async () => {
    const { a, b } = await aPair();
    a.link.send(anEnvelope(0x22, 5_000));
    a.link.bye(3);
    a.link.bye(4);
    await until(() => a.seen.ended === 1);
    expect([a.ends, b.ends]).toEqual([['closed: resource limits'], ['bye: resource limits']]);
    expect(b.seen.ended).toBe(0);
  });

  it('says who broke the rules where it ends because of that', async () => {
    const { a, b } = await aPair();
    a.link.bye(4);
    await until(() => a.seen.ended === 1);
    expect([a.ends, b.ends]).toEqual([['closed: protocol violation'], ['ours: bye: protocol violation']]);
    const [left, right] = await streamPair();
    const bad = aLink(right, LEVEL_NODE);
    left.send(new Uint8Array(FRAME_SIZE).fill(255));
    await until(() => bad.ends.length === 1);
    expect(bad.ends).toEqual([expect.stringMatching(/^theirs: /)]);
  });

  it('takes stems besides, as many as might break, and breaks with who opens more', async () => {
    const { a } = await aPair();
    for (let i = 0; i < 8; i++) {
      const [, stem] = await streamPair();
      a.link.receiveStem(stem);
    }
    expect(a.ends).toEqual([]);
    const [, stem] = await streamPair();
    a.link.receiveStem(stem);
    expect(a.ends).toEqual(['theirs: TooManyStems']);
  });

  it('opens one stem for all, anew when it broke, and loses only what it could not send', async () => {
    const opened: Stream[] = [];
    let isOpen = false;
    const newStream = async (): Promise<Stream> => {
      if (!isOpen) throw new Error('none');
      const [left, right] = await streamPair();
      opened.push(left);
      b.link.receiveStem(right);
      return left;
    };
    const [left, right] = await streamPair();
    const connection = { addEventListener: () => {}, abort: () => {}, newStream } as unknown as Connection;
    const a = aLink(left, LEVEL_NODE, { connection });
    const b = aLink(right, LEVEL_NODE);
    a.link.sendStem(anEnvelope(0x01, 1));
    await until(() => a.counters.dropped === 1);
    isOpen = true;
    for (const size of [2, 3]) a.link.sendStem(anEnvelope(0x01, size));
    await until(() => b.messages.length === 2);
    a.link.sendStem(anEnvelope(0x01, 4));
    await until(() => b.messages.length === 3);
    expect(opened).toHaveLength(1);
    opened[0]?.abort(new Error('broken'));
    await until(() => opened[0]?.status !== 'open');
    a.link.sendStem(anEnvelope(0x01, 5));
    await until(() => b.messages.length === 4);
    expect(opened).toHaveLength(2);
    expect([a.ends, b.ends]).toEqual([[], []]);
  });

  it('keeps what the far end does not read to its bounds, operations first to go', async () => {
    const { a, b, right } = await aPair(LEVEL_NODE, { limits: { ...DEFAULT_LIMITS, queuedObjects: 3 } });
    right.pause();
    const first = anEnvelope(0x22, 1_000_000);
    for (let i = 0; i < 8; i++) {
      a.link.send(first);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (i === 7) expect(a.ends).toEqual(['SendQueueFull']);
      if (a.ends.length > 0) break;
      a.link.send(anEnvelope(0x01, 10));
    }
    expect(a.ends).toEqual(['SendQueueFull']);
    expect(a.counters.dropped).toBeGreaterThan(0);
    expect(b.messages.every((envelope) => equalBytes(envelope, first))).toBe(true);
  });

  it('pauses what it resumes only when that is over: the far end would go on sending', () => {
    const calls: string[] = [];
    let give = (_: Uint8Array): void => {};
    const [frame] = messageToFrames(anEnvelope(0x22, 10), new Uint8Array(FRAME_CAPACITY));
    const stream = {
      readStatus: 'readable',
      addEventListener(type: string, listen: (event: { data: { subarray(): Uint8Array } }) => void) {
        if (type === 'message') give = (bytes) => listen({ data: { subarray: () => bytes } });
      },
      pause() {
        calls.push('pause');
        stream.readStatus = 'paused';
      },
      // As libp2p does it: what was kept comes first, then the far end is told.
      resume() {
        stream.readStatus = 'readable';
        give(frame as Uint8Array);
        calls.push('resume');
      },
    };
    const { link } = aLink(stream as unknown as Stream, LEVEL_NODE, { message: () => link.hold(true) });
    link.hold(true);
    link.hold(false);
    expect(calls).toEqual(['pause', 'resume', 'pause']);
  });

  it('slows down who is no node, and loses nothing of it', async () => {
    const { a, b, right } = await aPair(LEVEL_CANDIDATE);
    const frames = 36;
    for (let i = 0; i < frames; i++) a.link.send(anEnvelope(0x01, 10, i));
    await until(() => right.readStatus === 'paused');
    expect(b.messages.length).toBeGreaterThanOrEqual(32);
    await until(() => b.messages.length === frames);
    expect(b.ends).toEqual([]);
  });

  it.each([
    ['a node', LEVEL_NODE, 900],
    ['an account', LEVEL_ACCOUNT, 500],
  ] as const)('does not slow down %s', async (_name, level, count) => {
    const { a, b, right } = await aPair(level);
    for (let i = 0; i < count; i++) a.link.send(anEnvelope(0x22, 10));
    await until(() => a.counters.envelopesOut === count && b.messages.length === count);
    expect(right.readStatus).toBe('readable');
  });
});
