import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { cheapVerify, idOf } from '../operations/accounts.suite.ts';
import type { ChainJob } from '../participant/types.ts';
import { Assembly } from '../snapshot/assembly.ts';
import { SideFromArchive } from '../snapshot/side-from-archive.ts';
import { sourceOf } from '../snapshot/source.ts';
import { MemoryStaging } from '../snapshot/staging.ts';
import { timechainStep } from '../timechain/chain.ts';
import type { TestStep } from '../transition/network.suite.ts';
import type { Settled } from '../transition/settled.ts';
import type { Message, SnapshotChunk } from '../wire/messages.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import { LEAST_CHUNKS, TURN } from './chunk-download.ts';
import { anchorsOf, type History, historyOf, honest } from './history.suite.ts';
import { EACH, LONGEST, PATIENCE, REFUSED } from './patience.ts';
import type { Checkpoint } from './phase.ts';
import type { CatchUp } from './progress.ts';
import { SideDownload } from './side-download.ts';
import { SnapshotSync, UNSERVED } from './snapshot-sync.ts';

/** Final windows at the peers: the anchor is 98, the one before 92 (τ₂ = 8, an anchor every 6 windows). */
const WINDOWS = 104;

let history: History;
let anchor: number;
let older: number;
let heavy: Id;
beforeAll(() => {
  // One founder has more weight than any other, and D falls for long before it rises.
  history = historyOf(WINDOWS, (window, all) => all.filter((_, i) => i === 0 || window % 4 === 0 || window >= 56));
  heavy = [...history.keys.keys()][0] as Id;
  [anchor, older] = anchorsOf(history, WINDOWS) as [number, number];
});

type Answers = (message: Message) => readonly Message[];

let trusted: Settled;
let now: number;
let heads: { peer: number; window: number }[];
let peers: Map<number, Answers>;
let sent: { readonly peer: number; readonly message: Message }[];
let asked: string[];
let blamed: string[];
let told: CatchUp[];
let advised: string[];
let jobs: ChainJob[];
let adopted: Settled[];
let timer: number | undefined;
let checkpoint: Checkpoint | undefined;
let staging: MemoryStaging;
let sync: SnapshotSync;

const begin = (): void => {
  sync = new SnapshotSync({
    verify: cheapVerify,
    get checkpoint() {
      return checkpoint;
    },
    trusted: () => trusted,
    stopped: () => false,
    heads: () => heads,
    send: (peer, message) => sent.push({ peer, message }),
    freshRequestId: () => ++requests,
    penalty: (peer, reason) => blamed.push(`${peer}: ${reason}`),
    timer: (at) => {
      timer = at;
    },
    staging: () => staging,
    work: (job) => jobs.push(job),
    adopt: (settled) => {
      adopted.push(settled);
      trusted = settled;
    },
    progress: (progress) => told.push(progress),
    advice: (text) => advised.push(text),
  });
};
let requests = 0;

beforeEach(() => {
  trusted = history.genesis;
  now = 1;
  heads = [];
  peers = new Map();
  sent = [];
  asked = [];
  blamed = [];
  told = [];
  advised = [];
  jobs = [];
  adopted = [];
  timer = undefined;
  checkpoint = undefined;
  staging = new MemoryStaging();
  begin();
});

const good: Answers = (message) => honest(history, WINDOWS, message);

/** Some peers, asked in the order of their numbers. */
const meet = (...answers: readonly Answers[]): void => {
  answers.forEach((answer, i) => {
    peers.set(i + 1, answer);
    heads.push({ peer: i + 1, window: WINDOWS });
  });
  sync.go(now);
  converse();
};

/** Everybody answers all that they are asked; jobs are done. */
const converse = (): void => {
  for (let steps = 0; sent.length + jobs.length > 0; steps++) {
    if (steps > 300) throw new Error('no end to it');
    const job = jobs.shift();
    if (job !== undefined) {
      sync.measured(measured(job), now);
      continue;
    }
    const { peer, message } = sent.shift() as { peer: number; message: Message };
    asked.push(`${peer} ${message.type}`);
    for (const answer of peers.get(peer)?.(message) ?? []) sync.message(peer, answer, now);
  }
};

