import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryStaging } from '../snapshot/staging.ts';
import { anySignature, type TestStep } from '../transition/network.suite.ts';
import type { Settled } from '../transition/settled.ts';
import type { Message } from '../wire/messages.ts';
import { type History, historyOf, honest } from './history.suite.ts';
import { Sync } from './sync.ts';

/** Bytes of every entry, in the place of those it has. */
const heavy = vi.hoisted(() => ({ size: undefined as number | undefined }));
vi.mock(import('../wire/size.ts'), async (original) => {
  const { archiveEntrySize, ...rest } = await original();
  return { ...rest, archiveEntrySize: (entry) => heavy.size ?? archiveEntrySize(entry) };
});

/** With the numbers of the main network: one anchor, in window 2, and no other before window 338. */
const MAIN = { tau2Windows: 20_160n, selectionInterval: 336n };
const WINDOWS = 260;
const PEERS = [1, 2, 3];
const MINUTE = 60_000_000;

let history: History;
beforeAll(() => {
  history = historyOf(WINDOWS, (_, all) => all, { ...MAIN, d0: 20 });
});

let trusted: Settled;
let snapshots: number[];
let blamed: string[];
let timer: number | undefined;
let sent: { readonly peer: number; readonly message: Message }[];
let sync: Sync;
beforeEach(() => {
  heavy.size = undefined;
  trusted = history.genesis;
  snapshots = [];
  blamed = [];
  timer = undefined;
  sent = [];
  const staging = new MemoryStaging();
  sync = new Sync({
    tools: { verify: anySignature, meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 } },
    certified: true,
    trusted: () => trusted,
    stopped: () => false,
    send: (peer, message) => sent.push({ peer, message }),
    timer: (at) => {
      timer = at;
    },
    adopt: (records) => {
      for (const { settled } of records) trusted = settled;
    },
    adoptSnapshot: (settled) => {
      snapshots.push(settled.window);
      trusted = settled;
    },
    penalty: (peer, reason) => blamed.push(`${peer}: ${reason}`),
    fastSync: true,
    checkpoint: undefined,
    staging: () => staging,
    work: () => {
      throw new Error('D of the first epoch is known');
    },
    progress: () => {},
    advice: () => {},
  });
});

/** Honest peers tell where they stand, once a minute, and answer what they are asked, with `most` entries at once. */
const meet = (minutes: number, most = 64): void => {
  for (let now = 1, i = 0; i < minutes; i++) {
    for (const peer of PEERS) {
      sync.status(
        peer,
        { type: 'status', window: WINDOWS, round: 0, finalHash: '', validRound: 0, validHash: '' },
        now,
      );
    }
    for (let letter = sent.shift(); letter !== undefined; letter = sent.shift()) {
      const { message } = letter;
      const asked = message.type === 'archive-request' ? { ...message, count: Math.min(message.count, most) } : message;
      for (const answer of honest(history, WINDOWS, asked)) sync.message(letter.peer, answer, now);
    }
    now = Math.max(now + MINUTE, timer ?? 0);
    sync.timer(now);
  }
};

describe('hundreds of windows behind inside one selection interval (09 §3, §9)', () => {
  it('a node that is new takes the anchor, and reaches the head of peers that keep what they must', () => {
    meet(3);
    expect([snapshots, trusted.window, blamed]).toEqual([[2], WINDOWS - 1, []]);
  });

  it.each([3, 129, 195])('a node that knows window %i, with no anchor ahead, too', (window) => {
    trusted = (history.steps[window] as TestStep).settled;
    meet(3);
    expect([snapshots, trusted.window]).toEqual([[], WINDOWS - 1]);
    expect(blamed.filter((reason) => reason.endsWith('certificate'))).toEqual([]);
  });

  it('over entries of which an answer has room for twenty: the rest is asked for, as long as there is no room', () => {
    trusted = (history.steps[130] as TestStep).settled;
    heavy.size = 40_000;
    meet(1, 20);
    expect([trusted.window, blamed]).toEqual([WINDOWS - 1, []]);
  });

  it('but nothing more is asked of a peer that gives less than there is room for', () => {
    trusted = (history.steps[130] as TestStep).settled;
    meet(1, 20);
    expect(trusted.window).toBe(130);
    expect(new Set(blamed)).toEqual(new Set(PEERS.map((peer) => `${peer}: no certificate`)));
  });
});
