import { describe, expect, it } from 'vitest';
import { ascii, concat, littleEndian } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import { hash } from '../crypto/hash.ts';
import type { Verdict } from '../participant/types.ts';
import { CLASS_OPERATION, type Message, type Stemmed } from '../wire/messages.ts';
import { ACCEPT, type Behaviour, bundleOf, isObject, LoneNode, operationOf, registrationOf } from './network.suite.ts';
import { Random } from './random.ts';
import {
  FLUFF_BELOW,
  MOST_EARLY,
  MOST_EARLY_PER_LINK,
  MOST_STEMMED,
  MOST_STEMMED_PER_LINK,
  STEM_EPOCH,
} from './stem.ts';
import { PULL_DELAY, SECOND, STEM_PATIENCE } from './timing.ts';
import type { Peer } from './types.ts';

const MEMBERS = 20;
const HOLD: Verdict = { type: 'hold', until: { until: 'final', window: 5 } };

const node = (behaviour: Behaviour = {}, links = 12, outgoing = links): LoneNode => {
  const lone = new LoneNode({ stem: true, ...behaviour });
  lone.link(links, outgoing);
  lone.enter(5, MEMBERS);
  lone.take();
  return lone;
};

const onStem =
  (object: Operation) =>
  (message: Message): boolean =>
    message.type === 'stem' && message.object.id === object.id;

const own = (lone: LoneNode, object: Operation): void => lone.gossip.stem(object, lone.now);

const overStem = (lone: LoneNode, peer: Peer, object: Stemmed): boolean => lone.receive(peer, { type: 'stem', object });

/** The links an own operation is sent to over a stem: none if it is spread. */
const hop = (lone: LoneNode, serial: number): readonly Peer[] => {
  own(lone, operationOf(serial));
  return lone.receivers(onStem(operationOf(serial)));
};

let fresh = 100_000;

/** The links that own operations go to. */
const stemPeers = (lone: LoneNode): readonly Peer[] => {
  const peers = new Set<Peer>();
  for (let i = 0; i < 40; i++) for (const peer of hop(lone, fresh++)) peers.add(peer);
  return [...peers].sort((a, b) => a - b);
};

/** The first operation from `from` on that is passed on when it comes over a stem from `peer`. */
const passedOn = (lone: LoneNode, peer: Peer, from = 0): Operation => {
  for (let serial = from; serial < from + 100; serial++) {
    const operation = operationOf(serial);
    overStem(lone, peer, operation);
    if (lone.receivers(onStem(operation)).length > 0) return operation;
  }
  throw new Error('none of a hundred');
};

describe('an own operation on its stem (06 §10)', () => {
  it('goes to one outgoing link, always, and is neither offered nor pushed', () => {
    const lone = node({}, 24, 12);
    for (let serial = 0; serial < 200; serial++) {
      const operation = operationOf(serial);
      own(lone, operation);
      const sent = lone.take();
      expect(sent.map(({ message }) => message)).toEqual([{ type: 'stem', object: operation }]);
      expect(sent[0]?.to).toBeLessThan(12);
    }
    expect(lone.offers).toBe(0);
  });

  it('is neither told nor served, and asked for like any other when somebody announces it', () => {
    const lone = node();
    const operation = operationOf(1);
    own(lone, operation);
    lone.take();
    lone.wait(5 * SECOND);
    expect(lone.receivers(({ type }) => type === 'announce')).toEqual([]);
    const name = { class: CLASS_OPERATION, id: operation.id } as const;
    lone.receive(3, { type: 'object-request', requestId: 1, names: [name] });
    const answers = lone.take().map(({ message }) => message);
    expect(answers).toContainEqual({ type: 'object-response', requestId: 1, objects: [], stopped: false });
    lone.receive(3, { type: 'announce', names: [name] });
    lone.wait(2 * PULL_DELAY);
    expect(lone.receivers(({ type }) => type === 'object-request')).toEqual([3]);
  });

  it('goes where the secret and its identifier say, one of two links', () => {
    const lone = node();
    const seed = littleEndian(0, 8);
    const byBit: Set<Peer>[] = [new Set(), new Set()];
    for (let serial = 0; serial < 100; serial++) {
      const bit = (hash('mt-stem-route', seed, operationOf(serial).id)[0] as number) & 1;
      for (const peer of hop(lone, serial)) byBit[bit]?.add(peer);
    }
    expect(byBit.map(({ size }) => size)).toEqual([1, 1]);
    expect(new Set(byBit.flatMap((peers) => [...peers])).size).toBe(2);
  });

  it('is spread at once where no link is outgoing', () => {
    const lone = node({}, 12, 0);
    const operation = operationOf(1);
    own(lone, operation);
    expect(lone.offers).toBe(1);
    expect(lone.receivers(isObject(operation)).length).toBe(8);
  });

  it('is passed on once, however often its user hands it in', () => {
    const lone = node();
    expect(hop(lone, 1).length).toBe(1);
    expect(hop(lone, 1).length).toBe(0);
    lone.wait(STEM_PATIENCE);
    lone.take();
    own(lone, operationOf(1));
    expect(lone.take()).toEqual([]);
    expect(lone.offers).toBe(1);
  });
});

