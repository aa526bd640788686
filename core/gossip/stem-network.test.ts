import { describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import type { Message } from '../wire/messages.ts';
import { type NetworkOptions, operationOf, TestNetwork } from './network.suite.ts';
import { Random } from './random.ts';
import { SECOND, STEM_PATIENCE } from './timing.ts';

const NODES = 40;
const LINKS = 12;

const network = (isStemming: boolean, options: NetworkOptions = {}): TestNetwork => {
  const net = new TestNetwork(NODES, { ...options, behaviour: () => ({ stem: isStemming }) });
  net.connectRandomly(LINKS);
  net.enter(5);
  net.run(5 * SECOND);
  return net;
};

/** One operation every 200 ms, each of another node than `silent`, in turn; answers who wrote which. */
const load = (
  net: TestNetwork,
  count: number,
  isStemming: boolean,
  silent: readonly number[] = [],
): Map<Id, number> => {
  const authors = net.nodes.map(({ index }) => index).filter((index) => !silent.includes(index));
  const written = new Map<Id, number>();
  for (let serial = 0; serial < count; serial++) {
    const author = authors[serial % authors.length] as number;
    const operation = operationOf(serial);
    written.set(operation.id, author);
    net.schedule(net.now + serial * 200_000, () => {
      const node = net.at(author);
      if (isStemming) node.gossip.stem(operation, net.now);
      else node.publish(operation, net.now);
    });
  }
  return written;
};

/** An own operation counts as accepted where it was published without being offered. */
const isEverywhere = (net: TestNetwork, id: Id): boolean =>
  net.nodes.every((node) => node.accepted.has(id) || node.own.has(id));

describe('operations over stems in a network of forty', () => {
  it('reach everybody, once each, long before a timer', () => {
    const net = network(true);
    const written = load(net, 80, true);
    net.run(net.now + 16 * SECOND + STEM_PATIENCE - 2 * SECOND);
    expect([...written.keys()].filter((id) => !isEverywhere(net, id))).toEqual([]);
    for (const node of net.nodes) {
      expect(node.offers).toBe(written.size);
      expect(node.penalties).toEqual([]);
    }
    // 1.5 hops more are expected of a stem after its first, less where it meets a node twice.
    const hops = net.nodes.reduce((sum, node) => sum + node.ofType('stem').length, 0);
    expect(hops).toBeGreaterThan(80 * 2);
    expect(hops).toBeLessThan(80 * 3);
  });

  it('reach everybody after τ₁/2 where some nodes keep what they are sent over a stem', () => {
    const holes = [3, 17, 31];
    let swallowed = 0;
    const net = network(true, {
      lost: (_from, to, message) => {
        const isLost = message.type === 'stem' && holes.includes(to);
        if (isLost) swallowed++;
        return isLost;
      },
    });
    const written = load(net, 80, true);
    net.run(net.now + 16 * SECOND + STEM_PATIENCE - 2 * SECOND);
    const early = [...written.keys()].filter((id) => isEverywhere(net, id)).length;
    expect(swallowed).toBeGreaterThan(5);
    expect(early).toBeLessThan(80);
    net.run(net.now + 5 * SECOND);
    expect([...written.keys()].filter((id) => !isEverywhere(net, id))).toEqual([]);
  });

  it('the same inputs, the same network', () => {
    const run = (): Id => {
      const net = network(true);
      load(net, 20, true);
      net.run(net.now + 20 * SECOND);
      return net.transcript();
    };
    expect(run()).toBe(run());
  });
});

/** How often in a hundred the link that brought an operation to the first of four colluding nodes is its author's. */
const named = (isStemming: boolean, operations: number): number => {
  const spies = [4, 13, 22, 36];
  const latency = new Random(Uint8Array.of(7));
  const latencies = Array.from({ length: NODES * NODES }, () => 20_000 + latency.below(100_000));
  const first = new Map<Id, { readonly at: number; readonly from: number }>();
  const bring = (id: Id, from: number, at: number): void => {
    if (at < (first.get(id)?.at ?? Number.MAX_SAFE_INTEGER)) first.set(id, { at, from });
  };
  const latencyOf = (from: number, to: number): number => latencies[from * NODES + to] as number;
  const net = network(isStemming, {
    latency: latencyOf,
    lost: (from, to, message, now) => {
      if (!spies.includes(from) && spies.includes(to))
        for (const id of carried(message)) bring(id, from, now + latencyOf(from, to));
      return false;
    },
  });
  const written = load(net, operations, isStemming, spies);
  net.run(net.now + operations * 200_000 + STEM_PATIENCE + 5 * SECOND);
  let right = 0;
  for (const [id, author] of written) if (first.get(id)?.from === author) right++;
  return (100 * right) / operations;
};

const carried = (message: Message): readonly Id[] => {
  switch (message.type) {
    case 'object':
    case 'stem':
      return [message.object.id];
    case 'object-response':
      return message.objects.map(({ id }) => id);
    // Telling shows who has it.
    case 'announce':
      return message.names.map(({ id }) => id);
    default:
      return [];
  }
};

describe('what ten per cent of the nodes learn of an author from who was first', () => {
  it('names more than half of them without stems, a fifth at most with', () => {
    expect(named(false, 144)).toBeGreaterThan(50);
    expect(named(true, 144)).toBeLessThan(20);
  });
});
