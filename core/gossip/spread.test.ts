import { describe, expect, it } from 'vitest';
import { makeEvidence } from '../consensus/evidence.ts';
import { EVIDENCE_BUNDLE, PREVOTE, type ProtocolObject } from '../consensus/objects.ts';
import { sizeOnWire } from '../wire/size.ts';
import {
  ACCEPT,
  bundleOf,
  idOf,
  operationOf,
  proposalOf,
  registrationOf,
  revealOf,
  TestNetwork,
  voteOf,
} from './network.suite.ts';
import { SECOND } from './timing.ts';

const MINUTE = 60 * SECOND;

/** Every node signs everything it may sign in window 1, within a second; node 0 also an operation, a proposal and evidence. */
const signEverything = (network: TestNetwork): readonly ProtocolObject[] => {
  const published: ProtocolObject[] = [];
  const publish = (node: number, object: ProtocolObject): void => {
    published.push(object);
    network.schedule(network.now + ((node * 37_199) % SECOND), () => network.at(node).publish(object, network.now));
  };
  const proposal = proposalOf(0, 1);
  for (let node = 0; node < network.nodes.length; node++) {
    publish(node, bundleOf(node, 1));
    publish(node, voteOf(node, 1, 1, PREVOTE, proposal.id));
    if (node % 5 === 0) publish(node, revealOf(node, 1));
    if (node % 3 === 0) publish(node, operationOf(node));
  }
  publish(0, proposal);
  publish(0, makeEvidence(EVIDENCE_BUNDLE, bundleOf(7, 1, [], idOf('a')), bundleOf(7, 1, [], idOf('b'))));
  return published;
};

const isSpread = (network: TestNetwork, objects: readonly ProtocolObject[]): boolean =>
  objects.every((object) => network.nodes.every((node) => node.accepted.has(object.id) || node.own.has(object.id)));

describe('gossip in small networks (09 §10)', () => {
  for (const [count, degree] of [
    [3, 1],
    [5, 2],
    [30, 4],
  ] as const) {
    it(`${count} nodes dialling ${degree}: every object reaches everybody, once`, () => {
      const network = new TestNetwork(count);
      network.connectRandomly(degree);
      network.enter(1);
      const objects = signEverything(network);
      network.run(10 * SECOND);
      expect(isSpread(network, objects)).toBe(true);
      for (const node of network.nodes) {
        expect(node.offers).toBe(objects.length - node.own.size);
        expect(node.penalties).toEqual([]);
      }
    });
  }

  it('a chain of links, with nothing but pushes and tells, carries everything', () => {
    const network = new TestNetwork(8);
    for (let i = 0; i + 1 < 8; i++) network.connect(i + 1, i);
    network.enter(1);
    const objects = signEverything(network);
    network.run(20 * SECOND);
    expect(isSpread(network, objects)).toBe(true);
  });

  it('lost messages are repaired after the next Status, though nothing new happens (11.3.5)', () => {
    let isBroken = true;
    const network = new TestNetwork(12, { lost: () => isBroken });
    network.connectRandomly(4);
    network.enter(1);
    const objects = signEverything(network);
    network.run(10 * SECOND);
    expect(network.nodes.reduce((sum, node) => sum + node.accepted.size, 0)).toBe(0);
    isBroken = false;
    network.run(25 * SECOND);
    const slotted = objects.filter(({ kind }) => kind === 'bundle' || kind === 'reveal' || kind === 'vote');
    expect(slotted.length).toBeGreaterThan(24);
    expect(isSpread(network, slotted)).toBe(true);
  });

  it('a link that opens late brings what its far end lacks', () => {
    const network = new TestNetwork(6);
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [3, 4],
      [4, 5],
    ] as const)
      network.connect(a, b);
    network.enter(1);
    const objects = signEverything(network);
    network.run(5 * SECOND);
    expect(isSpread(network, objects)).toBe(false);
    network.connect(2, 3);
    network.run(8 * SECOND);
    expect(isSpread(network, objects)).toBe(true);
  });

  it('a loss of one message in twenty costs nothing but a moment', () => {
    let count = 0;
    const network = new TestNetwork(20, { lost: () => ++count % 20 === 0 });
    network.connectRandomly(4);
    network.enter(1);
    const objects = signEverything(network);
    network.run(30 * SECOND);
    expect(isSpread(network, objects)).toBe(true);
  });

  it('the same inputs give the same sends, to the microsecond', () => {
    const run = (): string => {
      const network = new TestNetwork(15, { lost: (from, to, _message, now) => (from + to + now) % 13 === 0 });
      network.connectRandomly(4);
      network.enter(1);
      signEverything(network);
      network.run(2 * SECOND);
      network.disconnect(...network.firstLink());
      network.run(6 * SECOND);
      return network.transcript();
    };
    const first = run();
    expect(run()).toBe(first);
  });

  it('a full window of 60 nodes costs each of them about four times its unique bytes', () => {
    const network = new TestNetwork(60);
    network.connectRandomly(12);
    network.enter(1);
    const objects = signEverything(network);
    network.run(MINUTE);
    const unique = objects.length * 4 * 1042;
    const perNode = network.bytes / 60;
    expect(isSpread(network, objects)).toBe(true);
    expect(perNode).toBeGreaterThan(2 * unique);
    expect(perNode).toBeLessThan(7 * unique);
    const objectBytes = ['bundle', 'vote', 'reveal', 'operation', 'evidence', 'proposal'].reduce(
      (sum, type) => sum + (network.bytesByType.get(type) ?? 0),
      0,
    );
    expect(objectBytes / 60).toBeLessThan(4.5 * unique);
  });

  it('a flooding peer is bounded: what it sends beyond the budget is not judged', () => {
    const network = new TestNetwork(3, { behaviour: () => ({ judge: () => ACCEPT }) });
    network.connect(0, 1);
    network.enter(1);
    const target = network.at(0);
    const size = sizeOnWire({ type: 'object', object: registrationOf(0) });
    for (let i = 0; i < 1_000; i++) {
      target.gossip.message(1, { type: 'object', object: registrationOf(i) }, network.now);
    }
    const budget = 4 * 25_000 * 3 + 8_388_608;
    expect(target.offers).toBeLessThanOrEqual(budget / size);
    expect(target.offers).toBeGreaterThan(budget / size - 1);
    expect(target.penalties.filter(({ reason }) => reason === 'ByteBudget').length).toBe(1_000 - target.offers);
    // A new period, or a new window, allows as much again.
    const before = target.offers;
    target.gossip.message(1, { type: 'object', object: operationOf(5000) }, network.now + MINUTE);
    expect(target.offers).toBe(before + 1);
  });
});