describe('an operation that came over a stem (06 §10)', () => {
  it('is spread with probability 0.4, else passed on', () => {
    const lone = node({}, 40, 2);
    own(lone, operationOf(0));
    lone.take();
    // Each stem peer took one draw.
    const coins = new Random(concat(ascii('stem'), littleEndian(0, 8)));
    coins.below(2);
    coins.below(1);
    let spread = 0;
    for (let serial = 1; serial <= 1000; serial++) {
      const operation = operationOf(serial);
      const isSpread = coins.next() < FLUFF_BELOW;
      if (isSpread) spread++;
      expect(overStem(lone, 2 + (serial % 38), operation)).toBe(true);
      const sent = lone.take();
      expect(sent.filter(({ message }) => onStem(operation)(message)).length).toBe(isSpread ? 0 : 1);
      expect(sent.filter(({ message }) => isObject(operation)(message)).length).toBe(isSpread ? 8 : 0);
    }
    expect(FLUFF_BELOW).toBe(1_717_986_918);
    expect(spread).toBeGreaterThan(350);
    expect(spread).toBeLessThan(450);
    expect(lone.offers).toBe(spread);
    expect(lone.weighed).toBe(1000);
  });

  it('goes to the other link if it came from the one it belongs to, and is spread if there is no other', () => {
    const lone = node({}, 2);
    for (const peer of [0, 1]) {
      for (let i = 0; i < 20; i++) {
        const operation = operationOf(100 * peer + i);
        overStem(lone, peer, operation);
        const [to = 1 - peer] = lone.receivers(onStem(operation));
        expect(to).toBe(1 - peer);
      }
    }
    const alone = node({}, 2, 1);
    for (let i = 0; i < 20; i++) overStem(alone, 0, operationOf(i));
    expect(alone.receivers(({ type }) => type === 'stem')).toEqual([]);
    expect(alone.offers).toBe(20);
  });

  it('is dropped if gossip brought it already', () => {
    const lone = node();
    const operation = operationOf(1);
    lone.receiveObject(0, operation);
    lone.take();
    expect(overStem(lone, 1, operation)).toBe(false);
    expect(lone.take()).toEqual([]);
    expect(lone.weighed).toBe(0);
  });

  it('is spread when it comes a second time, to the sender too; so is an own one', () => {
    const lone = node({}, 3);
    const operation = passedOn(lone, 0);
    const { offers } = lone;
    expect(overStem(lone, 1, operation)).toBe(false);
    expect(new Set(lone.receivers(isObject(operation)))).toEqual(new Set([0, 1, 2]));
    expect(lone.offers).toBe(offers + 1);
    const mine = operationOf(5000);
    own(lone, mine);
    lone.take();
    expect(overStem(lone, 1, mine)).toBe(false);
    expect(new Set(lone.receivers(isObject(mine)))).toEqual(new Set([0, 1, 2]));
    // What was spread is not spread again.
    lone.wait(2 * STEM_PATIENCE);
    expect(lone.offers).toBe(offers + 2);
  });

  it('goes no further if it is not valid; only what is invalid for ever is a fault, and judged once', () => {
    for (const [verdict, reasons] of [
      [HOLD, []],
      [{ type: 'stale' }, []],
      [{ type: 'reject', reason: 'InvalidSignature' }, ['InvalidSignature', 'KnownInvalid']],
    ] as const) {
      const lone = node({ weigh: () => verdict });
      overStem(lone, 0, operationOf(1));
      overStem(lone, 0, operationOf(1));
      expect(lone.reasons()).toEqual(reasons);
      expect(lone.weighed).toBe(verdict.type === 'reject' ? 1 : 2);
      lone.wait(2 * STEM_PATIENCE);
      expect(lone.receivers(({ type }) => type === 'stem' || type === 'object')).toEqual([]);
      expect(lone.offers).toBe(0);
    }
  });

  it('waits for the next final window if it came too early, once', () => {
    let verdict: Verdict = HOLD;
    const lone = node({ weigh: () => verdict });
    const final = (): void => lone.gossip.ready({ until: 'final', window: 5 }, lone.now);
    const sent = (): number => lone.receivers(({ type }) => type === 'stem' || type === 'object').length;
    for (let serial = 0; serial < 10; serial++) overStem(lone, 0, operationOf(serial));
    final();
    verdict = ACCEPT;
    final();
    expect(sent()).toBe(0);
    verdict = HOLD;
    for (let serial = 0; serial < 10; serial++) overStem(lone, 0, operationOf(serial));
    // Gossip brings one of them meanwhile, a stem another.
    lone.receiveObject(1, operationOf(0));
    verdict = ACCEPT;
    overStem(lone, 1, operationOf(1));
    lone.take();
    const { weighed } = lone;
    lone.gossip.ready({ until: 'window', window: 6 }, lone.now);
    expect(lone.weighed).toBe(weighed);
    final();
    expect(lone.weighed).toBe(weighed + 8);
    expect(sent()).toBeGreaterThanOrEqual(8);
  });

  it('waits with 63 others of its link and 1 023 of all, and else is dropped', () => {
    let verdict: Verdict = HOLD;
    const lone = node({ weigh: () => verdict }, 20);
    for (let serial = 0; serial < 2000; serial++) {
      overStem(lone, serial < MOST_EARLY_PER_LINK + 1 ? 0 : 1 + (serial % 19), operationOf(serial));
    }
    verdict = ACCEPT;
    const { weighed } = lone;
    lone.gossip.ready({ until: 'final', window: 5 }, lone.now);
    expect(lone.weighed).toBe(weighed + MOST_EARLY);
    verdict = HOLD;
    for (let serial = 5000; serial < 5100; serial++) overStem(lone, 0, operationOf(serial));
    lone.gossip.ready({ until: 'final', window: 6 }, lone.now);
    expect(lone.weighed).toBe(weighed + MOST_EARLY + 100 + MOST_EARLY_PER_LINK);
  });

  it('counts for the budgets of its link', () => {
    const lone = node();
    let serial = 0;
    for (; lone.penalties.length === 0 && serial < 5000; serial++) overStem(lone, 0, operationOf(serial));
    expect(lone.reasons()).toEqual(['OperationBudget']);
    expect(serial).toBe(1_001);
    for (; lone.penalties.length === 1 && serial < 5000; serial++) overStem(lone, 0, registrationOf(serial));
    expect(lone.reasons()).toEqual(['OperationBudget', 'ByteBudget']);
  });

  it('is spread at once where stems are off', () => {
    const lone = node({ stem: false });
    for (let serial = 0; serial < 20; serial++) {
      overStem(lone, 0, operationOf(serial));
      expect(lone.receivers(isObject(operationOf(serial))).length).toBe(8);
    }
    expect(lone.receivers(({ type }) => type === 'stem')).toEqual([]);
  });
});