const measured = ({ type, window, from, until, iterations }: ChainJob) => {
  let value = from;
  for (let count = 1; count <= iterations; count++) {
    value = timechainStep(value, 1);
    if (value === until) return { type, window, from, value, iterations: count };
  }
  return { type, window, from, value };
};

const later = (micros: number): void => {
  now += micros;
  sync.timer(now);
  converse();
};

/** The first requests of each kind, without repetitions. */
const course = (): readonly string[] => asked.filter((one, i) => asked.indexOf(one) === i);

const isAdopted = (window = anchor): void => {
  const { settled } = history.steps[window] as TestStep;
  const [state] = adopted;
  expect(state?.window).toBe(window);
  expect(state?.state.stateRoot()).toBe(settled.state.stateRoot());
  const { digest: _, ...side } = (state as Settled).side;
  const { digest: __, ...expected } = settled.side;
  expect(side).toEqual(expected);
};

/** Changes chunks only. */
const chunks =
  (change: (chunk: SnapshotChunk) => readonly Message[]): Answers =>
  (message) =>
    good(message).flatMap((answer) => (answer.type === 'snapshot-chunk' ? change(answer) : [answer]));

/** The smallest parts of an answer. */
const certificateOfOne = (answer: Message | undefined, at: number) =>
  answer?.type === 'proof-response' ? answer.signatures.slice(at, at + 1) : [];

const entriesOfOne = (answer: Message | undefined) =>
  answer?.type === 'archive-response' ? answer.entries.slice(0, 1) : [];

const spoiled = (chunk: SnapshotChunk): SnapshotChunk => {
  const records = chunk.records.slice();
  records[40] = (records[40] as number) ^ 1;
  return { ...chunk, records };
};

/** Chunk of a snapshot that does not exist, of ten million accounts. */
const invented = (chunkIndex: number): SnapshotChunk => {
  const [[, model]] = [...history.genesis.state.range('account')] as [readonly [Id, Uint8Array]];
  const records = new Uint8Array(32 * model.length);
  for (let i = 0; i < 32; i++) {
    records.set(model, i * model.length);
    new DataView(records.buffer).setUint32(i * model.length, 32 * chunkIndex + i);
  }
  return {
    type: 'snapshot-chunk',
    requestId: 1,
    chunkIndex,
    totalChunks: 312_000,
    tableId: 1,
    recordCount: 32,
    records,
  };
};

