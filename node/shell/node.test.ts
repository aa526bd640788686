import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '#core/bytes/bytes.ts';
import { nodeId } from '#core/crypto/ids.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { MONTANA } from '#core/genesis/rules.ts';
import { decodeOperation, transferLayout } from '#core/operations/codec.ts';
import { PENALTY_LIMIT } from '#core/peers/links.ts';
import { CONTRADICTS_CHECKPOINT } from '#core/sync/phase.ts';
import { type AccessLevel, LEVEL_ACCOUNT, LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import { encodeMessage } from '#core/wire/codec.ts';
import { accountOf, askReady, askReload, askStatus, askStop, nextWindow, submitOperation } from '#node/api/client.ts';
import { makeNodeFolder } from '#node/config/folder.ts';
import { type Identity, writeEphemeral } from '#node/config/identity.ts';
import { type Config, configSchema } from '#node/config/keys.ts';
import type { Link, Transport, TransportEvents } from '#node/transport/transport.ts';
import { CONTRADICTION_ADVICE } from './checkpoint.ts';
import { startNode } from './node.ts';
import type { NodeParts } from './node-parts.ts';
import { peersKnown, peersWanted } from './peer-exchange.ts';
import type { Protocol, ProtocolEvents, Standing } from './protocol.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-node-'));
afterAll(() => rmSync(root, { recursive: true }));

const HASH = 'ab'.repeat(32);
const STANDING: Standing = { window: 3, round: 1, finalWindow: 2, finalHash: HASH, stateRoot: HASH };

interface Broken {
  readonly listen?: Error;
  readonly standing?: Error;
}

let scenes = 0;

/** Parts that do nothing but tell what was asked of them. */
class Scene {
  readonly said: string[] = [];
  readonly lines: { readonly msg: string; readonly [field: string]: unknown }[] = [];
  readonly folder = makeNodeFolder(join(root, String(scenes++)));
  readonly identity: Identity;
  protocol!: ProtocolEvents;
  transport!: TransportEvents;
  readonly #broken: Broken;

  constructor(broken: Broken = {}) {
    this.#broken = broken;
    this.identity = writeEphemeral(this.folder.identity, {
      account: new Uint8Array(32).fill(1),
      node: new Uint8Array(32).fill(2),
      app: new Uint8Array(64).fill(3),
    });
  }

  start(config: object = {}, tell: (line: string) => void = () => {}) {
    const { folder, identity, lines } = this;
    const { accountKey: accountPubkey, nodeKey: nodePubkey } = identity;
    const genesis = buildGenesis({ params: DEVNET, rules: MONTANA, founders: [{ accountPubkey, nodePubkey }] });
    const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
    const parsed: Config = configSchema.parse(config);
    return startNode({ folder, config: parsed, genesis, identity, version: '1.2.3', log, tell }, this.parts());
  }

  parts(): NodeParts {
    const say = (text: string) => void this.said.push(text);
    const { standing, listen } = this.#broken;
    const protocol: Protocol = {
      head: () => 3n,
      judge: async () => ({ ok: false, error: 'BadProof' }) as never,
      classify: async () => undefined,
      peerUp: (link, isOutgoing) => say(`up ${link} ${isOutgoing}`),
      clientUp: (link) => say(`client ${link}`),
      peerDown: (link) => say(`down ${link}`),
      message: (link, envelope, onStem) => say(`${onStem ? 'stem' : 'message'} ${link} ${toHex(envelope)}`),
      room: (link) => say(`room ${link}`),
      submit: (operation, notBefore) => say(`submit ${operation.length} ${notBefore}`),
      standing: async () => {
        if (standing !== undefined) throw standing;
        return STANDING;
      },
      query: async () => ({ result: { ok: false, error: 'the store is broken' }, micros: 1 }),
      admitObservers: (isOn) => say(`observers ${isOn}`),
      pace: async () => ({ iterations: 1_000_000, difficulty: 4_194_304 }),
      stop: async () => say('protocol stops'),
    };
    const transport: Transport = {
      start: async () => {
        if (listen !== undefined) throw listen;
        say('listens');
      },
      stop: async () => say('transport stops'),
      addresses: () => ['/ip4/127.0.0.1/tcp/8444/p2p/Qm'],
      dial: async (address) => {
        say(`dials ${address}`);
        throw new Error('nobody there');
      },
      send: (link, envelope, onStem) => say(`send ${link} ${toHex(envelope)}${onStem ? ' on its stem' : ''}`),
      queued: (link) => (link === 5 ? 1_048_576 : 1_048_577),
      pause: (link) => say(`pause ${link}`),
      resume: (link) => say(`resume ${link}`),
      resize: ({ outgoing, incoming }) => say(`places ${outgoing} ${incoming}`),
      close: (link, bye) => say(`close ${link} ${bye}`),
    };
    return {
      protocol: async (_, events) => {
        this.protocol = events;
        return protocol;
      },
      transport: async (_, doorkeeper, events) => {
        expect(doorkeeper).toBe(protocol);
        this.transport = events;
        return transport;
      },
    };
  }
}

