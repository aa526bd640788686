import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nodeId, peerId } from '#core/crypto/ids.ts';
import { PENALTY_LIMIT } from '#core/peers/links.ts';
import { LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import type { Link } from '#node/transport/transport.ts';
import { addressOf } from './peer-address.ts';
import { exchanged, peersKnown, peersWanted } from './peer-exchange.ts';
import { Peering } from './peering.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-peering-'));
afterAll(() => rmSync(root, { recursive: true }));

const keyOf = (n: number): Uint8Array => new Uint8Array(1952).fill(n);
const bareOf = (n: number): string => `/ip4/127.0.0.1/tcp/${8_000 + n}`;
const pinnedOf = (n: number): string => `${bareOf(n)}/p2p/${peerId(keyOf(n))}`;
const contactOf = (n: number) => ({ nodeId: nodeId(keyOf(n)), address: addressOf(bareOf(n))!, startWindow: n });

interface Wishes {
  readonly peers?: readonly string[];
  readonly file?: string;
  readonly maxOutbound?: number;
  readonly discover?: boolean;
  readonly diversity?: boolean;
}

let files = 0;

/** A node's peering, and a world in which `listening` answer where they listen: number of the address to that of the key. */
class World {
  readonly listening = new Map<number, number>();
  readonly said: string[] = [];
  readonly warnings: unknown[] = [];
  readonly sent: { readonly link: number; readonly envelope: Uint8Array }[] = [];
  readonly links = new Map<number, Link>();
  readonly peering: Peering;
  refusal = 'ECONNREFUSED';
  #numbers = 0;

  constructor(wishes: Wishes = {}) {
    const {
      peers = [],
      file = join(root, String(files++)),
      maxOutbound = 24,
      discover = true,
      diversity = false,
    } = wishes;
    this.peering = new Peering(
      {
        config: { peers: [...peers], maxOutbound, maxInbound: 24, tau1Seconds: 60, discover, diversity },
        nodeId: nodeId(keyOf(0)),
        peerId: peerId(keyOf(0)),
        genesis: 'ab'.repeat(32),
        tau2: 100,
        file,
        log: pino(
          { level: 'warn', base: null },
          { write: (line: string) => void this.warnings.push(JSON.parse(line)) },
        ),
      },
      {
        dial: async (address, expected) => {
          this.said.push(`dial ${address}`);
          await null;
          const there = this.listening.get(Number(/tcp\/(\d+)/.exec(address)?.[1]) - 8_000);
          if (there === undefined) throw new Error(this.refusal);
          if (expected?.has(nodeId(keyOf(there))) === false) throw new Error('WrongNode');
          return this.open(there, true, address);
        },
        send: (link, envelope) => void this.sent.push({ link, envelope }),
        close: (link, bye) => {
          this.said.push(`close ${link} ${bye}`);
          this.close(link);
        },
        dialFailed: () => void this.said.push('failed'),
        window: () => 5,
      },
    );
  }

  open(n: number, isOutgoing = false, address = `/ip4/127.0.0.1/tcp/${50_000 + n}`): Link {
    const number = this.#numbers++;
    const key = keyOf(n);
    const link = { number, nodeId: nodeId(key), key, isOutgoing, level: LEVEL_NODE, startWindow: n, address } as const;
    this.links.set(number, link);
    this.peering.opened(link);
    return link;
  }

  close(number: number, blame?: 'theirs' | 'ours'): void {
    const link = this.links.get(number);
    if (link !== undefined && this.links.delete(number)) this.peering.closed(link, blame);
  }

  take(): readonly string[] {
    return this.said.splice(0);
  }

  /** What the last message to a link was. */
  last(link: number) {
    const { envelope } = this.sent.findLast((other) => other.link === link)!;
    const message = exchanged(envelope);
    if (message === undefined || message.type === 'malformed') throw new Error('no message of peer exchange');
    return message;
  }
}

const seconds = (n: number) => vi.advanceTimersByTimeAsync(n * 1_000);

let worlds: World[] = [];
const started = (wishes: Wishes = {}, listening: readonly number[] = []): World => {
  const world = new World(wishes);
  worlds.push(world);
  for (const n of listening) world.listening.set(n, n);
  world.peering.start();
  return world;
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  for (const { peering } of worlds) peering.stop();
  expect(vi.getTimerCount()).toBe(0);
  worlds = [];
  vi.useRealTimers();
});

