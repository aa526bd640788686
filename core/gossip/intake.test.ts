import { describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { IdSet } from '../collections/id-map.ts';
import { PREVOTE, type ProtocolObject } from '../consensus/objects.ts';
import type { Verdict } from '../participant/types.ts';
import {
  CLASS_BUNDLE,
  CLASS_OPERATION,
  CLASS_PROPOSAL,
  CLASS_REGISTRATION,
  SET_BUNDLE,
  SET_PREVOTE,
} from '../wire/messages.ts';
import { MOST_OPERATIONS_IN, MOST_REFUSED_REGISTRATIONS } from './budget.ts';
import { MOST_HELD, MOST_HELD_OPERATIONS_PER_LINK, MOST_HELD_PER_LINK } from './held.ts';
import {
  ACCEPT,
  bundleOf,
  idOf,
  isObject,
  LoneNode,
  operationOf,
  proposalOf,
  registrationOf,
  revealOf,
  setsOf,
  standingAt,
  voteOf,
} from './network.suite.ts';
import { PULL_DELAY, SECOND } from './timing.ts';

const MEMBERS = 20;
const VALUE = idOf('value');

const withVerdict = (judge: (object: ProtocolObject) => Verdict, links = 6): LoneNode => {
  const lone = new LoneNode({ judge });
  lone.link(links);
  lone.enter(5, MEMBERS);
  lone.take();
  return lone;
};

const holdUntil = (until: 'timechain' | 'window' | 'final', window: number): Verdict => ({
  type: 'hold',
  until: { until, window },
});

/** The same object with another signature: the identifier does not cover it. */
const forged = <T extends { readonly bytes: Uint8Array; readonly signature: Uint8Array }>(
  object: T,
  mark = 0xee,
): T => {
  const bytes = object.bytes.slice();
  bytes[bytes.length - 1] = mark;
  return { ...object, bytes, signature: bytes.subarray(bytes.length - 3309) };
};

describe('what one link may bring by type (06 §11)', () => {
  it('is 1 000 operations a window or τ₁, from each link', () => {
    const lone = withVerdict(() => ({ type: 'stale' }));
    const [first, second] = [operationOf(1), operationOf(2)];
    for (let i = 0; i < MOST_OPERATIONS_IN; i++) lone.receiveObject(1, first);
    expect(lone.penalties).toEqual([]);
    expect(lone.receiveObject(1, second)).toBe(false);
    expect(lone.penalties).toEqual([{ peer: 1, reason: 'OperationBudget' }]);
    expect(lone.offers).toBe(1);
    expect(lone.receiveObject(2, second)).toBe(true);
    lone.wait(61 * SECOND);
    lone.receiveObject(1, operationOf(3));
    expect(lone.offers).toBe(3);
  });

  it('is four registrations that prove invalid; after them none of it is judged', () => {
    const good = Array.from({ length: 12 }, (_, i) => registrationOf(i));
    const lone = withVerdict((object) =>
      good.some(({ id }) => id === object.id) ? ACCEPT : { type: 'reject', reason: 'InvalidSignature' },
    );
    for (const registration of good.slice(0, 9)) lone.receiveObject(1, registration);
    for (let i = 0; i < MOST_REFUSED_REGISTRATIONS; i++) lone.receiveObject(1, registrationOf(100 + i));
    expect(lone.offers).toBe(9 + MOST_REFUSED_REGISTRATIONS);
    expect(lone.receiveObject(1, good[9]!)).toBe(false);
    expect(lone.penalties.at(-1)).toEqual({ peer: 1, reason: 'RegistrationBudget' });
    expect(lone.offers).toBe(9 + MOST_REFUSED_REGISTRATIONS);
    expect(lone.receiveObject(2, good[9]!)).toBe(true);
    lone.wait(61 * SECOND);
    expect(lone.receiveObject(1, good[10]!)).toBe(true);
  });
});

describe('rejected objects (06 §6.1, 09 §12.8)', () => {
  it('blame the sender alone; an identical copy is not judged again, a differing one is', () => {
    const real = voteOf(1, 5, 1, PREVOTE, VALUE);
    const bad = forged(real);
    const lone = withVerdict((object) => (object === real ? ACCEPT : { type: 'reject', reason: 'InvalidSignature' }));
    expect(lone.receiveObject(1, bad)).toBe(true);
    expect(lone.receiveObject(2, { ...bad, bytes: bad.bytes.slice() })).toBe(false);
    expect(lone.offers).toBe(1);
    expect(lone.penalties).toEqual([
      { peer: 1, reason: 'InvalidSignature' },
      { peer: 2, reason: 'KnownInvalid' },
    ]);
    expect(lone.receiveObject(3, real)).toBe(true);
    expect(lone.accepted.has(real.id)).toBe(true);
    expect(lone.penalties.length).toBe(2);
  });

  it('a proposal with other lists is another copy', () => {
    const real = proposalOf(1, 5, [{ nodeId: idOf('node', 1), hash: VALUE }]);
    const lone = withVerdict((object) =>
      object === real ? ACCEPT : { type: 'reject', reason: 'BundlesRootMismatch' },
    );
    const listed = [{ nodeId: idOf('node', 1), hash: idOf('other') }];
    lone.receiveObject(1, { ...real, bundles: listed });
    lone.receiveObject(1, { ...real, bundles: [...listed] });
    lone.receiveObject(1, real);
    expect(lone.reasons()).toEqual(['BundlesRootMismatch', 'KnownInvalid']);
    expect(lone.accepted.has(real.id)).toBe(true);
  });
});

describe('equivocation (09 §10.4, §12.10)', () => {
  const [first, second, third] = ['a', 'b', 'c'].map((name) => bundleOf(1, 5, [], idOf(name)));

  it('a conflicting object is judged once, neither pushed nor told, and never displaces the first', () => {
    const lone = withVerdict((object) => (object.id === first?.id ? ACCEPT : { type: 'stale' }));
    for (const bundle of [first, second, second, third]) if (bundle) lone.receiveObject(0, bundle);
    expect(lone.offers).toBe(2);
    expect(lone.penalties).toEqual([]);
    const sent = lone.take().filter(({ message }) => message.type === 'object');
    expect(new Set(sent.map(({ message }) => (message.type === 'object' ? message.object.id : '')))).toEqual(
      new Set([first?.id]),
    );
    lone.receive(1, setsOf('want', 5, MEMBERS, SET_BUNDLE, 0, [1]));
    expect(lone.receivers(isObject(first as ProtocolObject))).toEqual([1]);
  });

  it('a forged conflict does not keep a real one from being judged', () => {
    const lone = withVerdict((object) =>
      object === second
        ? { type: 'stale' }
        : object === first
          ? ACCEPT
          : { type: 'reject', reason: 'InvalidSignature' },
    );
    if (first && second && third) {
      lone.receiveObject(0, first);
      lone.receiveObject(0, forged(third));
      lone.receiveObject(0, second);
    }
    expect(lone.offers).toBe(3);
  });

  it('a listed bundle that differs from the held one is fetched and judged', () => {
    const lone = withVerdict((object) => (object.id === first?.id ? ACCEPT : { type: 'stale' }));
    for (const bundle of [first, second]) if (bundle) lone.receiveObject(0, bundle);
    lone.take();
    lone.gossip.need([{ class: CLASS_BUNDLE, id: third?.id as Id }], lone.now);
    const [request] = lone.ofType('object-request');
    const [receiver] = lone.take();
    lone.receive(receiver?.to as number, {
      type: 'object-response',
      requestId: request?.requestId as number,
      objects: [third as ProtocolObject],
      stopped: false,
    });
    expect(lone.offers).toBe(3);
  });
});

describe('held objects (09 §10.4, §12.9–12.12)', () => {
  it('are offered again when their condition is ready, and then spread', () => {
    const known = new IdSet();
    const lone = withVerdict((object) => (known.has(object.id) ? ACCEPT : holdUntil('window', 6)));
    const future = bundleOf(1, 6);
    expect(lone.receiveObject(5, future)).toBe(true);
    expect(lone.receiveObject(4, future)).toBe(false);
    lone.gossip.ready({ until: 'timechain', window: 6 }, lone.now);
    lone.gossip.ready({ until: 'window', window: 5 }, lone.now);
    expect(lone.offers).toBe(1);
    expect(lone.take()).toEqual([]);
    known.add(future.id);
    lone.enter(6, MEMBERS);
    lone.gossip.ready({ until: 'window', window: 6 }, lone.now);
    expect(lone.offers).toBe(2);
    expect(lone.receivers(isObject(future)).length).toBeGreaterThanOrEqual(3);
    lone.gossip.ready({ until: 'window', window: 6 }, lone.now);
    expect(lone.offers).toBe(2);
  });

  it('found invalid later, blame whoever sent them', () => {
    let verdict: Verdict = holdUntil('window', 6);
    const lone = withVerdict(() => verdict);
    lone.receiveObject(3, bundleOf(1, 6));
    verdict = { type: 'reject', reason: 'InvalidSignature' };
    lone.enter(6, MEMBERS);
    lone.gossip.ready({ until: 'window', window: 6 }, lone.now);
    expect(lone.penalties).toEqual([{ peer: 3, reason: 'InvalidSignature' }]);
  });

  it('a forged copy held first does not keep the real one out', () => {
    const real = bundleOf(1, 6);
    let isOpen = false;
    const lone = withVerdict((object) => {
      if (!isOpen) return holdUntil('window', 6);
      return object === real ? ACCEPT : { type: 'reject', reason: 'InvalidSignature' };
    });
    lone.receiveObject(1, forged(real));
    lone.receiveObject(2, real);
    isOpen = true;
    lone.enter(6, MEMBERS);
    lone.gossip.ready({ until: 'window', window: 6 }, lone.now);
    expect(lone.accepted.has(real.id)).toBe(true);
    expect(lone.penalties).toEqual([{ peer: 1, reason: 'InvalidSignature' }]);
  });

  it('bundles of the open window that wait for T_W are not asked for again; a forged one is', () => {
    let verdict: Verdict = holdUntil('timechain', 5);
    const lone = withVerdict(() => verdict);
    lone.receiveObject(0, bundleOf(1, 5));
    lone.receive(1, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [1, 2]));
    lone.take();
    lone.wait(PULL_DELAY);
    expect(lone.ofType('want')).toEqual([setsOf('want', 5, MEMBERS, SET_BUNDLE, 0, [2])]);
    verdict = { type: 'reject', reason: 'WrongEndpoint' };
    lone.gossip.ready({ until: 'timechain', window: 5 }, lone.now);
    lone.take();
    lone.receive(2, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [1]));
    lone.wait(PULL_DELAY);
    expect(lone.ofType('want')[0]).toEqual(setsOf('want', 5, MEMBERS, SET_BUNDLE, 0, [1]));
  });

  it('bundles that came before their window was open, and then wait for T_W, are not asked for again', () => {
    let verdict: Verdict = holdUntil('window', 6);
    const lone = withVerdict(() => verdict);
    lone.receiveObject(0, bundleOf(1, 6));
    verdict = holdUntil('timechain', 6);
    lone.enter(6, MEMBERS);
    lone.gossip.ready({ until: 'window', window: 6 }, lone.now);
    for (let peer = 1; peer < 6; peer++) lone.receive(peer, setsOf('have', 6, MEMBERS, SET_BUNDLE, 0, [1, 2]));
    lone.take();
    lone.wait(PULL_DELAY);
    expect(lone.ofType('want')).toEqual([setsOf('want', 6, MEMBERS, SET_BUNDLE, 0, [2])]);
    verdict = ACCEPT;
    lone.gossip.ready({ until: 'timechain', window: 6 }, lone.now);
    expect(lone.accepted.has(bundleOf(1, 6).id)).toBe(true);
  });

  it(`${MOST_HELD_PER_LINK} of one link and ${MOST_HELD} in all; the newest is dropped`, () => {
    const lone = withVerdict(() => holdUntil('window', 6));
    const vote = (serial: number) => voteOf(serial, 6, 1, PREVOTE, VALUE);
    for (let i = 0; i < 300; i++) lone.receiveObject(0, vote(i));
    for (let i = 300; i < 600; i++) lone.receiveObject(1, vote(i));
    for (let i = 600; i < 700; i++) lone.receiveObject(2, vote(i));
    const before = lone.offers;
    expect(before).toBe(700);
    lone.enter(6, MEMBERS);
    lone.gossip.ready({ until: 'window', window: 6 }, lone.now);
    expect(lone.offers - before).toBe(MOST_HELD);
  });

  it('consensus objects are dropped with their window, or after two', () => {
    const lone = withVerdict((object) => holdUntil('window', object.kind === 'vote' ? object.window : 0));
    lone.receiveObject(0, voteOf(1, 6, 1, PREVOTE, VALUE));
    lone.receiveObject(0, voteOf(1, 2 ** 40, 1, PREVOTE, VALUE));
    for (const window of [6, 7]) lone.enter(window, MEMBERS);
    lone.gossip.ready({ until: 'window', window: 6 }, lone.now);
    expect(lone.offers).toBe(2);
    lone.enter(8, MEMBERS);
    lone.gossip.ready({ until: 'window', window: 2 ** 41 }, lone.now);
    expect(lone.offers).toBe(2);
  });

  it(`operations: at two final windows, and ${MOST_HELD_OPERATIONS_PER_LINK} of one link`, () => {
    const lone = withVerdict(() => holdUntil('final', 5));
    for (let i = 0; i < 300; i++) lone.receiveObject(0, operationOf(i));
    expect(lone.offers).toBe(300);
    lone.gossip.ready({ until: 'final', window: 5 }, lone.now);
    expect(lone.offers).toBe(300 + MOST_HELD_OPERATIONS_PER_LINK);
    lone.gossip.ready({ until: 'final', window: 6 }, lone.now);
    expect(lone.offers).toBe(300 + 2 * MOST_HELD_OPERATIONS_PER_LINK);
    lone.gossip.ready({ until: 'final', window: 7 }, lone.now);
    expect(lone.offers).toBe(300 + 2 * MOST_HELD_OPERATIONS_PER_LINK);
    expect(lone.penalties).toEqual([]);
  });
});