const linkOf = (number: number, level: AccessLevel = LEVEL_NODE): Link => {
  const key = new Uint8Array(1952).fill(number);
  const address = `/ip4/127.0.0.1/tcp/${number}`;
  return { number, nodeId: nodeId(key), key, isOutgoing: false, level, startWindow: 0, address };
};

const statusOf = async (scene: Scene) => {
  const asked = await askStatus(scene.folder.socket);
  if (asked.type !== 'status') throw new Error(asked.type);
  return asked.status;
};

describe('a node', () => {
  test('tells the protocol when there is room in a crowded link, and logs what it can do without', async () => {
    const scene = new Scene();
    const node = await scene.start();
    scene.protocol.crowded(6);
    scene.protocol.crowded(5);
    scene.protocol.warning('no space left');
    await expect.poll(() => scene.said).toEqual(['listens', 'room 5']);
    expect(scene.lines.map(({ msg }) => msg)).toEqual(['started', 'warning']);
    await node.stop();
  });

  test('hands messages between its links and its protocol, and shows them', async () => {
    const scene = new Scene();
    const node = await scene.start();
    scene.transport.opened(linkOf(5));
    scene.transport.message(linkOf(5), Uint8Array.of(1, 2), false);
    scene.protocol.pause(5);
    scene.protocol.resume(5);
    scene.protocol.send(5, Uint8Array.of(3), false);
    scene.protocol.final({ ...STANDING, finalWindow: 3, window: 4 }, 7);
    scene.protocol.penalty(5, 'BadLength');
    scene.transport.refused('/ip4/127.0.0.1/tcp/1', 'BadResponderSignature');
    const status = await statusOf(scene);
    expect(status).toMatchObject({
      version: '1.2.3',
      pid: process.pid,
      nodeId: scene.identity.nodeId,
      addresses: ['/ip4/127.0.0.1/tcp/8444/p2p/Qm'],
      standing: STANDING,
      recent: [{ window: 3, stateRoot: HASH }],
      difficulty: 4_194_304,
      peers: [{ link: 5, level: 'node', isOutgoing: false, nodeId: linkOf(5).nodeId }],
      counters: { finalWindows: 1, operationsFinal: 7, messagesIn: 1, bytesIn: 2, messagesOut: 1, bytesOut: 1 },
    });
    expect(status.counters).toMatchObject({ penalties: 1, refused: 1, linksOpened: 1, linksClosed: 0 });
    expect(status.reasons).toEqual({ refused: { BadResponderSignature: 1 }, closed: {}, penalties: { BadLength: 1 } });
    scene.transport.closed(linkOf(5), 'Bye: normal');
    scene.transport.closed(linkOf(5), 'again');
    expect(await statusOf(scene)).toMatchObject({ peers: [], reasons: { closed: { 'Bye: normal': 1 } } });
    expect(scene.said).toEqual([
      'listens',
      'up 5 false',
      'message 5 0102',
      'pause 5',
      'resume 5',
      'send 5 03',
      'down 5',
    ]);
    expect(scene.lines.map(({ msg }) => msg)).toEqual([
      'started',
      'link opened',
      'final',
      'penalty',
      'refused',
      'link closed',
    ]);
    await node.stop();
  });

  test('serves account clients, which take no part in gossip and are told of nobody', async () => {
    const scene = new Scene();
    const node = await scene.start();
    const link = linkOf(6, LEVEL_ACCOUNT);
    scene.transport.opened(link);
    scene.transport.message(link, Uint8Array.of(1), false);
    scene.transport.message(link, peersWanted(7n, 64), false);
    scene.transport.closed(link, 'gone');
    const [listens, ...said] = scene.said;
    expect([listens, said[0], said[1], said.at(-1)]).toEqual(['listens', 'client 6', 'message 6 01', 'down 6']);
    expect(said[2]).toMatch(/^message 6 50/);
    expect(said).toHaveLength(4);
    await node.stop();
  });

  test('dials its peers, and tells what it announces', async () => {
    const scene = new Scene();
    const peer = '/ip4/127.0.0.1/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N';
    const node = await scene.start({ peers: [peer], announce: ['/ip4/203.0.113.5/tcp/9'] });
    expect(node.addresses).toEqual([`/ip4/203.0.113.5/tcp/9/p2p/${scene.identity.peerId}`]);
    expect((await statusOf(scene)).counters.dialsFailed).toBe(1);
    expect(scene.said).toEqual(['listens', `dials ${peer}`]);
    await node.stop();
  });

  test('cuts a link whose messages are bad, and lets its node not come back', async () => {
    const scene = new Scene();
    const node = await scene.start();
    scene.transport.opened(linkOf(5));
    for (let i = 0; i < PENALTY_LIMIT; i++) scene.protocol.penalty(5, 'InvalidMsgType');
    scene.transport.closed(linkOf(5), 'closed: protocol violation');
    scene.transport.opened({ ...linkOf(5), number: 6 });
    expect(scene.said).toEqual(['listens', 'up 5 false', 'close 5 4', 'down 5', 'up 6 false', 'close 6 4']);
    expect(await statusOf(scene)).toMatchObject({ known: 0, banned: 1 });
    await node.stop();
  });

  test('answers itself who else is out there, and passes on what comes over a stem', async () => {
    const scene = new Scene();
    const node = await scene.start();
    scene.transport.opened(linkOf(5));
    const envelope = peersWanted(7n, 64);
    scene.transport.message(linkOf(5), envelope, false);
    scene.transport.message(linkOf(5), envelope, true);
    scene.protocol.send(5, Uint8Array.of(3), true);
    expect(scene.said.slice(2)).toEqual([
      `send 5 ${toHex(peersKnown(7n, []))}`,
      `stem 5 ${toHex(envelope)}`,
      'send 5 03 on its stem',
    ]);
    await node.stop();
  });

  test('answers an operation with what the protocol says', async () => {
    const scene = new Scene();
    const node = await scene.start();
    const operation = `02${'00'.repeat(transferLayout.minimum - 1)}`;
    const answer = submitOperation(scene.folder.socket, fromHex(operation), 9);
    await expect.poll(() => scene.said, { timeout: 30_000 }).toContain(`submit ${transferLayout.minimum} 9`);
    const decoded = decodeOperation(fromHex(operation));
    const id = decoded.ok ? decoded.value.id : '';
    scene.protocol.submitted('cd'.repeat(32), 'stale');
    scene.protocol.submitted(id, 'accept');
    expect(await answer).toEqual({ operation: id, verdict: 'accept' });
    expect(scene.lines.at(-1)).toMatchObject({ msg: 'submitted', operation: id, verdict: 'accept' });
    await node.stop();
  });
});