describe('the safety timer (06 §10)', () => {
  it('spreads after τ₁/2 what gossip did not bring back, own or not', () => {
    const lone = node();
    const passed = passedOn(lone, 0);
    const mine = operationOf(5000);
    own(lone, mine);
    lone.take();
    const { offers } = lone;
    lone.wait(STEM_PATIENCE - 1);
    expect(lone.offers).toBe(offers);
    lone.wait(1);
    expect(lone.offers).toBe(offers + 2);
    const sent = lone.take();
    for (const object of [passed, mine]) expect(sent.filter(({ message }) => isObject(object)(message)).length).toBe(8);
  });

  it('does nothing where gossip brought it back', () => {
    const lone = node();
    own(lone, operationOf(1));
    lone.receiveObject(7, operationOf(1));
    lone.wait(SECOND);
    lone.take();
    lone.wait(2 * STEM_PATIENCE);
    expect(lone.offers).toBe(1);
    expect(lone.receivers(isObject(operationOf(1)))).toEqual([]);
  });

  it('tries again what must wait for another window, for two windows', () => {
    let verdict: Verdict = HOLD;
    const lone = node({ judge: () => verdict });
    own(lone, operationOf(1));
    lone.take();
    lone.wait(STEM_PATIENCE);
    expect(lone.offers).toBe(1);
    expect(lone.receivers(isObject(operationOf(1)))).toEqual([]);
    verdict = ACCEPT;
    lone.wait(STEM_PATIENCE);
    expect(lone.receivers(isObject(operationOf(1))).length).toBe(8);
    verdict = HOLD;
    own(lone, operationOf(2));
    lone.wait(STEM_PATIENCE);
    lone.enter(7, MEMBERS);
    lone.wait(STEM_PATIENCE);
    expect(lone.offers).toBe(4);
    lone.wait(5 * STEM_PATIENCE);
    expect(lone.offers).toBe(4);
  });
});