describe('windows (09 §12.9)', () => {
  it('objects of closed windows are dropped unseen, but reveals of the last', () => {
    const lone = withVerdict(() => ACCEPT);
    lone.enter(6, MEMBERS);
    expect(lone.receiveObject(0, voteOf(1, 5, 1, PREVOTE, VALUE))).toBe(false);
    expect(lone.receiveObject(0, bundleOf(1, 5))).toBe(false);
    expect(lone.receiveObject(0, revealOf(1, 4))).toBe(false);
    expect(lone.offers).toBe(0);
    expect(lone.receiveObject(0, revealOf(1, 5))).toBe(true);
    expect(lone.accepted.size).toBe(1);
    expect(lone.penalties).toEqual([]);
  });

  it('what was dropped without blame is not fetched again', () => {
    const lone = withVerdict(() => ({ type: 'stale' }));
    const operation = operationOf(1);
    lone.receiveObject(0, operation);
    expect(lone.receiveObject(1, operation)).toBe(false);
    lone.take();
    lone.receive(2, { type: 'announce', names: [{ class: CLASS_OPERATION, id: operation.id }] });
    lone.wait(SECOND);
    expect(lone.ofType('object-request')).toEqual([]);
  });

  it('an own object that peers brought back before it was sent again is still sent', () => {
    const lone = withVerdict(() => ACCEPT);
    const own = voteOf(0, 5, 1, PREVOTE, VALUE);
    lone.receiveObject(1, own);
    lone.take();
    lone.publish(own, lone.now);
    expect(lone.receivers(isObject(own)).length).toBeGreaterThan(0);
  });
});

