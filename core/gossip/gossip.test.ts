import { describe, expect, it } from 'vitest';
import { PRECOMMIT, PREVOTE } from '../consensus/objects.ts';
import { CLASS_OPERATION, type Message, SET_BUNDLE, SET_PRECOMMIT, SET_PREVOTE, SET_REVEAL } from '../wire/messages.ts';
import { classOf } from '../wire/objects.ts';
import { countBits } from './bits.ts';
import {
  bundleOf,
  idOf,
  isObject,
  LoneNode,
  nodeIdsOf,
  operationOf,
  proposalOf,
  revealOf,
  setsOf,
  standingAt,
  voteOf,
} from './network.suite.ts';
import { ANSWER_AGAIN, ASK_PATIENCE, FIRST_ROUND_TRIP, MILLISECOND, PULL_DELAY, SECOND } from './timing.ts';

const MEMBERS = 20;
const VALUE = idOf('value');
const ofType =
  (type: Message['type']) =>
  (message: Message): boolean =>
    message.type === type;

const node = (links = 12, outgoing = links): LoneNode => {
  const lone = new LoneNode();
  lone.link(links, outgoing);
  lone.enter(5, MEMBERS);
  lone.take();
  return lone;
};

describe('push (09 §10.1)', () => {
  it('a first, accepted object goes at once to four eager links, all of them outgoing', () => {
    const lone = node(24, 12);
    const vote = voteOf(1, 5, 1, PREVOTE, VALUE);
    expect(lone.receiveObject(20, vote)).toBe(true);
    const receivers = lone.receivers(isObject(vote));
    expect(receivers.length).toBe(4);
    for (const peer of receivers) expect(peer).toBeLessThan(12);
    const second = voteOf(2, 5, 1, PREVOTE, VALUE);
    lone.receiveObject(20, second);
    expect(lone.receivers(isObject(second))).toEqual(receivers);
  });

  it('a duplicate goes nowhere, whoever sends it', () => {
    const lone = node();
    const vote = voteOf(1, 5, 1, PREVOTE, VALUE);
    lone.receiveObject(0, vote);
    lone.take();
    for (let peer = 0; peer < 12; peer++) expect(lone.receiveObject(peer, vote)).toBe(false);
    expect(lone.offers).toBe(1);
    expect(lone.take()).toEqual([]);
  });

  it('a link whose far end is known to have it is left out', () => {
    const lone = node(13, 12);
    const probe = voteOf(1, 5, 1, PREVOTE, VALUE);
    lone.receiveObject(12, probe);
    const [told, sender, ...others] = lone.receivers(isObject(probe));
    lone.receive(told as number, setsOf('have', 5, MEMBERS, SET_PREVOTE, 1, [2]));
    const vote = voteOf(2, 5, 1, PREVOTE, VALUE);
    lone.receiveObject(sender as number, vote);
    expect(lone.receivers(isObject(vote))).toEqual(others);
  });

  it('an own object, and a proposal of anybody, goes to eight', () => {
    const lone = node();
    const own = bundleOf(0, 5);
    lone.publish(own, 0);
    const receivers = lone.receivers(isObject(own));
    expect(new Set(receivers).size).toBe(8);
    const proposal = proposalOf(3, 5);
    lone.receiveObject(11, proposal);
    const others = lone.receivers(isObject(proposal));
    expect(new Set(others).size).toBe(8);
    expect(others).not.toContain(11);
  });

  it('with fewer links, to all there are; incoming ones are never eager', () => {
    const lone = node(3, 1);
    const own = bundleOf(0, 5);
    lone.publish(own, 0);
    expect([...lone.receivers(isObject(own))].sort()).toEqual([0, 1, 2]);
    const vote = voteOf(1, 5, 1, PREVOTE, VALUE);
    lone.receiveObject(2, vote);
    expect(lone.receivers(isObject(vote))).toEqual([0]);
  });

  it('eager links are drawn again when a link opens or closes, and differ between nodes', () => {
    const draws = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const lone = node(24);
      for (let peer = 30; peer < 30 + seed; peer++) lone.gossip.peerUp(peer, false, 0);
      const vote = voteOf(1, 5, 1, PREVOTE, VALUE);
      lone.take();
      lone.receiveObject(23, vote);
      draws.add(String([...lone.receivers(isObject(vote))].sort()));
    }
    expect(draws.size).toBeGreaterThan(10);
  });

  it('a link that brought nothing new for four windows leaves the eager set (§10.5)', () => {
    const lone = node(6, 5);
    const eagerNow = (window: number): readonly number[] => {
      const vote = voteOf(1, window, 1, PREVOTE, VALUE);
      lone.take();
      lone.receiveObject(5, vote);
      return lone.receivers(isObject(vote));
    };
    const silent = eagerNow(5)[0] as number;
    for (let window = 6; window <= 9; window++) {
      lone.enter(window, MEMBERS);
      for (const peer of [0, 1, 2, 3, 4]) {
        if (peer !== silent) lone.receiveObject(peer, voteOf(2 + peer, window, 1, PREVOTE, VALUE));
      }
      const eager = eagerNow(window);
      expect(eager.length).toBe(4);
      expect(eager.includes(silent)).toBe(window < 9);
    }
  });
});