describe('a node that is far behind (04 §15, 06 §7)', () => {
  it('takes the newest anchor, its chunks, the entries behind it, measures D, and stands where the others stood', () => {
    meet(good);
    isAdopted();
    expect(course()).toEqual(['1 archive-request', '1 proof-request', '1 snapshot-request']);
    expect([blamed, advised, timer]).toEqual([[], [], undefined]);
    expect(new Set(adopted[0]?.side.past.map(({ d }) => d)).size).toBeGreaterThan(2);
    expect(told.map(({ phase }) => phase)).toEqual(['chunks', 'side', ...told.slice(2).map(() => 'measure')]);
    expect(told.at(-1)).toEqual({ phase: 'measure', done: 4, total: 5 });
  });

  it('of more than 64 windows only', () => {
    trusted = (history.steps[WINDOWS - 66] as TestStep).settled;
    meet(good);
    expect(adopted).toHaveLength(1);
    adopted = [];
    trusted = (history.steps[WINDOWS - 65] as TestStep).settled;
    asked = [];
    meet(good);
    expect([asked, adopted]).toEqual([[], []]);
  });

  it('goes on with the next peer from the first chunk it lacks', () => {
    const offsets: number[] = [];
    const counted =
      (answers: Answers): Answers =>
      (message) => {
        if (message.type === 'snapshot-request') offsets.push(message.resumeOffset);
        return answers(message);
      };
    // Whoever showed the anchor is asked for chunks last.
    meet(counted(good), counted(chunks((chunk) => (chunk.chunkIndex < 4 ? [chunk] : []))));
    expect([adopted, timer]).toEqual([[], now + PATIENCE]);
    later(PATIENCE);
    isAdopted();
    expect(offsets).toEqual([0, 4]);
    expect(blamed).toEqual(['2: a snapshot that is too slow']);
  });

  it('is not held by a slow drip, and asks that peer again after the others', () => {
    const stream: Message[] = [];
    meet((message) => {
      if (message.type !== 'snapshot-request') return good(message);
      if (stream.length === 0) stream.push(...good(message));
      return [];
    });
    const drip = (count: number): void => {
      for (const chunk of stream.splice(0, count)) sync.message(1, chunk, now);
    };
    drip(7);
    heads.push({ peer: 2, window: WINDOWS });
    peers.set(2, good);
    later(PATIENCE);
    isAdopted();
    expect(asked.filter((one) => one.endsWith('snapshot-request'))).toEqual([
      '1 snapshot-request',
      '2 snapshot-request',
    ]);
    expect(blamed).toEqual(['1: a snapshot that is too slow']);
  });

  it('waits where only a slow one is left, and comes through', () => {
    let isAwake = false;
    meet((message) => (message.type === 'snapshot-request' && !isAwake ? [] : good(message)));
    isAwake = true;
    later(PATIENCE);
    expect([adopted, timer]).toEqual([[], now + REFUSED]);
    later(REFUSED);
    isAdopted();
  });

  it('goes on when the peer at hand is gone', () => {
    meet((message) => (message.type === 'snapshot-request' ? [] : good(message)), good);
    heads.shift();
    sync.peerDown(1, now);
    converse();
    isAdopted();
  });

  it('waits for the only one that serves when it is gone, and goes on with the chunk after the last', () => {
    const offsets: number[] = [];
    meet(chunks((chunk) => (chunk.chunkIndex < 4 ? [chunk] : [])));
    heads.shift();
    sync.peerDown(1, now);
    converse();
    expect([adopted, sync.isUnderWay]).toEqual([[], true]);
    heads.push({ peer: 2, window: WINDOWS });
    peers.set(2, (message) => {
      if (message.type === 'snapshot-request') offsets.push(message.resumeOffset);
      return good(message);
    });
    sync.go(now);
    converse();
    isAdopted();
    expect(offsets).toEqual([4]);
  });
});