describe('needed bodies (09 §12.13)', () => {
  const name = (object: ProtocolObject) => [{ class: CLASS_OPERATION, id: object.id }] as const;
  const requests = (lone: LoneNode) => lone.take().filter(({ message }) => message.type === 'object-request');

  it('are asked of links that announced them, then of those that sent a bundle listing them, then of all', () => {
    const lone = withVerdict(() => ACCEPT, 4);
    const operation = operationOf(1);
    lone.receiveObject(2, bundleOf(1, 5, [operation.id]));
    lone.take();
    lone.gossip.need(name(operation), lone.now);
    const first = requests(lone);
    expect(first.map(({ to }) => to)).toEqual([2]);
    // It does not have it: the others are asked, each in turn, and a link without it is not blamed.
    const requestId = first[0]?.message.type === 'object-request' ? first[0].message.requestId : 0;
    lone.receive(2, { type: 'object-response', requestId, objects: [], stopped: false });
    lone.wait(3 * SECOND);
    expect(new Set(requests(lone).map(({ to }) => to))).toEqual(new Set([0, 1, 2, 3]));
    expect(lone.penalties).toEqual([]);
  });

  it('a Status that names a proposal shows who holds it', () => {
    const lone = withVerdict(() => ACCEPT);
    const proposal = proposalOf(1, 5);
    lone.receive(4, { type: 'status', ...standingAt(5), validHash: proposal.id });
    lone.take();
    lone.gossip.need([{ class: CLASS_PROPOSAL, id: proposal.id }], lone.now);
    expect(requests(lone).map(({ to }) => to)).toEqual([4]);
  });

  it('an identifier of unknown class is asked for under both, once', () => {
    const lone = withVerdict(() => ACCEPT);
    const operation = operationOf(1);
    const both = [...name(operation), { class: CLASS_REGISTRATION, id: operation.id } as const];
    lone.gossip.need(both, lone.now);
    const [request] = requests(lone);
    expect(request?.message).toMatchObject({ names: both });
    const requestId = request?.message.type === 'object-request' ? request.message.requestId : 0;
    lone.receive(request?.to as number, { type: 'object-response', requestId, objects: [operation], stopped: false });
    expect(lone.accepted.has(operation.id)).toBe(true);
    lone.wait(5 * SECOND);
    expect(requests(lone)).toEqual([]);
  });

  it('a copy that is held here is offered again at once', () => {
    const lone = withVerdict(() => holdUntil('final', 5));
    const operation = operationOf(1);
    lone.receiveObject(0, operation);
    lone.take();
    lone.gossip.need(name(operation), lone.now);
    expect(lone.offers).toBe(2);
    expect(requests(lone)).toEqual([]);
  });

  it('one that is not valid yet is no fault of the link that was asked for it; a forged one is, and is looked for further', () => {
    const operation = operationOf(1);
    let reason = 'SelfTransfer';
    const lone = withVerdict(() => ({ type: 'reject', reason }));
    const answer = (object: ProtocolObject): void => {
      const [request] = requests(lone);
      const requestId = request?.message.type === 'object-request' ? request.message.requestId : 0;
      lone.receive(request?.to as number, { type: 'object-response', requestId, objects: [object], stopped: false });
    };
    lone.gossip.need(name(operation), lone.now);
    answer(operation);
    expect(lone.penalties).toEqual([]);
    lone.wait(5 * SECOND);
    expect(requests(lone)).toEqual([]);
    reason = 'InvalidSignature';
    const other = operationOf(2);
    lone.gossip.need(name(other), lone.now);
    answer(forged(other));
    expect(lone.reasons()).toEqual(['InvalidSignature']);
    lone.wait(5 * SECOND);
    expect(requests(lone).length).toBeGreaterThan(0);
  });

  it('an answer that stopped is asked again from the first not answered', () => {
    const lone = withVerdict(() => ACCEPT);
    const [a, b] = [operationOf(1), operationOf(2)];
    lone.gossip.need([...name(a), ...name(b)], lone.now);
    const [request] = requests(lone);
    const requestId = request?.message.type === 'object-request' ? request.message.requestId : 0;
    lone.receive(request?.to as number, { type: 'object-response', requestId, objects: [a], stopped: true });
    lone.wait(0);
    const [next] = requests(lone);
    expect(next).toMatchObject({ to: request?.to, message: { names: name(b) } });
  });

  it('names nobody delivers are given up after two windows', () => {
    const lone = withVerdict(() => ACCEPT);
    lone.gossip.need(name(operationOf(1)), lone.now);
    lone.wait(SECOND);
    lone.enter(6, MEMBERS);
    lone.take();
    lone.wait(2 * SECOND);
    expect(requests(lone).length).toBeGreaterThan(0);
    lone.enter(7, MEMBERS);
    lone.take();
    lone.wait(5 * SECOND);
    expect(requests(lone)).toEqual([]);
  });
});

describe('set bits after a vote arrived otherwise', () => {
  it('a vote dropped as known to the participant is not asked for again', () => {
    const lone = withVerdict(() => ({ type: 'stale' }));
    lone.receiveObject(0, voteOf(1, 5, 1, PREVOTE, VALUE));
    lone.receive(1, setsOf('have', 5, MEMBERS, SET_PREVOTE, 1, [1]));
    lone.take();
    lone.wait(SECOND);
    expect(lone.ofType('want')).toEqual([]);
  });
});