describe('tell (09 §10.2)', () => {
  it('after 100 ms eight links hear by bitmap what is here, the others 100 ms later', () => {
    const lone = node(20, 4);
    const vote = voteOf(1, 5, 1, PREVOTE, VALUE);
    lone.receiveObject(19, vote);
    lone.take();
    lone.wait(99 * MILLISECOND);
    expect(lone.take()).toEqual([]);
    lone.wait(MILLISECOND);
    const first = lone.receivers(ofType('have'));
    expect(first.length).toBe(8);
    lone.wait(100 * MILLISECOND);
    const second = lone.receivers(ofType('have'));
    // Four eager links got the object, the sender has it: fifteen others are told, each once.
    expect(second.length).toBe(7);
    expect(new Set([...first, ...second]).size).toBe(15);
    lone.wait(SECOND);
    expect(lone.receivers(ofType('have'))).toEqual([]);
  });

  it('a Have shows every slot held of the kinds with news', () => {
    const lone = node(2, 0);
    lone.receiveObject(0, bundleOf(1, 5));
    lone.receiveObject(0, bundleOf(2, 5));
    lone.receiveObject(0, revealOf(3, 5));
    lone.receiveObject(0, voteOf(4, 5, 2, PRECOMMIT, VALUE));
    lone.take();
    lone.wait(100 * MILLISECOND);
    const [have, ...rest] = lone.take().filter(({ message }) => message.type === 'have');
    expect(rest).toEqual([]);
    expect(have?.to).toBe(1);
    const sets = have?.message.type === 'have' ? have.message.sets : [];
    expect(sets.map(({ kind, round, bitmap }) => [kind, round, countBits(bitmap)])).toEqual([
      [SET_BUNDLE, 0, 2],
      [SET_REVEAL, 0, 1],
      [SET_PRECOMMIT, 2, 1],
    ]);
  });

  it('objects without a slot are announced by name, once per link', () => {
    const lone = node(3, 0);
    const operation = operationOf(1);
    lone.receiveObject(0, operation);
    lone.take();
    lone.wait(SECOND);
    const told = lone.take().filter(({ message }) => message.type === 'announce');
    expect(told.map(({ to }) => to).sort()).toEqual([1, 2]);
    for (const { message } of told) {
      expect(message).toEqual({ type: 'announce', names: [{ class: CLASS_OPERATION, id: operation.id }] });
    }
  });

  it('a link that opens is told all that is here', () => {
    const lone = node(1);
    lone.receiveObject(0, bundleOf(1, 5));
    lone.receiveObject(0, operationOf(1));
    lone.wait(SECOND);
    lone.gossip.peerUp(7, false, lone.now);
    lone.take();
    lone.wait(100 * MILLISECOND);
    expect(lone.take().map(({ to, message }) => [to, message.type])).toEqual([
      [7, 'have'],
      [7, 'announce'],
    ]);
  });

  it('what was not accepted is neither pushed nor told (§10.4)', () => {
    for (const verdict of [
      { type: 'stale' },
      { type: 'reject', reason: 'InvalidSignature' },
      { type: 'hold', until: { until: 'timechain', window: 5 } },
    ] as const) {
      const lone = new LoneNode({ judge: () => verdict });
      lone.link(10);
      lone.enter(5, MEMBERS);
      lone.take();
      lone.receiveObject(0, bundleOf(1, 5));
      lone.receiveObject(0, operationOf(1));
      lone.wait(SECOND);
      expect(lone.take()).toEqual([]);
    }
  });
});