describe('configured peers', () => {
  test('are dialled with their pin, each once, never the node itself, and again when they die', async () => {
    const world = started({ peers: [0, 1, 2, 1].map(pinnedOf) }, [1]);
    await seconds(0);
    expect(world.take()).toEqual([`dial ${pinnedOf(1)}`, `dial ${pinnedOf(2)}`, 'failed']);
    world.listening.set(2, 2);
    await seconds(2);
    expect(world.take()).toEqual([`dial ${pinnedOf(2)}`]);
    world.listening.delete(1);
    world.close(0);
    await seconds(2);
    expect(world.take()).toEqual([`dial ${pinnedOf(1)}`, 'failed']);
    world.listening.set(1, 1);
    await seconds(3);
    expect(world.take()).toEqual([`dial ${pinnedOf(1)}`]);
  });

  test('that dialled this node are not dialled, and known to others; when they leave they are', async () => {
    const world = started({ peers: [pinnedOf(1)] });
    const link = world.open(1);
    await seconds(200);
    world.take();
    const asker = world.open(7);
    expect(world.peering.message(asker, peersWanted(3n, 64), false)).toBe(true);
    expect(world.last(asker.number)).toEqual({ type: 'response', requestId: 3n, contacts: [contactOf(1)] });
    expect(world.take()).toEqual([]);
    world.close(link.number);
    await seconds(1);
    expect(world.take()[0]).toBe(`dial ${pinnedOf(1)}`);
  });

  test('with a name are dialled by it, and nobody is told where they are', async () => {
    const named = `/dns4/example.org/tcp/8001/p2p/${peerId(keyOf(1))}`;
    const world = started({ peers: [named] }, [1]);
    await seconds(0);
    expect(world.take()).toEqual([`dial ${named}`]);
    const asker = world.open(7);
    world.peering.message(asker, peersWanted(3n, 64), false);
    expect(world.last(asker.number)).toMatchObject({ contacts: [] });
    world.close(0);
    await seconds(2);
    expect(world.take()).toEqual([`dial ${named}`]);
  });
});

describe('peers that others tell of', () => {
  /** A world whose one configured peer was asked, and the answer to it. */
  const told = async (
    contacts: Parameters<typeof peersKnown>[1],
    listening: readonly (readonly [number, number])[],
  ) => {
    const world = started({ peers: [pinnedOf(1)] }, [1]);
    for (const [at, n] of listening) world.listening.set(at, n);
    await seconds(0);
    world.take();
    const link = world.links.get(0)!;
    expect(world.last(0)).toMatchObject({ type: 'request', most: 64 });
    world.peering.message(link, peersKnown(world.last(0).requestId, contacts), false);
    await seconds(1);
    return { world, link };
  };

  test('inside somebody’s own network are neither believed nor told of where diversity counts', async () => {
    const at = (host: string, n: number) => ({ ...contactOf(n), address: addressOf(`/ip4/${host}/tcp/${8_000 + n}`)! });
    const told = [at('10.0.0.2', 2), at('203.0.113.3', 3), at('192.168.4.4', 4), contactOf(5)];
    for (const diversity of [true, false]) {
      const world = started({ peers: [pinnedOf(1)], diversity }, [1]);
      await seconds(0);
      const link = world.links.get(0)!;
      world.peering.message(link, peersKnown(world.last(0).requestId, told), false);
      // The configured one is on this host itself.
      expect(world.peering.status().known).toBe(diversity ? 2 : 5);
      const asking = world.open(9);
      world.peering.message(asking, peersWanted(7n, 64), false);
      const answer = world.last(asking.number);
      expect(answer.type === 'response' && answer.contacts).toHaveLength(diversity ? 0 : 1);
    }
  });

  test('are dialled without a pin', async () => {
    const { world } = await told(
      [contactOf(2), contactOf(3)],
      [
        [2, 2],
        [3, 3],
      ],
    );
    expect(world.take().toSorted()).toEqual([`dial ${bareOf(2)}`, `dial ${bareOf(3)}`]);
    expect(world.peering.status()).toEqual({ known: 3, banned: 0 });
  });

  test('are dropped where somebody else listens', async () => {
    const { world } = await told([contactOf(2)], [[2, 9]]);
    expect(world.take()).toEqual([`dial ${bareOf(2)}`, 'failed']);
    expect(world.peering.status().known).toBe(1);
    await seconds(100);
    expect(world.take()).toEqual([]);
  });

  test('are left alone for τ₁ when they refuse', async () => {
    const { world } = await told([contactOf(2)], []);
    world.refusal = 'TunnelProofRefused';
    await seconds(3);
    world.take();
    await seconds(57);
    expect(world.take()).toEqual([]);
    await seconds(5);
    expect(world.take()).toContain(`dial ${bareOf(2)}`);
  });

  test('are not asked for where the node keeps to its own', async () => {
    const world = started({ peers: [pinnedOf(1)], discover: false }, [1]);
    await seconds(100);
    expect(world.links.size).toBe(1);
    expect(world.sent).toEqual([]);
  });

  test('are believed of who was asked only, and who asks twice in a row gets nothing', async () => {
    const { world, link } = await told([], []);
    world.peering.message(link, peersKnown(99n, [contactOf(4)]), false);
    expect(world.peering.status().known).toBe(1);
    const asker = world.open(7);
    for (const requestId of [1n, 2n]) world.peering.message(asker, peersWanted(requestId, 64), false);
    expect(world.sent.filter(({ link }) => link === asker.number)).toHaveLength(1);
  });
});