describe('settings read again', () => {
  test('count where that is safe, and are named where they need a new start', async () => {
    const scene = new Scene();
    const node = await scene.start();
    const peer = '/ip4/127.0.0.1/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N';
    const { socket, config } = scene.folder;
    writeFileSync(config, `peers: [${peer}]\nmaxInbound: 3\nadmitObservers: off\ntimers: patient\n`);
    expect(await askReload(socket)).toEqual({
      applied: ['peers', 'maxInbound', 'admitObservers'],
      needsRestart: ['timers'],
    });
    await expect.poll(() => scene.said, { timeout: 5_000 }).toContain(`dials ${peer}`);
    expect(scene.said.slice(0, 3)).toEqual(['listens', 'places 25 4', 'observers false']);
    expect(await askReload(socket)).toEqual({ applied: [], needsRestart: ['timers'] });
    writeFileSync(config, 'maxInbound: 1\nmaxOutbound: -1\nlogLevel: loud\n');
    const said = scene.said.length;
    await expect(askReload(socket)).rejects.toThrow(/^[^\n]*:2:\d+: maxOutbound: is -1; [^\n]* \(and 1 more\)$/);
    expect(scene.said).toHaveLength(said);
    await node.stop();
    expect(() => node.reload()).toThrow('starting or stopping');
  });
});