describe('pull (09 §10.3, §10.5)', () => {
  const wants = (lone: LoneNode): readonly number[] => lone.receivers(ofType('want'));
  const patience = ASK_PATIENCE + FIRST_ROUND_TRIP + 4500;

  it('100 ms after a Have that shows something missing, that link is asked for it', () => {
    const lone = node();
    lone.receive(3, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [1, 2]));
    lone.receiveObject(4, bundleOf(2, 5));
    lone.take();
    lone.wait(PULL_DELAY - 1);
    expect(wants(lone)).toEqual([]);
    lone.wait(1);
    const [want] = lone.take().filter(({ message }) => message.type === 'want');
    expect(want).toMatchObject({ to: 3, message: setsOf('want', 5, MEMBERS, SET_BUNDLE, 0, [1]) });
  });

  it('one link at a time, the next after 300 ms and the round trip', () => {
    const lone = node();
    for (const peer of [3, 5, 7]) lone.receive(peer, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [1]));
    lone.take();
    lone.wait(PULL_DELAY);
    expect(wants(lone)).toEqual([3]);
    lone.wait(patience - 50 * MILLISECOND);
    expect(wants(lone)).toEqual([]);
    lone.wait(50 * MILLISECOND);
    expect(wants(lone)).toEqual([5]);
    lone.receiveObject(5, bundleOf(1, 5));
    lone.wait(10 * SECOND);
    expect(wants(lone)).toEqual([]);
    expect(lone.penalties).toEqual([]);
  });

  it('a link that twice does not answer loses its bits and counts a penalty', () => {
    const lone = node();
    lone.receive(3, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [1]));
    lone.wait(PULL_DELAY + 2 * patience + SECOND);
    expect(wants(lone)).toEqual([3, 3]);
    expect(lone.penalties).toEqual([{ peer: 3, reason: 'UnansweredWant' }]);
    lone.wait(10 * SECOND);
    expect(wants(lone)).toEqual([]);
  });

  it('one that answers late has answered, and what was asked at the same moment is one silence', () => {
    const lone = node();
    lone.receive(3, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [1]));
    lone.wait(PULL_DELAY);
    lone.receive(3, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [2]));
    // Both Wants are on their way, and the time of both is over.
    lone.wait(PULL_DELAY + patience + 20 * MILLISECOND);
    expect(wants(lone).length).toBeGreaterThan(2);
    expect(lone.penalties).toEqual([]);
    lone.receiveObject(3, bundleOf(1, 5));
    lone.receiveObject(3, bundleOf(2, 5));
    // Long after, a third goes unanswered once, then is answered in time.
    lone.receive(3, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [4]));
    lone.wait(PULL_DELAY + patience + 20 * MILLISECOND);
    expect(lone.penalties).toEqual([]);
    lone.receiveObject(3, bundleOf(4, 5));
    lone.wait(10 * SECOND);
    expect(lone.penalties).toEqual([]);
  });

  it('a measured round trip replaces the assumed one', () => {
    const lone = node();
    const answerAfter = 20 * MILLISECOND;
    for (let member = 1; member < 12; member++) {
      lone.receive(3, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [member]));
      lone.wait(PULL_DELAY + answerAfter);
      lone.receiveObject(3, bundleOf(member, 5));
    }
    lone.take();
    lone.receive(3, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [15]));
    lone.receive(4, setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, [15]));
    lone.wait(PULL_DELAY);
    lone.wait(ASK_PATIENCE + answerAfter + 4500 + 20 * MILLISECOND);
    expect(wants(lone)).toEqual([3, 4]);
  });

  it('a Want asks for 256 slots at most; the rest follows', () => {
    const lone = new LoneNode();
    lone.link(2);
    lone.enter(5, 400);
    lone.take();
    lone.receive(
      0,
      setsOf(
        'have',
        5,
        400,
        SET_BUNDLE,
        0,
        nodeIdsOf(400).map((_, i) => i),
      ),
    );
    lone.wait(PULL_DELAY);
    const bits = (): readonly number[] =>
      lone
        .take()
        .filter(({ message }) => message.type === 'want')
        .map(({ message }) =>
          message.type === 'want' ? message.sets.reduce((sum, set) => sum + countBits(set.bitmap), 0) : 0,
        );
    expect(bits()).toEqual([256]);
    lone.wait(PULL_DELAY);
    expect(bits()).toEqual([144]);
  });

  it('an announced name is asked for by 0x45, and not when it came by itself', () => {
    const lone = node();
    const [a, b] = [operationOf(1), operationOf(2)];
    const names = [a, b].map((object) => ({ class: classOf(object) as 1, id: object.id }));
    lone.receive(3, { type: 'announce', names });
    lone.receiveObject(4, b);
    lone.take();
    lone.wait(PULL_DELAY);
    const [request] = lone.take().filter(({ message }) => message.type === 'object-request');
    expect(request).toMatchObject({ to: 3, message: { names: [names[0]] } });
    const requestId = request?.message.type === 'object-request' ? request.message.requestId : 0;
    expect(lone.receive(3, { type: 'object-response', requestId, objects: [a], stopped: false })).toBe(true);
    expect(lone.accepted.has(a.id)).toBe(true);
    expect(lone.penalties).toEqual([]);
  });

  it('a response nobody asked for, or with more in it, counts a penalty', () => {
    const lone = node();
    expect(lone.receive(3, { type: 'object-response', requestId: 77, objects: [operationOf(1)], stopped: false })).toBe(
      false,
    );
    lone.receive(3, { type: 'announce', names: [{ class: CLASS_OPERATION, id: operationOf(1).id }] });
    lone.take();
    lone.wait(PULL_DELAY);
    const [request] = lone.ofType('object-request');
    const requestId = request?.requestId ?? 0;
    lone.receive(3, { type: 'object-response', requestId, objects: [operationOf(2)], stopped: false });
    expect(lone.reasons()).toEqual(['UnexpectedResponse', 'UnrequestedObject']);
    expect(lone.offers).toBe(0);
  });

  it('votes of the window before are not asked for, its reveals are (§12.9)', () => {
    const lone = node();
    lone.enter(6, MEMBERS);
    lone.receive(3, setsOf('have', 5, MEMBERS, SET_PREVOTE, 1, [1]));
    lone.receive(3, setsOf('have', 5, MEMBERS, SET_REVEAL, 0, [1]));
    lone.take();
    lone.wait(SECOND);
    const asked = lone.ofType('want').flatMap(({ sets }) => sets.map(({ kind }) => kind));
    expect(asked[0]).toBe(SET_REVEAL);
    expect(asked).not.toContain(SET_PREVOTE);
  });
});

