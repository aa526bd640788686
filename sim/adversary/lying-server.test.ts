import { beforeAll, describe, expect, test } from 'vitest';
import { IdMap } from '#core/collections/id-map.ts';
import { signersWeight } from '#core/consensus/certificate.ts';
import { judgeVote } from '#core/consensus/judge-vote.ts';
import type { Operation, Registration } from '#core/consensus/objects.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { sourceOf } from '#core/snapshot/source.ts';
import { PATIENCE } from '#core/sync/patience.ts';
import { replayEntry } from '#core/sync/replay.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { FastSyncResponse } from '#core/wire/payloads.ts';
import { Stream } from '#sim/kernel/streams.ts';
import { changedByte } from './changed-byte.ts';
import type { InventedHistory } from './invented-history.ts';
import { four, type Histories, histories, inventedBy, journey, meter, NODES, WINDOWS } from './lies.suite.ts';
import { drip, endsEarly, foreignAnchor, invented, silent, stale } from './lies.ts';
import type { Answer, Lie } from './lying-server.ts';

let world: Histories;

beforeAll(() => {
  world = histories();
});

describe('a joiner with four peers that lie and one honest ends at the true root', () => {
  test.each([
    ['lists', undefined],
    ['body', undefined],
    ['header', 'archive entry does not apply'],
    ['certificate', 'certificate below the quorum'],
  ] as const)('one byte of each %s', (part, reason) => {
    const { blamed, ...end } = journey(
      world,
      four(() => changedByte(part, new Stream(part))),
    );
    expect(end).toMatchObject({ window: WINDOWS - 1, root: world.root });
    if (reason === undefined) expect(blamed).not.toEqual([]);
    else expect(new Set(blamed)).toEqual(new Set([reason]));
  });

  test('a history that one founder invented', () => {
    const end = journey(
      world,
      four(() => invented(() => world.history)),
    );
    expect(end).toMatchObject({ window: WINDOWS - 1, root: world.root, asked: [0, 1, 2, 3, 4] });
    expect(end.blamed).toEqual(new Array(4).fill('certificate below the trusted quorum'));
  });

  test('an old head', () => {
    const end = journey(
      world,
      four(() => stale(3)),
    );
    expect(end).toMatchObject({ window: WINDOWS - 1, root: world.root, blamed: [], asked: [0, 4] });
  });

  test('one window of each range: each is asked once, then the honest one', () => {
    const end = journey(
      world,
      four(() => endsEarly),
    );
    expect(end).toMatchObject({ window: WINDOWS - 1, root: world.root, blamed: [], asked: [0, 1, 2, 3, 4] });
  });

  test('the smallest parts, as late as can be: twenty seconds each', () => {
    const end = journey(
      world,
      four(() => drip),
    );
    expect(end).toMatchObject({ window: WINDOWS - 1, root: world.root, asked: [0, 1, 2, 3, 4] });
    expect(end.blamed).toEqual(new Array(4).fill('too slow'));
    expect(end.seconds).toBeLessThan(85);
  });

  test('nothing: ten seconds each', () => {
    const end = journey(
      world,
      four(() => silent),
    );
    expect(end).toMatchObject({ window: WINDOWS - 1, root: world.root, asked: [0, 1, 2, 3, 4] });
    expect(end.blamed).toEqual(new Array(4).fill('no answer'));
    expect(end.seconds).toBeLessThan(45);
  });

  test.each([1, 7, 20])('%d silent ones: as many patiences', (liars) => {
    const end = journey(world, [...new Array<Lie>(liars).fill(silent), undefined]);
    expect(end).toMatchObject({ window: WINDOWS - 1, root: world.root });
    expect(end.blamed).toHaveLength(liars);
  });

  test('where everybody lies it adopts nothing', () => {
    const end = journey(world, new Array<Lie>(2).fill(invented(() => world.history)));
    expect(end).toMatchObject({ window: -1, root: world.genesis.state.stateRoot() });
  });
});