test('a node that catches up says how: in its status, its readiness, its log, and to whom it was started for', async () => {
  const scene = new Scene();
  const told: string[] = [];
  const node = await scene.start({}, (line) => told.push(line));
  const { socket } = scene.folder;
  scene.transport.opened(linkOf(5));
  const said = { type: 'status', window: 91, round: 1, finalHash: HASH, validRound: 0, validHash: HASH } as const;
  scene.transport.message(linkOf(5), encodeMessage(said), false);
  const { peerId } = (await statusOf(scene)).peers[0]!;
  const windows = { phase: 'archive', done: 3, total: 91, peer: null, advice: null };
  expect((await statusOf(scene)).catchUp).toEqual(windows);
  for (const done of [0, 256]) scene.protocol.catchUp({ phase: 'chunks', done, total: 700, peer: 5 });
  scene.protocol.advice('configure a checkpoint');
  for (let i = 0; i < 2; i++) scene.protocol.penalty(5, CONTRADICTS_CHECKPOINT);
  expect((await statusOf(scene)).catchUp).toEqual({
    ...{ phase: 'chunks', done: 256, total: 700, peer: peerId },
    advice: CONTRADICTION_ADVICE,
  });
  expect(await askReady(socket)).toMatchObject({
    ready: false,
    reason: `it is 88 windows behind; chunks of a snapshot: 256 of 700, from ${peerId}; ${CONTRADICTION_ADVICE}`,
  });
  const adopted = { ...STANDING, finalWindow: 80, window: 81 };
  scene.protocol.adopted(adopted);
  expect(await nextWindow(socket, 2)).toMatchObject({ window: 80, operations: null });
  const status = await statusOf(scene);
  expect(status).toMatchObject({ catchUp: { ...windows, done: 81 }, recent: [{ window: 80 }] });
  expect(status.counters.finalWindows).toBe(0);
  scene.protocol.final({ ...STANDING, finalWindow: 88, window: 89 }, 0);
  expect((await statusOf(scene)).catchUp).toBeNull();
  expect(scene.lines.map(({ msg, phase, advice }) => [msg, phase ?? advice])).toEqual([
    ['started', undefined],
    ['link opened', undefined],
    ['catch-up', 'chunks'],
    ['catch-up', 'configure a checkpoint'],
    ['penalty', undefined],
    ['catch-up', CONTRADICTION_ADVICE],
    ['penalty', undefined],
    ['snapshot adopted', undefined],
    ['final', undefined],
  ]);
  expect(told).toEqual([
    `catching up, chunks of a snapshot: 0 of 700, from ${peerId}`,
    'configure a checkpoint',
    CONTRADICTION_ADVICE,
    'the snapshot of window 80 is verified: the node goes on from there',
  ]);
  await node.stop();
});

describe('ready', () => {
  test('is a node that stands where others say the network is', async () => {
    const scene = new Scene();
    const node = await scene.start();
    const { socket } = scene.folder;
    expect(await askReady(socket)).toMatchObject({ ready: false, finalWindow: 2, heard: null });
    const status = { type: 'status', round: 1, finalHash: HASH, validRound: 0, validHash: HASH } as const;
    scene.transport.opened(linkOf(5));
    scene.transport.message(linkOf(5), encodeMessage({ ...status, window: 6 }), false);
    expect(await askReady(socket)).toMatchObject({ ready: false, heard: 5, reason: 'it is 3 windows behind' });
    scene.protocol.final({ ...STANDING, finalWindow: 3, window: 4 }, 0);
    expect(await askReady(socket)).toEqual({ ready: true, finalWindow: 3, heard: 5, reason: null });
    expect(await nextWindow(socket, 2)).toMatchObject({ window: 3, operations: 0 });
    await expect(accountOf(socket, HASH)).rejects.toThrow('the store is broken');
    const fault = { level: 50, reason: 'the store is broken', msg: 'a request to the API came to nothing' };
    expect(scene.lines).toContainEqual(expect.objectContaining(fault));
    await node.stop();
  });

  test('is not known by the windows that were caught up with: they say nothing of how long one takes', async () => {
    const scene = new Scene();
    const node = await scene.start();
    const status = { type: 'status', round: 1, finalHash: HASH, validRound: 0, validHash: HASH } as const;
    scene.transport.opened(linkOf(5));
    scene.transport.message(linkOf(5), encodeMessage({ ...status, window: 6 }), false);
    for (const finalWindow of [3, 4, 5, 6]) {
      scene.protocol.final({ ...STANDING, finalWindow, window: finalWindow + 1 }, 0);
    }
    const answer = await new Promise<IncomingMessage>((resolve) =>
      get({ socketPath: scene.folder.socket, path: '/metrics' }, resolve),
    );
    expect((await text(answer)).split('\n')).toContain('montana_window_seconds_count 1');
    await node.stop();
  });
});