describe('a snapshot that is not right', () => {
  it('with a wrong byte in a chunk: its only giver is the liar, and what it gave is fetched from others', () => {
    meet(
      good,
      chunks((chunk) => [chunk.chunkIndex === 2 ? spoiled(chunk) : chunk]),
    );
    isAdopted();
    expect(blamed).toEqual(['2: a snapshot that is not that of its header', '2: a wrong snapshot chunk']);
  });

  it('of two givers, of whom nobody knows which one lied: a third gives the table anew', () => {
    meet(
      good,
      chunks((chunk) => (chunk.chunkIndex < 7 ? [spoiled(chunk)] : [])),
      good,
    );
    later(PATIENCE);
    isAdopted();
    expect(blamed).toContain('2: a wrong snapshot chunk');
    expect(blamed.filter((reason) => !reason.startsWith('2: '))).toEqual([]);
  });

  it('that claims another number of chunks: begun anew without its giver once nobody else can go on', () => {
    meet(
      good,
      chunks((chunk) => (chunk.chunkIndex < 1 ? [{ ...chunk, totalChunks: chunk.totalChunks + 5 }] : [])),
    );
    later(PATIENCE);
    expect(adopted).toEqual([]);
    later(REFUSED);
    isAdopted();
  });

  it('that claims to be huge, and comes in drips: contradicted once a turn is over, and begun anew without its giver', () => {
    let requestId = 0;
    meet(
      good,
      (message) => {
        if (message.type !== 'snapshot-request') return good(message);
        requestId = message.requestId;
        return [];
      },
      good,
    );
    // A turn, then one twice as long: the others, who have no such chunk, are asked for the first one after a minute.
    for (let index = 0; now < 3 * TURN; ) {
      expect([adopted, sync.isUnderWay]).toEqual([[], true]);
      for (const end = index + LEAST_CHUNKS; index < end; index++)
        sync.message(2, { ...invented(index), requestId }, now);
      later(PATIENCE);
    }
    later(REFUSED);
    isAdopted();
    expect(blamed).toEqual([]);
  });

  it('that is not written yet: asked for again ten minutes later', () => {
    let isWritten = false;
    const writing: Answers = (message) =>
      message.type === 'snapshot-request' && !isWritten
        ? [{ type: 'snapshot-error', requestId: message.requestId, code: 1, message: [] }]
        : good(message);
    meet(writing, writing);
    for (const begun = now; now - begun < UNSERVED - REFUSED; ) later(REFUSED);
    expect(adopted).toEqual([]);
    isWritten = true;
    later(REFUSED);
    isAdopted();
  });

  it.each([
    [
      'out of order',
      (chunk: SnapshotChunk) => [{ ...chunk, chunkIndex: chunk.chunkIndex + 1 }],
      'snapshot chunks out of order',
    ],
    ['of no table', (chunk: SnapshotChunk) => [{ ...chunk, tableId: 4 }], 'snapshot chunk: WrongTable'],
    [
      'cut short',
      (chunk: SnapshotChunk) => [{ ...chunk, records: chunk.records.slice(1) }],
      'snapshot chunk: WrongSize',
    ],
  ])('%s', (_, change, reason) => {
    meet(good, chunks(change));
    isAdopted();
    expect(blamed).toEqual([`2: ${reason}`]);
  });

  it('nobody serves any more: the older anchor, then none, and ordinary catch-up may go on', () => {
    const refusing =
      (...windows: readonly number[]): Answers =>
      (message) =>
        message.type === 'snapshot-request' && windows.includes(message.anchorWindow)
          ? [{ type: 'snapshot-error', requestId: message.requestId, code: 1, message: [] }]
          : good(message);
    meet(refusing(anchor));
    later(REFUSED);
    isAdopted(older);
    adopted = [];
    trusted = history.genesis;
    staging = new MemoryStaging();
    begin();
    heads = [];
    meet(refusing(anchor, older));
    later(REFUSED);
    later(REFUSED);
    later(REFUSED);
    expect([adopted, sync.isUnderWay, sync.isHopeful]).toEqual([[], false, false]);
  });

  it('of a busy peer is asked of the next one', () => {
    meet(
      (message) =>
        message.type === 'snapshot-request'
          ? [{ type: 'snapshot-error', requestId: message.requestId, code: 4, message: [] }]
          : good(message),
      good,
    );
    isAdopted();
    expect(blamed).toEqual([]);
  });

  it('that nobody asked for is dropped', () => {
    expect(sync.message(1, { type: 'snapshot-error', requestId: 1, code: 1, message: [] }, now)).toBe(true);
    expect(sync.message(1, { type: 'archive-response', requestId: 1, entries: [] }, now)).toBe(false);
  });
});

