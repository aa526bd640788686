import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { concat, type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import { makeBundle } from '#core/consensus/bundle.ts';
import { nodeId } from '#core/crypto/ids.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { Disk } from '#core/journal/disk.ts';
import type { ChainJob } from '#core/participant/types.ts';
import { ACCOUNT_REQUEST, OP_ACCOUNT } from '#core/services/host-request.ts';
import { judgeProvenAccount } from '#core/services/proven-account.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { decodeMessage, encodeMessage } from '#core/wire/codec.ts';
import { ENVELOPE_HEADER_SIZE, encodeEnvelope } from '#core/wire/envelope.ts';
import type { HasherEvents } from '#node/hasher/hasher.ts';
import { testFolder } from '#node/store/folder.suite.ts';
import type { Store } from '#node/store/store.ts';
import { storeOn } from './file-store.suite.ts';
import { LiveHost } from './live-host.ts';
import type { FromProtocol } from './messages.ts';
import { accountKey, anchorOf, genesisOf, nodeKey } from './net.suite.ts';
import type { ProtocolSetting } from './setting.ts';
import { liveSuite } from './suite.ts';

/* A live host with a hasher and a disk that do what the test says, and the order in which things happen. */

const { folder } = testFolder();

const D0 = 1_000;

const genesisFor = (founders: number) => buildGenesis(genesisOf(founders, D0));

type Happening = FromProtocol | { readonly type: 'write' };

class Bench {
  readonly happenings: Happening[] = [];
  readonly jobs: ChainJob[] = [];
  readonly host: LiveHost;
  hasher!: HasherEvents;
  isHasherStopped = false;
  isClosed = false;
  iterations = 0;
  /** Letters the other one has heard. */
  #heard = 0;

  /** `writes`: how many succeed. */
  constructor(
    founders: number,
    disk?: Disk,
    writes = Number.POSITIVE_INFINITY,
    index = 0,
    changes: Partial<ProtocolSetting> = {},
  ) {
    const genesis = genesisFor(founders);
    const kept = disk ?? new Disk(genesisSettled(genesis, new MemoryBase()));
    this.host = new LiveHost({
      setting: {
        genesis: genesisOf(founders, D0),
        folder: '',
        store: '',
        seed: new Uint8Array(32).fill(index + 1),
        account: ZERO_ID,
        timers: 'ordinary',
        journal: false,
        stem: false,
        snapshots: false,
        fastSync: true,
        tau1: 60_000_000,
        isBootstrap: false,
        admitsObservers: true,
        ...changes,
      },
      genesis,
      suite: liveSuite(),
      store: this.#storeOn(kept, writes),
      startHasher: (events) => {
        this.hasher = events;
        return {
          count: () => this.iterations,
          work: (job) => this.jobs.push(job),
          cancel: () => {},
          alarm: () => {},
          stop: async () => {
            this.isHasherStopped = true;
          },
        };
      },
      post: (message) => this.happenings.push(message),
    });
  }

  #storeOn(disk: Disk, writes: number): Store {
    return storeOn(disk, {
      write: (final, open) => {
        if (disk.written === writes) throw new Error('disk full\n  and where');
        disk.write({ final, open });
        this.happenings.push({ type: 'write' });
      },
      close: () => {
        this.isClosed = true;
      },
    });
  }

  /** The job at hand is hashed. */
  finishJob(): void {
    const job = this.jobs.pop() as ChainJob;
    this.iterations += job.iterations;
    const { type, window, from } = job;
    this.hasher.done(job, { type, window, from, value: timechainStep(from, job.iterations) });
  }

  /** Two that are linked hear each other until neither has anything new to say. */
  tell(other: Bench): void {
    for (let hosts: readonly [Bench, Bench] = [this, other], silent = 0; silent < 2; hosts = [hosts[1], hosts[0]]) {
      const [from, to] = hosts;
      const letters = from.of('letters').flatMap((message) => message.letters);
      const news = letters.slice(from.#heard);
      from.#heard = letters.length;
      silent = news.length === 0 ? silent + 1 : 0;
      for (const { envelope } of news) to.host.take({ type: 'message', link: 1, envelope, onStem: false });
    }
  }

  of<T extends Happening['type']>(type: T): Extract<Happening, { type: T }>[] {
    return this.happenings.filter((happening) => happening.type === type) as Extract<Happening, { type: T }>[];
  }

  /** What it ends with. */
  async ended(): Promise<string> {
    while (this.of('stopped').length === 0) await new Promise(setImmediate);
    return this.of('stopped')[0]?.reason as string;
  }
}

const benches: Bench[] = [];

const bench = (...options: ConstructorParameters<typeof Bench>): Bench => {
  const made = new Bench(...options);
  benches.push(made);
  return made;
};

afterEach(async () => {
  for (const made of benches.splice(0)) {
    made.host.take({ type: 'stop' });
    await made.ended();
  }
});

describe('a live host', () => {
  it('alone it closes window 0 at its start and one more with each stretch (09 §12.4)', () => {
    const alone = bench(1);
    expect(alone.of('final').map(({ standing }) => standing.finalWindow)).toEqual([0]);
    alone.finishJob();
    alone.finishJob();
    expect(alone.of('final').map(({ standing }) => standing.finalWindow)).toEqual([0, 1, 2]);
    expect(alone.of('standing').at(-1)?.standing).toMatchObject({ window: 3, round: 0, finalWindow: 2 });
  });

  it('what it signed is durable before anything is said (09 §8.8)', () => {
    const alone = bench(1);
    alone.host.take({ type: 'peer-up', link: 7, isOutgoing: true });
    alone.happenings.length = 0;
    alone.finishJob();
    const types = alone.happenings.map(({ type }) => type);
    expect(types).toContain('write');
    expect(types).toContain('letters');
    expect(types.lastIndexOf('write')).toBeLessThan(types.findIndex((type) => type !== 'write'));
  });

  it('goes on from its store, with the iterations of its new process', () => {
    const disk = new Disk(genesisSettled(genesisFor(1), new MemoryBase()));
    const first = bench(1, disk);
    for (let i = 0; i < 3; i++) first.finishJob();
    const before = first.of('final').at(-1)?.standing;
    const second = bench(1, disk);
    expect(second.of('standing').at(0)?.standing).toMatchObject({ finalWindow: 3, stateRoot: before?.stateRoot });
    expect(second.of('final')).toEqual([]);
    second.finishJob();
    expect(second.of('final').map(({ standing }) => standing.finalWindow)).toEqual([4]);
  });

  it('answers account clients from what is durable, also after a restart, and hands in what they sign', () => {
    const disk = new Disk(genesisSettled(genesisFor(1), new MemoryBase()));
    const genesis = genesisSettled(genesisFor(1), new MemoryBase());
    const trust = { window: -1, nodes: [...genesis.state.nodes()] };
    const operation = anchorOf(0);
    const { sender } = operation;
    const take = (at: Bench, code: number, payload: Uint8Array): void => {
      const envelope = encodeEnvelope({ code, requestId: 7n, payload });
      at.host.take({ type: 'message', link: 7, envelope, onStem: false });
    };
    /** The account as the node proves it. */
    const frontier = (at: Bench): Id | undefined => {
      take(
        at,
        0x66,
        concat(Uint8Array.of(OP_ACCOUNT), ACCOUNT_REQUEST.encode({ accountId: sender, isProofWanted: true })),
      );
      const letter = at.of('letters').at(-1)?.letters[0];
      expect(letter?.links).toEqual([7]);
      const body = letter?.envelope.subarray(ENVELOPE_HEADER_SIZE + 2) as Uint8Array;
      const proven = judgeProvenAccount(body, sender, trust, genesis.network, liveSuite().verify);
      if (!proven.ok) throw new Error(proven.error);
      return proven.value.account?.frontierHash;
    };
    const first = bench(1, disk);
    first.host.take({ type: 'client-up', link: 7, key: accountKey(0).publicKey });
    expect(frontier(first)).toBe(operation.prevHash);
    take(first, 0x04, operation.bytes);
    for (let i = 0; i < 3; i++) first.finishJob();
    expect(frontier(first)).toBe(operation.id);
    expect([...first.of('submitted'), ...first.of('penalty')]).toEqual([]);
    first.host.take({ type: 'peer-down', link: 7 });
    const second = bench(1, disk);
    second.host.take({ type: 'client-up', link: 7, key: accountKey(0).publicKey });
    expect(frontier(second)).toBe(operation.id);
    second.host.take({ type: 'client-up', link: 7, key: nodeKey(5).publicKey });
    take(second, 0x66, Uint8Array.of(OP_ACCOUNT));
    expect(second.of('penalty')).toEqual([{ type: 'penalty', link: 7, reason: 'NotForAccounts' }]);
  });

  it('blames a forged operation on the client that sent it, and tells the owner of his own, which is the same but for that', () => {
    const only = bench(1, undefined, undefined, 0, { folder: folder() });
    only.host.take({ type: 'client-up', link: 7, key: accountKey(0).publicKey });
    const { id, bytes } = anchorOf(0);
    const payload = bytes.slice();
    payload[payload.length - 1] = (payload.at(-1) as number) ^ 1;
    const envelope = encodeEnvelope({ code: 0x04, requestId: 0n, payload });
    only.host.take({ type: 'message', link: 7, envelope, onStem: false });
    only.host.take({ type: 'submit', operation: bytes, notBefore: 0 });
    expect(only.of('penalty')).toEqual([{ type: 'penalty', link: 7, reason: 'InvalidSignature' }]);
    expect(only.of('submitted')).toEqual([{ type: 'submitted', operation: id, verdict: 'accept' }]);
  });

  it('sends one envelope for an object that goes to several links, and it decodes', () => {
    const alone = bench(1);
    for (const link of [3, 4, 5]) alone.host.take({ type: 'peer-up', link, isOutgoing: true });
    alone.happenings.length = 0;
    alone.finishJob();
    const letters = alone.of('letters').flatMap((message) => message.letters);
    expect(letters.some(({ links }) => links.length === 3)).toBe(true);
    for (const { envelope } of letters) expect(decodeMessage(envelope, () => undefined).ok).toBe(true);
  });

  it('a store that fails ends it, with nothing said of what was not durable', async () => {
    const alone = bench(1, undefined, 6);
    while (alone.of('write').length < 6) alone.finishJob();
    const before = alone.happenings.length;
    alone.finishJob();
    expect(await alone.ended()).toBe('the store: disk full');
    expect(alone.happenings.slice(before).map(({ type }) => type)).toEqual(['stopped']);
    expect([alone.isHasherStopped, alone.isClosed]).toEqual([true, true]);
  });

  it('makes no window final that contradicts the checkpoint, and goes on from none', async () => {
    const aDisk = () => new Disk(genesisSettled(genesisFor(1), new MemoryBase()));
    const under = (window: number, proposalHash: Id, disk = aDisk()) =>
      bench(1, disk, undefined, undefined, { checkpoint: { window, proposalHash } });
    const finals = (one: Bench) => one.of('final').map(({ standing }) => standing.finalWindow);
    const [disk, wrong] = [aDisk(), 'cd'.repeat(32)];
    const without = bench(1, disk);
    without.finishJob();
    const hash = without.of('final').at(-1)?.standing.finalHash as Id;
    const contradicted = under(1, wrong);
    contradicted.finishJob();
    expect(await contradicted.ended()).toContain(`window 1 has ${hash}, not the checkpoint`);
    expect(finals(contradicted)).toEqual([0]);
    const confirmed = under(1, hash);
    confirmed.finishJob();
    expect(finals(confirmed)).toEqual([0, 1]);
    expect(() => under(1, wrong, disk)).toThrow(`window 1 has ${hash}`);
    for (const [window, vouched] of [
      [1, hash],
      [3, wrong],
    ] as const) {
      const later = under(window, vouched, disk);
      later.finishJob();
      expect(later.of('stopped')).toEqual([]);
    }
  });

  it('writes snapshots beside its work and serves them, and refuses where it is told not to', async () => {
    const asked = encodeMessage({ type: 'snapshot-request', requestId: 4, anchorWindow: 2, resumeOffset: 0 });
    const answers = (at: Bench): readonly string[] => {
      at.happenings.length = 0;
      at.host.take({ type: 'message', link: 7, envelope: asked, onStem: false });
      const letters = at.of('letters').flatMap(({ letters }) => letters);
      return letters.map(({ envelope }) => {
        const decoded = decodeMessage(envelope, () => undefined);
        return decoded.ok ? decoded.value.type : decoded.error;
      });
    };
    const serving = bench(1, undefined, undefined, 0, { snapshots: true, folder: folder(), tau1: 0 });
    const silent = bench(1);
    for (const each of [serving, silent]) for (let i = 0; i < 3; i++) each.finishJob();
    expect(answers(serving)).toEqual(['snapshot-error']);
    // One of accounts, one of nodes.
    await expect.poll(() => answers(serving)).toEqual(['snapshot-chunk', 'snapshot-chunk']);
    expect(serving.of('penalty')).toEqual([]);
    expect(answers(silent)).toEqual(['snapshot-error']);
  });

  it('without its hasher it ends, and handles nothing any more', async () => {
    const alone = bench(1);
    alone.hasher.failed(new Error('no memory'));
    expect(await alone.ended()).toBe('the hasher: no memory');
    const before = alone.happenings.length;
    alone.finishJob();
    alone.host.take({ type: 'message', link: 1, envelope: new Uint8Array(3), onStem: false });
    alone.host.take({ type: 'submit', operation: new Uint8Array(3), notBefore: 0 });
    expect(alone.happenings.length).toBe(before);
  });

  it('a safety failure ends it: an own timechain value that differs from an adopted one (09 §12.17)', async () => {
    const [a, b] = [bench(2), bench(2, undefined, undefined, 1)];
    for (const { host } of [a, b]) host.take({ type: 'peer-up', link: 1, isOutgoing: true });
    // What was said before the link was up is pulled, by timers.
    while (a.of('final').length === 0) {
      a.tell(b);
      await setTimeout(10);
    }
    // Both bundles of window 1, a quorum, carry another value than the one that is about to be computed.
    a.iterations = D0 - 10;
    for (const key of [nodeKey(0), nodeKey(1)]) {
      const fields = { nodeId: nodeId(key.publicKey), endpoint: ZERO_ID, window: 1, operations: [], reveals: [] };
      const envelope = encodeMessage({ type: 'object', object: makeBundle(fields, key) });
      a.host.take({ type: 'message', link: 1, envelope, onStem: false });
    }
    expect(a.of('stopped')).toEqual([]);
    a.iterations = 0;
    a.finishJob();
    expect(await a.ended()).toBe('the own timechain value differs from the adopted one');
    expect([a.isHasherStopped, a.isClosed]).toEqual([true, true]);
  });

  it('bad bytes are told, a message of another codec is not', () => {
    const alone = bench(1);
    alone.happenings.length = 0;
    const announce = encodeMessage({ type: 'announce', names: [] });
    alone.host.take({ type: 'message', link: 1, envelope: announce.subarray(0, 13), onStem: false });
    alone.host.take({ type: 'message', link: 2, envelope: Uint8Array.from([...announce, 0]), onStem: false });
    const ping = encodeEnvelope({ code: 0xf0, requestId: 1n, payload: new Uint8Array(0) });
    alone.host.take({ type: 'message', link: 3, envelope: ping, onStem: false });
    ping[0] = 0xee;
    alone.host.take({ type: 'message', link: 4, envelope: ping, onStem: false });
    expect(alone.of('penalty')).toEqual([
      { type: 'penalty', link: 1, reason: 'TruncatedHeader' },
      { type: 'penalty', link: 2, reason: 'PayloadLengthMismatch' },
      { type: 'penalty', link: 4, reason: 'InvalidMsgType' },
    ]);
  });
});