describe('a link that breaks rules', () => {
  test('is cut at a hundred penalties, and its node stays out', async () => {
    const world = started();
    const { number } = world.open(3);
    for (let i = 1; i < PENALTY_LIMIT; i++) world.peering.penalty(number);
    expect(world.take()).toEqual([]);
    world.peering.penalty(number);
    expect(world.take()).toEqual([`close ${number} 4`]);
    const again = world.open(3);
    expect(world.take()).toEqual([`close ${again.number} 4`]);
    expect(world.peering.status().banned).toBe(1);
    await seconds(24 * 60);
    world.open(3);
    expect(world.take()).toEqual([]);
  });

  test('by frames that are none stays out at once', () => {
    const world = started();
    world.close(world.open(3).number, 'theirs');
    const again = world.open(3);
    expect(world.take()).toEqual([`close ${again.number} 4`]);
  });

  test('as the far end says is not dialled for 24τ₁', async () => {
    const world = started({ peers: [pinnedOf(1)] }, [1]);
    await seconds(0);
    world.take();
    world.close(0, 'ours');
    await seconds(24 * 60 - 2);
    expect(world.take()).toEqual([]);
    await seconds(3);
    expect(world.take()).toEqual([`dial ${pinnedOf(1)}`]);
  });

  test('by malformed messages of peer exchange is penalised; other messages pass', () => {
    const world = started();
    const link = world.open(3);
    expect(world.peering.message(link, Uint8Array.of(0x22), false)).toBe(false);
    expect(world.peering.message(link, Uint8Array.of(0x50), true)).toBe(false);
    for (let i = 0; i < PENALTY_LIMIT; i++) world.peering.message(link, Uint8Array.of(0x51), false);
    expect(world.take()).toEqual([`close ${link.number} 4`]);
  });
});

describe('what is kept', () => {
  test('is known to the next process, and the anchors are dialled first', async () => {
    const file = join(root, 'kept');
    const first = started({ file, peers: [pinnedOf(1)] }, [1]);
    await seconds(0);
    first.peering.message(first.links.get(0)!, peersKnown(first.last(0).requestId, [contactOf(2)]), false);
    first.peering.stop();
    const second = started({ file, maxOutbound: 1 });
    expect(second.peering.status().known).toBe(2);
    expect(second.take()).toEqual([`dial ${bareOf(1)}`]);
  });

  test('is written every ten minutes', async () => {
    const file = join(root, 'often');
    const first = started({ file, peers: [pinnedOf(1)] }, [1]);
    await seconds(600);
    expect(started({ file }).peering.status().known).toBe(1);
    expect(first.warnings).toEqual([]);
  });

  test('but broken is dropped with a warning', () => {
    const file = join(root, 'dropped');
    writeFileSync(file, 'no peers');
    const world = started({ file });
    expect(world.peering.status().known).toBe(0);
    expect(world.warnings).toMatchObject([{ file, reason: 'its checksum is wrong' }]);
  });
});