describe('lies in a snapshot', () => {
  const request = { type: 'snapshot-request', requestId: 7, anchorWindow: 0, resumeOffset: 0 } as const;
  const anchor = () => world.history.anchors.at(-1) as Settled;
  const chunks = (of: Settled): readonly Answer[] => {
    const source = sourceOf(of.state);
    const indices = Array.from({ length: source.totalChunks }, (_, index) => index);
    return indices.map((index) => ({
      ...{ type: 'snapshot-chunk', requestId: 7 },
      ...(source.chunk(index) as FastSyncResponse),
    }));
  };

  test('one byte of the records of each chunk', () => {
    const [chunk] = chunks(world.genesis) as [Extract<Answer, { type: 'snapshot-chunk' }>];
    const lie = changedByte('chunk', new Stream('chunk'));
    const changed = lie.altered?.(chunk) as typeof chunk;
    expect({ ...changed, records: chunk.records }).toEqual(chunk);
    expect([...changed.records].filter((byte, i) => byte !== chunk.records[i])).toHaveLength(1);
    const empty = { ...chunk, records: new Uint8Array(0) };
    expect(lie.altered?.(empty)).toBe(empty);
  });

  test('that of an invented history, whatever was asked for, and else the truth', () => {
    const { instead } = foreignAnchor(() => world.history);
    expect(instead?.(request)).toEqual(chunks(anchor()));
    expect(instead?.({ ...request, resumeOffset: 1 })).toEqual(chunks(anchor()).slice(1));
    expect(instead?.({ type: 'archive-request', requestId: 7, fromWindow: 0, count: 1 })).toBeUndefined();
  });

  test('an invented history serves its own, and no other', () => {
    const { instead } = invented(() => world.history);
    expect(instead?.({ ...request, anchorWindow: anchor().window })).toEqual(chunks(anchor()));
    expect(instead?.({ ...request, anchorWindow: 1 })).toMatchObject([{ type: 'snapshot-error', code: 1 }]);
  });

  test('a chunk at a time, each when patience is about to end', () => {
    const delays = chunks(anchor()).map((chunk) => drip.delay?.(chunk));
    expect(delays).toEqual(delays.map((_, i) => (i + 1) * (drip.delay?.(chunks(anchor())[0] as Answer) as number)));
    expect(delays[0]).toBeLessThan(PATIENCE);
  });
});

describe('an invented history', () => {
  /** The windows 0 … `last` of it, applied one after another as catch-up would. */
  const replayed = (last: number): readonly FinalRecord[] => {
    const records: FinalRecord[] = [];
    let settled = world.genesis;
    for (let window = 0; window <= last; window++) {
      const entry = world.history.entry(window);
      if (entry === undefined) throw new Error('no such window');
      const bodies = new IdMap<Operation | Registration>();
      for (const id of entry.registrations) bodies.set(id, world.history.registration(id) as Registration);
      const record = replayEntry(settled, entry, bodies, { verify: world.suite.verify, meter: meter() });
      if (record === undefined) throw new Error(`window ${window} does not apply`);
      records.push(record);
      settled = record.settled;
    }
    return records;
  };

  test('is consistent in every byte, and lets in as many nodes as it says', () => {
    const records = replayed(world.history.length - 1);
    const { state } = (records.at(-1) as FinalRecord).settled;
    expect([...state.nodes()]).toHaveLength(5 + NODES);
  });

  test('has certificates that the half of 09 §9 which looks at its own state takes; the trusted state does not', () => {
    const first = Array.from({ length: world.history.length }, (_, w) => w).find(
      (w) => world.history.certificate(w).length > 0,
    ) as number;
    const records = replayed(first);
    const open = openWindow((records.at(-2) as FinalRecord).settled);
    const votes = world.history.certificate(first);
    expect(votes.every((vote) => judgeVote(vote, open, world.suite.verify) === undefined)).toBe(true);
    expect(signersWeight(votes, open.roster)).toBeGreaterThanOrEqual(open.roster.quorum);
    const known = openWindow(world.genesis).roster;
    expect(signersWeight(votes, known)).toBe(1n);
    expect(known.quorum).toBe(4n);
    expect(world.history.certificate(first - 1)).toEqual([]);
  });

  test('is another in another run, and the same in the same', () => {
    const made = (keys: string) => inventedBy(world.genesis, world.suite, 1, keys);
    const end = (of: InventedHistory) => of.entry(of.length - 1)?.header.id;
    expect(end(made('a'))).toBe(end(made('a')));
    expect(end(made('a'))).not.toBe(end(made('b')));
  });
});