describe('answers and bounds (09 §10.7)', () => {
  it('a Want is answered by the objects held, four rosters of a kind per window', () => {
    const lone = node(2);
    for (let member = 0; member < 10; member++) lone.receiveObject(0, bundleOf(member, 5));
    lone.take();
    const all = setsOf('want', 5, MEMBERS, SET_BUNDLE, 0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let answered = 0;
    for (let i = 0; i < 12; i++) {
      lone.receive(1, all);
      answered += lone.receivers(ofType('object')).length;
      lone.wait(100 * MILLISECOND);
      lone.take();
    }
    expect(answered).toBe(4 * MEMBERS);
    lone.enter(6, MEMBERS);
    lone.take();
    lone.receive(1, all);
    expect(lone.receivers(ofType('object')).length).toBe(10);
  });

  it('more than 256 bits, or more than eight sets, are refused', () => {
    const lone = new LoneNode();
    lone.link(2);
    lone.enter(5, 300);
    const nodes = Array.from({ length: 257 }, (_, i) => i);
    lone.receive(1, setsOf('want', 5, 300, SET_BUNDLE, 0, nodes.slice(0, 256)));
    expect(lone.reasons()).toEqual([]);
    lone.receive(1, setsOf('want', 5, 300, SET_BUNDLE, 0, nodes));
    const [set] = setsOf('have', 5, 300, SET_BUNDLE, 0, [1]).sets;
    const sets = Array.from({ length: 9 }, () => set as NonNullable<typeof set>);
    lone.receive(1, { type: 'have', window: 5, sets });
    expect(lone.reasons()).toEqual(['TooMany', 'TooMany']);
  });

  it('ten Have or Want per second: what a second more brings is dropped', () => {
    const lone = node(2);
    const have = setsOf('have', 5, MEMBERS, SET_BUNDLE, 0, []);
    let taken = 0;
    for (let i = 0; i < 100; i++) if (lone.receive(1, have)) taken++;
    expect(taken).toBe(20);
    expect(lone.penalties.length).toBe(80);
    lone.wait(SECOND);
    for (let i = 0; i < 100; i++) if (lone.receive(1, have)) taken++;
    expect(taken).toBe(30);
  });

  it('a bitmap of another length means another state: ignored, and answered by Status', () => {
    const lone = node(2);
    lone.wait(SECOND);
    lone.take();
    lone.receive(1, setsOf('have', 5, MEMBERS + 8, SET_BUNDLE, 0, [1]));
    expect(lone.receivers(ofType('status'))).toEqual([1]);
    const beyond = setsOf('have', 5, 24, SET_BUNDLE, 0, [...Array(24).keys()]);
    lone.wait(SECOND);
    lone.receive(1, beyond);
    expect(lone.receivers(ofType('status'))).toEqual([1]);
    lone.wait(4 * SECOND);
    expect(lone.receivers(ofType('want'))).toEqual([]);
  });

  it('0x45 is answered in request order up to 1 MiB, then says that it stopped', () => {
    const lone = node(2);
    const held = Array.from({ length: 250 }, (_, i) => operationOf(i));
    for (const operation of held) lone.receiveObject(0, operation);
    lone.take();
    const names = held.map(({ id }) => ({ class: CLASS_OPERATION, id }) as const);
    const unknown = { class: CLASS_OPERATION, id: idOf('unknown') } as const;
    lone.receive(1, { type: 'object-request', requestId: 4, names: [unknown, ...names.slice(0, 3)] });
    const [few] = lone.ofType('object-response');
    expect(few?.objects.map(({ id }) => id)).toEqual(names.slice(0, 3).map(({ id }) => id));
    expect(few).toMatchObject({ requestId: 4, stopped: false });
    const registrationSized = Array.from(
      { length: 256 },
      (_, i) => ({ class: CLASS_OPERATION, id: idOf('big', i) }) as const,
    );
    const big = new LoneNode({ lookup: () => ({ ...operationOf(1), bytes: new Uint8Array(10_605) }) });
    big.link(1);
    big.receive(0, { type: 'object-request', requestId: 5, names: registrationSized });
    const [stopped] = big.ofType('object-response');
    // 2 + 98 × 10 610 + 1 ≤ 2^20 < 2 + 99 × 10 610 + 1
    expect(stopped?.objects.length).toBe(98);
    expect(stopped?.stopped).toBe(true);
  });

  it('a proposal asked for by proposal_hash is answered in its fresh form (§12.8)', () => {
    const lone = node(2);
    const fresh = proposalOf(1, 5);
    const reproposal = {
      ...fresh,
      id: idOf('again'),
      validRound: 1,
      reproposal: { round: 2, leader: idOf('node', 2), scope: new Uint8Array(77), signature: new Uint8Array(3309) },
    };
    lone.receiveObject(0, reproposal);
    lone.take();
    lone.receive(1, { type: 'object-request', requestId: 4, names: [{ class: 5, id: fresh.id }] });
    expect(lone.ofType('object-response')[0]?.objects).toEqual([fresh]);
  });

  it('a window is told and answered by its own roster; older ones are forgotten', () => {
    const lone = node(2);
    lone.receiveObject(0, bundleOf(1, 5));
    lone.enter(6, MEMBERS);
    lone.take();
    lone.receive(1, setsOf('want', 5, MEMBERS, SET_BUNDLE, 0, [1]));
    expect(lone.receivers(ofType('object'))).toEqual([1]);
    lone.enter(7, MEMBERS);
    lone.take();
    lone.receive(1, setsOf('want', 5, MEMBERS, SET_BUNDLE, 0, [1]));
    expect(lone.receivers(ofType('object'))).toEqual([]);
  });
});

describe('status (09 §10, §11.3.5)', () => {
  const statuses = (lone: LoneNode): readonly number[] => lone.receivers(ofType('status'));

  it('goes out on connect, on every change, and every 5 s', () => {
    const lone = new LoneNode();
    lone.enter(5, MEMBERS);
    lone.link(2);
    expect(statuses(lone)).toEqual([0, 1]);
    lone.wait(SECOND);
    lone.gossip.standing(standingAt(5, 2), lone.now);
    expect(statuses(lone)).toEqual([0, 1]);
    lone.wait(4 * SECOND - 1);
    expect(statuses(lone)).toEqual([]);
    lone.wait(SECOND + 1);
    expect(statuses(lone)).toEqual([0, 1]);
    lone.wait(10 * SECOND);
    expect(statuses(lone)).toEqual([0, 1, 0, 1]);
  });

  it('four a second at most: changes in between are said by the last', () => {
    const lone = node(1);
    lone.wait(SECOND);
    lone.take();
    for (let round = 2; round < 40; round++) {
      lone.gossip.standing(standingAt(5, round), lone.now);
      lone.wait(25 * MILLISECOND);
    }
    lone.wait(250 * MILLISECOND);
    const said = lone.take().filter(({ message }) => message.type === 'status');
    expect(said.length).toBe(5);
    expect(said[said.length - 1]?.message).toMatchObject({ round: 39 });
    for (let i = 1; i < said.length; i++) {
      expect((said[i]?.at ?? 0) - (said[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(250 * MILLISECOND);
    }
  });

  const filled = (): LoneNode => {
    const lone = new LoneNode();
    lone.link(2);
    lone.enter(4, MEMBERS);
    lone.receiveObject(0, revealOf(1, 4));
    lone.receiveObject(0, bundleOf(1, 4));
    lone.receiveObject(0, voteOf(1, 4, 3, PRECOMMIT, VALUE));
    lone.enter(5, MEMBERS, 2);
    lone.receiveObject(0, bundleOf(2, 5));
    lone.receiveObject(0, revealOf(2, 5));
    for (const round of [1, 2, 3]) {
      lone.receiveObject(0, voteOf(2, 5, round, PREVOTE, VALUE));
      lone.receiveObject(0, voteOf(2, 5, round, PRECOMMIT, VALUE));
    }
    lone.wait(3 * SECOND);
    lone.take();
    return lone;
  };
  const kinds = (lone: LoneNode): readonly (readonly number[])[] =>
    lone
      .take()
      .flatMap(({ message }) =>
        message.type === 'have' ? message.sets.map(({ kind, round }) => [message.window, kind, round]) : [],
      );

  it('of the same window is answered with everything of it and the reveals before, and again after a while', () => {
    const lone = filled();
    const all = [
      [5, SET_BUNDLE, 0],
      [5, SET_REVEAL, 0],
      [5, SET_PREVOTE, 2],
      [5, SET_PRECOMMIT, 2],
      [5, SET_PREVOTE, 1],
      [5, SET_PRECOMMIT, 1],
    ];
    lone.receive(1, { type: 'status', ...standingAt(5) });
    expect(kinds(lone)).toEqual([...all, [4, SET_REVEAL, 0]]);
    lone.receive(1, { type: 'status', ...standingAt(5) });
    expect(kinds(lone)).toEqual([]);
    lone.wait(ANSWER_AGAIN - 1);
    lone.take();
    lone.receive(1, { type: 'status', ...standingAt(5) });
    expect(kinds(lone)).toEqual([]);
    lone.wait(1);
    lone.take();
    lone.receive(1, { type: 'status', ...standingAt(5) });
    expect(kinds(lone)).toEqual(all);
    lone.receiveObject(0, revealOf(3, 4));
    lone.take();
    lone.receive(1, { type: 'status', ...standingAt(5) });
    expect(kinds(lone)).toEqual([[4, SET_REVEAL, 0]]);
  });

  it('of a link that was not told of the latest is answered at once', () => {
    const lone = filled();
    lone.receive(1, { type: 'status', ...standingAt(5) });
    lone.receiveObject(0, voteOf(7, 5, 2, PREVOTE, VALUE));
    lone.take();
    lone.receive(1, { type: 'status', ...standingAt(5) });
    expect(kinds(lone).length).toBeGreaterThan(0);
  });

  it('of a peer one window behind is answered with what closed that window (§10.6); further behind, not at all', () => {
    const lone = filled();
    lone.receive(1, { type: 'status', ...standingAt(4) });
    expect(kinds(lone)).toEqual([
      [4, SET_BUNDLE, 0],
      [4, SET_REVEAL, 0],
      [4, SET_PRECOMMIT, 3],
    ]);
    lone.receive(1, { type: 'status', ...standingAt(3) });
    expect(lone.take()).toEqual([]);
    expect(lone.statuses.map(({ window }) => window)).toEqual([4, 3]);
  });

  it('before round 1 the votes of round 1 are shown', () => {
    const lone = new LoneNode();
    lone.link(2);
    lone.enter(5, MEMBERS, 0);
    lone.receiveObject(0, voteOf(2, 5, 1, PREVOTE, VALUE));
    lone.wait(SECOND);
    lone.take();
    lone.receive(1, { type: 'status', ...standingAt(5) });
    expect(kinds(lone)).toEqual([[5, SET_PREVOTE, 1]]);
  });
});