describe('stopping', () => {
  test('Bye first, then the store, then the socket is gone; once', async () => {
    const scene = new Scene();
    const node = await scene.start();
    expect(await askStop(scene.folder.socket)).toBe(process.pid);
    expect(await node.ended).toBeUndefined();
    await node.stop();
    expect(scene.said).toEqual(['listens', 'transport stops', 'protocol stops']);
    expect(await askStatus(scene.folder.socket)).toEqual({ type: 'nobody' });
  });

  test('by itself when the protocol cannot go on', async () => {
    const scene = new Scene();
    const node = await scene.start();
    scene.protocol.stopped('the store: no space left on device');
    expect(await node.ended).toBe('the store: no space left on device');
    expect(scene.said).toEqual(['listens', 'transport stops', 'protocol stops']);
  });

  test('does not let those who come and go fill its log', async () => {
    const scene = new Scene();
    const node = await scene.start();
    for (let number = 10; number < 210; number++) {
      const link = linkOf(number);
      scene.transport.opened(link);
      scene.transport.closed(link, 'gone');
    }
    expect(scene.lines.filter(({ msg }) => msg.startsWith('link ')).length).toBeLessThan(300);
    expect((await statusOf(scene)).counters).toMatchObject({ linksOpened: 200, linksClosed: 200 });
    await node.stop();
  });

  test('by itself when nobody can be connected any more', async () => {
    const scene = new Scene();
    const node = await scene.start();
    scene.transport.failed('the thread of the handshakes: it ended');
    expect(await node.ended).toBe('the thread of the handshakes: it ended');
  });
});

describe('cannot start', () => {
  test('where one runs: it says the pid and leaves that one alone', async () => {
    const scene = new Scene();
    const node = await scene.start();
    await expect(scene.start()).rejects.toThrow(`a node runs in this folder with pid ${process.pid}; `);
    expect(scene.said).toEqual(['listens']);
    expect(await statusOf(scene)).toMatchObject({ standing: STANDING });
    await node.stop();
  });

  test('at the same moment as another one: one of them runs, and has the socket', async () => {
    const scene = new Scene();
    const starts = await Promise.allSettled([scene.start(), scene.start(), scene.start()]);
    const running = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    expect(running).toHaveLength(1);
    for (const start of starts) {
      if (start.status === 'rejected') expect(start.reason.message).toContain('a node runs in this folder');
    }
    expect((await askStatus(scene.folder.socket)).type).toBe('status');
    await running[0]?.stop();
  });

  test.each([
    [Object.assign(new Error('listen EADDRINUSE: address already in use 0.0.0.0:8444'), { code: 'EADDRINUSE' })],
    [new Error('Some addresses failed:\n listen EADDRINUSE')],
  ])('on a port that is in use: %#', async (listen) => {
    const scene = new Scene({ listen });
    await expect(scene.start()).rejects.toThrow(
      /^cannot listen at \/ip4\/0\.0\.0\.0\/tcp\/8444: the port is in use; change listen in .*montana\.yaml, or free the port$/,
    );
    expect(scene.said).toEqual(['transport stops', 'protocol stops']);
    expect(await askStatus(scene.folder.socket)).toEqual({ type: 'nobody' });
  });

  test('with a store that cannot be opened: its own words', async () => {
    const scene = new Scene({
      standing: new Error('store/data.mdb is of the network ab, not of cd:\n name another folder'),
    });
    await expect(scene.start()).rejects.toThrow('store/data.mdb is of the network ab, not of cd: name another folder');
    expect(scene.said).toEqual(['protocol stops']);
  });
});