describe('what a joiner may not believe (09 §9)', () => {
  /** Certificates of some only. */
  const signedBy =
    (count: number): Answers =>
    (message) =>
      good(message).map((answer) => {
        if (answer.type !== 'proof-response') return answer;
        const { signatures } = answer;
        return { ...answer, signatures: signatures.slice(0, count), total: count };
      });

  it('a history that few of those it knows signed: nothing is downloaded, and the operator is told what to do', () => {
    meet(signedBy(2));
    expect(asked).not.toContain('1 snapshot-request');
    expect([adopted, blamed]).toEqual([[], ['1: certificate below the trusted quorum']]);
    expect(advised).toHaveLength(1);
    expect(sync.isHopeful).toBe(false);
    peers.set(1, good);
    later(REFUSED);
    isAdopted();
  });

  it('unless others signed it who signed it at another peer: each froze the votes it had (09 §12.14)', () => {
    const others: Answers = (message) =>
      good(message).map((answer) => {
        if (answer.type !== 'proof-response') return answer;
        const signatures = answer.signatures.slice(2);
        return { ...answer, signatures, total: signatures.length };
      });
    meet(signedBy(2), others);
    isAdopted();
    expect([blamed, advised]).toEqual([['1: certificate below the trusted quorum'], []]);
  });

  it('signers twice, or out of order', () => {
    meet((message) =>
      good(message).map((answer) =>
        answer.type === 'proof-response' ? { ...answer, signatures: answer.signatures.toReversed() } : answer,
      ),
    );
    expect([adopted, blamed]).toEqual([[], ['1: certificate out of order']]);
  });

  it('a certificate that somebody cut for the snapshot to fail: the chunks stay, and another peer has it whole', () => {
    meet(
      (message) =>
        good(message).map((answer) => {
          if (answer.type !== 'proof-response') return answer;
          const signatures = answer.signatures.filter(({ nodeId }) => nodeId !== heavy);
          return { ...answer, signatures, total: signatures.length };
        }),
      good,
    );
    isAdopted();
    expect(blamed).toEqual(['1: certificate below the quorum']);
    expect(asked.filter((one) => one.endsWith('snapshot-request'))).toHaveLength(1);
  });

  it.each([
    ['votes', 'proof-request'],
    ['entries', 'archive-request'],
  ] as const)('%s one by one, each as late as can be: given up after twenty seconds', (_, type) => {
    const pending: Message[] = [];
    meet((message) => {
      const isHeld = message.type === type && (type === 'proof-request' || asked.includes('1 snapshot-request'));
      if (!isHeld) return good(message);
      pending.push(message);
      return [];
    });
    for (let i = 0; i < 2; i++) {
      now += PATIENCE - 1;
      const [answer] = good(pending.at(-1) as Message);
      const one = { from: i, signatures: certificateOfOne(answer, i), entries: entriesOfOne(answer) };
      sync.message(1, { ...answer, ...one } as Message, now);
      converse();
    }
    expect(blamed).toEqual([]);
    later(PATIENCE - 1);
    expect([adopted, blamed]).toEqual([[], ['1: too slow']]);
  });

  it('votes of nodes that nobody here knows, and those of others twice, buy no time', () => {
    let request: Message | undefined;
    meet((message) => {
      if (message.type !== 'proof-request') return good(message);
      request = message;
      return [];
    });
    const begun = now;
    const headers = 6 + 2;
    const strangers = Array.from({ length: 300 }, (_, i) => idOf(i));
    for (let part = 0; blamed.length === 0; part++) {
      const signatures = [...history.keys.keys(), ...strangers].map((nodeId) => ({
        nodeId,
        signature: new Uint8Array(),
      }));
      const answer = { ...request, type: 'proof-response', round: part < 9 ? 1 : 2, total: 8_192, signatures };
      now += 1_000_000;
      if (now >= (timer as number)) sync.timer(now);
      else sync.message(1, answer as Message, now);
      converse();
    }
    expect(blamed).toEqual(['1: too slow']);
    expect(now - begun).toBeLessThan(LONGEST + EACH * (history.keys.size + headers) + 1_000_000);
  });

  it('a certificate that the trusted state upholds and the snapshot does not', () => {
    // By genesis three of four are a quorum; in the end those three have less than two thirds of the weight.
    meet((message) =>
      good(message).map((answer) => {
        if (answer.type !== 'proof-response') return answer;
        const signatures = answer.signatures.filter(({ nodeId }) => nodeId !== heavy);
        return { ...answer, signatures, total: signatures.length };
      }),
    );
    expect(asked).toContain('1 snapshot-request');
    expect(adopted).toEqual([]);
    expect(new Set(blamed)).toEqual(new Set(['1: certificate below the quorum']));
  });

  it('a wrong signature', () => {
    meet((message) =>
      good(message).map((answer) =>
        answer.type === 'proof-response'
          ? { ...answer, signatures: answer.signatures.map((one) => ({ ...one, signature: new Uint8Array(3309) })) }
          : answer,
      ),
    );
    expect([adopted, blamed]).toEqual([[], ['1: a wrong signature in a certificate']]);
  });

  it('headers that are no chain', () => {
    meet(
      (message) =>
        good(message).map((answer) =>
          answer.type === 'archive-response' ? { ...answer, entries: answer.entries.toReversed() } : answer,
        ),
      good,
    );
    isAdopted();
    expect(blamed).toEqual(['1: archive entries are no chain']);
  });

  it('an entry that the anchor does not name', () => {
    let count = 0;
    meet(
      (message) =>
        good(message).map((answer) => {
          if (answer.type !== 'archive-response' || count++ === 0) return answer;
          return { ...answer, entries: answer.entries.map((entry) => ({ ...entry, bundles: entry.bundles.slice(1) })) };
        }),
      good,
    );
    isAdopted();
    expect(blamed).toEqual(['1: archive entry: EntryMismatch']);
  });

  it('what it says of itself when it lies about its head: another peer, and nothing blocks', () => {
    peers.set(9, () => []);
    heads.push({ peer: 9, window: 2 ** 40 });
    meet(good);
    expect([adopted, sync.isHopeful]).toEqual([[], true]);
    later(PATIENCE);
    isAdopted();
  });
});

