import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { nodeId, peerId } from '#core/crypto/ids.ts';
import { PENALTY_LIMIT } from '#core/peers/links.ts';
import { aParty, keyOf, type Party, stopAll, until } from '#node/transport/party.suite.ts';
import type { Link } from '#node/transport/transport.ts';
import { Peering } from './peering.ts';

/* Nodes with transports and peerings on 127.0.0.1; no protocol runs. */

const root = mkdtempSync(join(tmpdir(), 'montana-peers-'));
const LISTEN_ANYWHERE = '/ip4/127.0.0.1/tcp/0';

class Node {
  readonly links = new Map<number, Link>();
  readonly #fill: number;
  #party!: Party;
  #peering: Peering | undefined;

  constructor(fill: number) {
    this.#fill = fill;
  }

  get id(): string {
    return nodeId(keyOf(this.#fill));
  }

  get address(): string {
    return this.#party.address();
  }

  get peering(): Peering {
    return this.#peering!;
  }

  async listen(at: string = LISTEN_ANYWHERE): Promise<void> {
    this.#party = await aParty(this.#fill, {
      knows: [1, 2, 3, 4, 5],
      listen: [at],
      events: {
        opened: (link) => {
          this.links.set(link.number, link);
          this.#peering?.opened(link);
        },
        message: (link, envelope, onStem) => void this.#peering?.message(link, envelope, onStem),
        roundTrip: (link, micros) => this.#peering?.roundTrip(link, micros),
        closed: (link, _reason, blame) => {
          this.links.delete(link.number);
          this.#peering?.closed(link, blame);
        },
        refused: () => {},
      },
    });
  }

  /** The first one's τ₁ is longer: its ban outlasts the test on a slow machine too. */
  start(peers: readonly string[]): void {
    const { transport } = this.#party;
    this.#peering = new Peering(
      {
        config: {
          peers: [...peers],
          maxOutbound: 24,
          maxInbound: 24,
          tau1Seconds: this.#fill === 1 ? 20 : 2,
          discover: true,
          diversity: false,
        },
        nodeId: this.id,
        peerId: peerId(keyOf(this.#fill)),
        genesis: 'ab'.repeat(32),
        tau2: 100,
        file: join(root, String(this.#fill)),
        log: pino({ level: 'silent' }),
      },
      {
        dial: (address, expected) => transport.dial(address, expected),
        send: (link, envelope) => transport.send(link, envelope),
        close: (link, bye) => transport.close(link, bye),
        dialFailed: () => {},
        window: () => 100,
      },
    );
    this.#peering.start();
  }

  async stop(): Promise<void> {
    this.#peering?.stop();
    this.#peering = undefined;
    await this.#party.transport.stop();
  }

  linkTo(other: Node): Link | undefined {
    return [...this.links.values()].find((link) => link.nodeId === other.id);
  }
}

const nodes = [1, 2, 3, 4, 5].map((fill) => new Node(fill));

afterAll(async () => {
  for (const node of nodes) node.peering.stop();
  await stopAll();
  rmSync(root, { recursive: true });
});

it('a node that knows one learns of all, one that dies is redialled, one that is banned stays out', async () => {
  const [first, second, third, fourth, fifth] = nodes as [Node, Node, Node, Node, Node];
  await Promise.all(nodes.map((node) => node.listen()));
  const founders = [first, second, third, fourth];
  for (const node of founders) node.start(founders.map(({ address }) => address));
  await until(() => founders.every(({ links }) => links.size === 3));

  fifth.start([first.address]);
  await until(() => founders.every((node) => fifth.linkTo(node)?.isOutgoing === true));
  expect(fifth.peering.status()).toEqual({ known: 4, banned: 0 });

  const { number } = first.linkTo(fifth)!;
  for (let i = 0; i < PENALTY_LIMIT; i++) first.peering.penalty(number);
  expect(first.peering.status().banned).toBe(1);
  await until(() => fifth.linkTo(first) === undefined);

  const address = second.address.replace(/\/p2p\/.*/, '');
  await second.stop();
  await until(() => [first, third, fourth, fifth].every((node) => node.linkTo(second) === undefined));
  await second.listen(address);
  second.start([]);
  // It knows nobody by its configuration: what it has, it has from its file and from those that dial it.
  await until(() => [first, third, fourth, fifth].every((node) => node.linkTo(second) !== undefined));

  expect(first.peering.status().banned).toBe(1);
  expect([first.linkTo(fifth), fifth.linkTo(first)]).toEqual([undefined, undefined]);
});