describe('stem peers (06 §10)', () => {
  it('stay for 693 windows', () => {
    const lone = node({}, 24);
    const before = stemPeers(lone);
    expect(before.length).toBe(2);
    lone.enter(5 + STEM_EPOCH - 1, MEMBERS);
    expect(stemPeers(lone)).toEqual(before);
    lone.enter(5 + STEM_EPOCH, MEMBERS);
    expect(stemPeers(lone)).not.toEqual(before);
  });

  it('stand in for each other when one is gone; its place is filled in the next window', () => {
    const lone = node({}, 24);
    const [a, b] = stemPeers(lone) as [Peer, Peer];
    lone.gossip.peerDown(a, lone.now);
    lone.gossip.peerUp(a, true, lone.now);
    expect(stemPeers(lone)).toEqual([b]);
    lone.enter(6, MEMBERS);
    const after = stemPeers(lone);
    expect(after.length).toBe(2);
    expect(after).toContain(b);
  });

  it('both gone: operations are spread until the next window', () => {
    const lone = node({}, 24);
    for (const peer of stemPeers(lone)) lone.gossip.peerDown(peer, lone.now);
    expect(hop(lone, 1)).toEqual([]);
    expect(lone.accepted.has(operationOf(1).id)).toBe(true);
    lone.enter(6, MEMBERS);
    expect(hop(lone, 2).length).toBe(1);
  });

  it('are drawn as soon as there is an outgoing link', () => {
    const lone = node({}, 0);
    lone.gossip.peerUp(1, false, lone.now);
    expect(hop(lone, 1)).toEqual([]);
    lone.gossip.peerUp(2, true, lone.now);
    expect(hop(lone, 2)).toEqual([2]);
  });
});

describe('what is remembered', () => {
  it('256 operations of a link; more of it are spread', () => {
    const lone = node({}, 40, 2);
    let passed = 0;
    let serial = 0;
    for (; passed < MOST_STEMMED_PER_LINK; serial++) {
      overStem(lone, 5, operationOf(serial));
      passed += lone.receivers(({ type }) => type === 'stem').length;
    }
    for (let i = 0; i < 30; i++) overStem(lone, 5, operationOf(serial + i));
    expect(lone.receivers(({ type }) => type === 'stem')).toEqual([]);
    // Another link still has room, and so has this one when they are spread.
    passedOn(lone, 6, 10_000);
    lone.wait(STEM_PATIENCE);
    passedOn(lone, 5, 20_000);
  });

  it('8 192 operations in all; more are spread', () => {
    const lone = node();
    for (let serial = 0; serial < MOST_STEMMED; serial++) own(lone, operationOf(serial));
    expect(lone.offers).toBe(0);
    expect(hop(lone, MOST_STEMMED)).toEqual([]);
    expect(lone.offers).toBe(1);
    lone.wait(STEM_PATIENCE);
    expect(hop(lone, MOST_STEMMED + 1).length).toBe(1);
  });
});

it('anything but operations and registrations is pushed at once', () => {
  const lone = node();
  const bundle = bundleOf(0, 5);
  lone.publish(bundle, 0);
  expect(lone.receivers(isObject(bundle)).length).toBe(8);
});