describe('a checkpoint (09 §9)', () => {
  const at = (window: number): Checkpoint => ({
    window,
    proposalHash: (history.steps[window] as TestStep).header.id,
  });

  it('ahead of the anchor vouches for it: no certificate is needed', () => {
    checkpoint = at(anchor + 4);
    meet((message) => (message.type === 'proof-request' ? [] : good(message)));
    isAdopted();
    expect(asked).not.toContain('1 proof-request');
  });

  it('that the chain contradicts is no chain to follow', () => {
    checkpoint = { window: anchor + 4, proposalHash: idOf(7) };
    meet(good);
    expect([adopted, blamed]).toEqual([[], ['1: its chain contradicts the checkpoint']]);
  });

  it('behind the anchor is passed on the way down, however far it is', () => {
    checkpoint = at(3);
    meet(good);
    isAdopted();
    adopted = [];
    trusted = history.genesis;
    staging = new MemoryStaging();
    heads = [];
    checkpoint = { window: 3, proposalHash: idOf(7) };
    begin();
    meet(good);
    expect(adopted).toEqual([]);
    expect(new Set(blamed)).toEqual(new Set(['1: its chain contradicts what is final here or the checkpoint']));
  });

  it('or what is final here, on the way down: the anchor is void', () => {
    const { settled, header } = history.steps[anchor] as TestStep;
    const outcomes = [at(anchor - 3).proposalHash, idOf(7)].map((proposalHash) => {
      const requested: Message[] = [];
      const ports = {
        send: (_: number, message: Message) => requested.push(message),
        freshRequestId: () => 1,
        penalty: (peer: number, reason: string) => blamed.push(`${peer}: ${reason}`),
      };
      const side = new SideFromArchive(settled.network, settled.state, header);
      const download = new SideDownload(side, header, [{ window: anchor - 3, proposalHash }], side.end, ports);
      download.ask(1, now);
      return download.take(good(requested[0] as Message)[0] as Message, now);
    });
    expect(outcomes).toEqual(['done', 'void']);
  });
});

describe('a process that begins again in the middle', () => {
  it('keeps the chunks that are durable, and the anchor although a newer one is there', () => {
    const first = 95;
    const [begun] = anchorsOf(history, first) as [number];
    const upTo: Answers = (message) => honest(history, first, message);
    peers.set(1, (message) =>
      upTo(message).filter((answer) => answer.type !== 'snapshot-chunk' || answer.chunkIndex < 10),
    );
    heads = [{ peer: 1, window: first }];
    sync.go(now);
    converse();
    // Less than a batch: it is the shell's end of the process that loses it.
    const held = staging.staged();
    expect(held).toMatchObject({ anchor: { window: begun } });
    begin();
    heads = [];
    meet(good);
    isAdopted(begun);
  });
});

describe('chunks that are durable', () => {
  it('are not asked for again, and a lie among them is put right by others', () => {
    const { settled, header } = history.steps[anchor] as TestStep;
    const source = sourceOf(settled.state);
    for (const isSpoiled of [false, true]) {
      staging = new MemoryStaging();
      staging.begin({ window: anchor, proposalHash: header.id });
      const former = new Assembly(staging, { batchRecords: 1 });
      for (let index = 0; index < 5; index++) {
        const chunk = { type: 'snapshot-chunk', requestId: 1, ...(source.chunk(index) as FastSyncResponse) } as const;
        former.offer(isSpoiled ? spoiled(chunk) : chunk, 1);
      }
      trusted = history.genesis;
      adopted = [];
      heads = [];
      const offsets: number[] = [];
      begin();
      const counted: Answers = (message) => {
        if (message.type === 'snapshot-request') offsets.push(message.resumeOffset);
        return good(message);
      };
      meet(counted, counted);
      isAdopted();
      expect([offsets, blamed]).toEqual([isSpoiled ? [5, 0] : [5], []]);
    }
  });
});

describe('chunks that are durable and were made up', () => {
  it('more of them than there are: others say that there is no such chunk, and a minute later that there are fewer', () => {
    staging.begin({ window: anchor, proposalHash: (history.steps[anchor] as TestStep).header.id });
    const former = new Assembly(staging, { batchRecords: 1 });
    for (let index = 0; index < 20; index++) former.offer(invented(index), 1);
    meet(good, good);
    expect([adopted, timer]).toEqual([[], now + REFUSED]);
    later(REFUSED);
    expect(adopted).toEqual([]);
    later(REFUSED);
    isAdopted();
    expect(blamed).toEqual([]);
  });
});

describe('one honest peer among many, while the others make up snapshots and bring them as slowly as they may', () => {
  it.each([
    ['all the same one', 4, () => 312_000, false],
    ['each another one', 4, (peer: number) => 300_000 + peer, false],
    ['the same one, each for ten seconds, then it is gone and another one there', 3, () => 312_000, true],
    ['each another one, for ten seconds', 3, (peer: number) => 300_000 + peer, true],
  ])('%s', (_, liars, totalOf, areGone) => {
    let drip: { peer: number; requestId: number; next: number } | undefined;
    const lying =
      (peer: number): Answers =>
      (message) => {
        if (message.type !== 'snapshot-request') return good(message);
        drip = { peer, requestId: message.requestId, next: message.resumeOffset };
        return [];
      };
    const bring = (): void => {
      for (let i = 0, who = drip?.peer; drip !== undefined && i < LEAST_CHUNKS; i++) {
        const { peer, requestId } = drip;
        sync.message(peer, { ...invented(drip.next++), totalChunks: totalOf(peer), requestId }, now);
        converse();
        if (drip.peer !== who) [who, i] = [drip.peer, -1];
      }
    };
    meet(...Array.from({ length: liars }, (_, i) => lying(i + 1)), good);
    for (let newcomer = 100; adopted.length === 0 && now < 12 * TURN; newcomer++) {
      bring();
      if (areGone && drip !== undefined) {
        const { peer } = drip;
        drip = undefined;
        now += PATIENCE - 1;
        peers.set(newcomer, lying(newcomer));
        heads = [...heads.filter((head) => head.peer !== peer), { peer: newcomer, window: WINDOWS }];
        sync.peerDown(peer, now);
        converse();
      } else later(Math.max(1, Math.min(PATIENCE, (timer ?? now) - now)));
    }
    isAdopted();
  });
});

describe('the length of a stretch', () => {
  it('that is longer than D can have become is no history', () => {
    peers.set(1, good);
    heads = [{ peer: 1, window: WINDOWS }];
    sync.go(now);
    while (jobs.length === 0) {
      const { peer, message } = sent.shift() as { peer: number; message: Message };
      for (const answer of peers.get(peer)?.(message) ?? []) sync.message(peer, answer, now);
    }
    const { until: _, ...job } = jobs.shift() as ChainJob;
    sync.measured({ ...job, window: job.window + 1, value: job.from, iterations: 3 }, now);
    expect(sync.isUnderWay).toBe(true);
    sync.measured({ type: 'measure', window: job.window, from: job.from, value: job.from }, now);
    expect([adopted, sync.isUnderWay]).toEqual([[], false]);
  });
});
