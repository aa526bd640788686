import { describe, expect, it } from 'vitest';
import { ZERO_ID } from '../bytes/bytes.ts';
import { PRECOMMIT, PREVOTE } from '../consensus/objects.ts';
import type { Quorum } from '../participant/types.ts';
import { RECENT_CERTIFICATES } from '../snapshot/retention.ts';
import { type ProofRequest, type ProofResponse, SET_PREVOTE } from '../wire/messages.ts';
import { type Behaviour, idOf, LoneNode, proposalOf, quorumOf, setsOf, standingAt } from './network.suite.ts';
import { SECOND } from './timing.ts';

const VALUE = idOf('value');
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

const node = (behaviour: Behaviour = {}, members = 20): LoneNode => {
  const lone = new LoneNode(behaviour);
  lone.link(4);
  lone.enter(5, members);
  lone.take();
  return lone;
};

const requests = (lone: LoneNode): readonly { readonly to: number; readonly request: ProofRequest }[] =>
  lone.take().flatMap(({ to, message }) => (message.type === 'proof-request' ? [{ to, request: message }] : []));

/** The part of a quorum that a request asks for. */
const partOf = (quorum: Quorum, { requestId, from }: ProofRequest): ProofResponse => ({
  type: 'proof-response',
  requestId,
  window: quorum.window,
  phase: quorum.phase,
  round: quorum.round,
  proposalHash: quorum.proposalHash,
  total: quorum.votes.length,
  from,
  signatures: quorum.votes.slice(from, from + 300).map(({ nodeId, signature }) => ({ nodeId, signature })),
});

const validAt = (window: number, validRound: number) => ({
  type: 'status' as const,
  ...standingAt(window, validRound + 1),
  validRound,
  validHash: VALUE,
});

describe('what a Status shows missing is asked for at once (11.3.3)', () => {
  it('a greater valid_round of the own window: its prevotes', () => {
    const lone = node();
    lone.receive(2, validAt(5, 3));
    const [asked] = requests(lone);
    expect(asked).toMatchObject({
      to: 2,
      request: { window: 5, phase: PREVOTE, round: 3, proposalHash: VALUE, from: 0 },
    });
  });

  it('not one at or below the own', () => {
    const lone = node();
    lone.gossip.standing({ ...standingAt(5, 4), validRound: 3, validHash: VALUE }, lone.now);
    lone.receive(2, validAt(5, 3));
    expect(requests(lone)).toEqual([]);
    lone.receive(2, validAt(5, 4));
    expect(requests(lone).length).toBe(1);
  });

  it('no certificate that nobody has to keep any more', () => {
    for (const [ahead, asked] of [
      [RECENT_CERTIFICATES, 1],
      [RECENT_CERTIFICATES + 1, 0],
    ] as const) {
      const lone = node();
      lone.receive(1, { type: 'status', ...standingAt(5 + ahead) });
      expect(requests(lone)).toHaveLength(asked);
    }
  });

  it('a greater window, one ahead included: the certificate of the own', () => {
    for (const [window, proposalHash] of [
      [6, idOf('final', 6)],
      [9, ZERO_ID],
    ] as const) {
      const lone = node();
      lone.receive(1, { type: 'status', ...standingAt(window) });
      expect(requests(lone)).toMatchObject([
        { to: 1, request: { window: 5, phase: PRECOMMIT, round: 0, proposalHash } },
      ]);
    }
  });

  it('a re-proposal whose quorum is not held: its prevotes', () => {
    const lone = node();
    const reproposal = {
      ...proposalOf(1, 5),
      id: idOf('again'),
      validRound: 2,
      reproposal: { round: 3, leader: idOf('node', 2), scope: new Uint8Array(77), signature: new Uint8Array(3309) },
    };
    lone.receiveObject(3, reproposal);
    expect(requests(lone)).toMatchObject([
      { to: 3, request: { window: 5, phase: PREVOTE, round: 2, proposalHash: reproposal.header.id } },
    ]);
    const holder = node();
    holder.gossip.quorum(quorumOf(5, 2, PREVOTE, reproposal.header.id, range(14)));
    holder.receiveObject(3, reproposal);
    expect(requests(holder)).toEqual([]);
  });

  it('a Status heard before the own window was entered counts then', () => {
    const lone = node();
    lone.receive(1, { type: 'status', ...standingAt(7) });
    lone.take();
    lone.enter(6, 20);
    expect(requests(lone)).toMatchObject([{ to: 1, request: { window: 6, phase: PRECOMMIT } }]);
  });
});

describe('fetching a proof (09 §12.14)', () => {
  const fetch = (lone: LoneNode, quorum: Quorum): ProofRequest => {
    lone.receive(1, validAt(5, quorum.round));
    return requests(lone)[0]?.request as ProofRequest;
  };

  it('the votes of all parts are put together and offered; they fill their slots', () => {
    const quorum = quorumOf(5, 1, PREVOTE, VALUE, range(670));
    const lone = node({}, 1000);
    const first = fetch(lone, quorum);
    lone.receive(1, partOf(quorum, first));
    const [second] = requests(lone);
    expect(second?.request.from).toBe(300);
    lone.receive(1, partOf(quorum, second?.request as ProofRequest));
    const [third] = requests(lone);
    expect(third?.request.from).toBe(600);
    lone.receive(1, partOf(quorum, third?.request as ProofRequest));
    expect(lone.proofs).toEqual([quorum.votes]);
    lone.receive(2, setsOf('want', 5, 1000, SET_PREVOTE, 1, [0, 1]));
    expect(lone.ofType('object').length).toBe(2);
    expect(lone.penalties).toEqual([]);
  });

  it('a changed total means start again', () => {
    const small = quorumOf(5, 1, PREVOTE, VALUE, range(670));
    const large = quorumOf(5, 1, PREVOTE, VALUE, range(671));
    const lone = node({}, 1000);
    lone.receive(1, partOf(small, fetch(lone, small)));
    lone.receive(1, partOf(large, requests(lone)[0]?.request as ProofRequest));
    for (const from of [0, 300, 600]) {
      const [next] = requests(lone);
      expect(next?.request.from).toBe(from);
      lone.receive(1, partOf(large, next?.request as ProofRequest));
    }
    expect(lone.proofs).toEqual([large.votes]);
  });

  it('nothing to serve: the next link that announced it is asked', () => {
    const quorum = quorumOf(5, 1, PREVOTE, VALUE, range(14));
    const lone = node();
    const request = fetch(lone, quorum);
    lone.receive(2, validAt(5, 1));
    lone.receive(1, { ...partOf(quorum, request), total: 0, signatures: [] });
    lone.wait(0);
    const [next] = requests(lone);
    expect(next?.to).toBe(2);
    lone.receive(2, partOf(quorum, next?.request as ProofRequest));
    expect(lone.proofs.length).toBe(1);
    expect(lone.penalties).toEqual([]);
  });

  it('silence: the same, after a while', () => {
    const lone = node();
    lone.receive(1, validAt(5, 1));
    lone.receive(2, validAt(5, 1));
    lone.take();
    lone.wait(2 * SECOND);
    expect(requests(lone).map(({ to }) => to)).toEqual([2]);
  });

  it('who announces and twice does not deliver is ignored for the window, and counts a penalty (11.3.4)', () => {
    const lone = node();
    const say = (window: number): void => {
      lone.receive(1, validAt(window, 1));
    };
    for (let i = 0; i < 2; i++) {
      say(5);
      expect(requests(lone).map(({ to }) => to)).toEqual([1]);
      lone.wait(2 * SECOND);
      lone.take();
    }
    expect(lone.penalties).toEqual([{ peer: 1, reason: 'UndeliveredProof' }]);
    say(5);
    expect(requests(lone)).toEqual([]);
    lone.enter(6, 20);
    lone.take();
    say(6);
    expect(requests(lone).map(({ to }) => to)).toEqual([1]);
  });

  it.each([
    ['votes that are no quorum', {}, 'InvalidProof'],
    ['more votes than members', { total: 21 }, undefined],
    ['another window', { window: 6 }, undefined],
    ['another round', { round: 2 }, undefined],
    ['another proposal', { proposalHash: idOf('other') }, undefined],
    ['a gap', { from: 1 }, undefined],
    ['an empty part', { signatures: [] }, undefined],
    [
      'signers out of order',
      {
        signatures: partOf(quorumOf(5, 1, PREVOTE, VALUE, range(14)), {
          from: 0,
        } as ProofRequest).signatures.toReversed(),
      },
      undefined,
    ],
  ] as const)('%s: refused', (_case, change, reason) => {
    const quorum = quorumOf(5, 1, PREVOTE, VALUE, range(14));
    const lone = node({ proof: () => false });
    lone.receive(1, { ...partOf(quorum, fetch(lone, quorum)), ...change });
    expect(lone.proofs.length).toBe(reason === undefined ? 0 : 1);
    expect(lone.reasons()).toEqual(reason === undefined ? [] : [reason]);
    // It counts as not delivered: the second time the link is ignored.
    lone.wait(SECOND);
    lone.take();
    lone.receive(1, validAt(5, 1));
    lone.wait(2 * SECOND);
    expect(lone.reasons()).toContain('UndeliveredProof');
  });

  it('an answer that comes after the quorum was reached otherwise is dropped without blame; one nobody asked for is not', () => {
    const quorum = quorumOf(5, 1, PREVOTE, VALUE, range(14));
    const lone = node();
    const request = fetch(lone, quorum);
    lone.gossip.quorum(quorum);
    lone.receive(1, partOf(quorum, request));
    expect(lone.proofs).toEqual([]);
    expect(lone.penalties).toEqual([]);
    lone.receive(1, partOf(quorum, request));
    expect(lone.reasons()).toEqual(['UnexpectedResponse']);
  });
});

describe('serving proofs (11.3.2, 09 §12.14)', () => {
  const ask = (lone: LoneNode, change: Partial<ProofRequest>): ProofResponse => {
    lone.take();
    lone.receive(0, {
      type: 'proof-request',
      requestId: 9,
      window: 5,
      phase: PREVOTE,
      round: 0,
      proposalHash: ZERO_ID,
      from: 0,
      ...change,
    });
    const [response] = lone.ofType('proof-response');
    return response as ProofResponse;
  };

  it('round 0 and a hash of zeros are any; the greatest round is served', () => {
    const lone = node();
    const [early, late] = [quorumOf(5, 1, PREVOTE, VALUE, range(14)), quorumOf(5, 2, PREVOTE, idOf('q'), range(15))];
    lone.gossip.quorum(early);
    lone.gossip.quorum(late);
    expect(ask(lone, {})).toMatchObject({ requestId: 9, round: 2, proposalHash: idOf('q'), total: 15 });
    expect(ask(lone, { round: 1 })).toMatchObject({ round: 1, proposalHash: VALUE, total: 14 });
    expect(ask(lone, { proposalHash: VALUE }).signatures.map(({ nodeId }) => nodeId)).toEqual(
      early.votes.map(({ nodeId }) => nodeId),
    );
  });

  it('nothing to serve: total 0 and the fields of the request', () => {
    const lone = node();
    expect(ask(lone, { window: 77, phase: PRECOMMIT, round: 3, proposalHash: VALUE, from: 4 })).toEqual({
      type: 'proof-response',
      requestId: 9,
      window: 77,
      phase: PRECOMMIT,
      round: 3,
      proposalHash: VALUE,
      total: 0,
      from: 4,
      signatures: [],
    });
  });

  it('300 votes to a part', () => {
    const lone = node({}, 1000);
    lone.gossip.quorum(quorumOf(5, 1, PREVOTE, VALUE, range(670)));
    expect([0, 300, 600, 670].map((from) => ask(lone, { from }).signatures.length)).toEqual([300, 300, 70, 0]);
  });

  it('certificates of 64 windows are kept, prevotes of the open one and the one before', () => {
    const lone = node();
    for (let window = 5; window < 5 + RECENT_CERTIFICATES + 2; window++) {
      lone.gossip.quorum(quorumOf(window, 1, PREVOTE, VALUE, range(1)));
      lone.gossip.quorum(quorumOf(window, 1, PRECOMMIT, VALUE, range(1)));
      lone.enter(window + 1, 20);
      lone.wait(SECOND);
    }
    const total = (window: number, phase: 1 | 2): number => ask(lone, { window, phase }).total;
    const open = 5 + RECENT_CERTIFICATES + 2;
    expect([total(open - RECENT_CERTIFICATES - 1, PRECOMMIT), total(open - RECENT_CERTIFICATES, PRECOMMIT)]).toEqual([
      0, 1,
    ]);
    expect([total(open - 2, PREVOTE), total(open - 1, PREVOTE)]).toEqual([0, 1]);
  });
});

describe('a certificate that is kept beyond the last windows (09 §3)', () => {
  it('is served as it was, whatever the request leaves open, and no other', () => {
    const kept = quorumOf(3, 2, PRECOMMIT, VALUE, range(14));
    const lone = node({ certificate: (window) => (window === 3 ? kept.votes : []) });
    const ask = (change: Partial<ProofRequest> = {}) => {
      const any = { phase: PRECOMMIT, round: 0, proposalHash: ZERO_ID, from: 0 } as const;
      lone.receive(2, { type: 'proof-request', requestId: 9, window: 3, ...any, ...change });
      return lone.take().flatMap(({ message }) => (message.type === 'proof-response' ? [message] : []))[0];
    };
    expect(ask()).toMatchObject({ window: 3, round: 2, proposalHash: VALUE, total: 14 });
    expect(ask({ from: 12, round: 2, proposalHash: VALUE })?.signatures).toHaveLength(2);
    const others: readonly Partial<ProofRequest>[] = [
      { window: 2 },
      { round: 1 },
      { proposalHash: idOf('other') },
      { phase: PREVOTE },
    ];
    for (const change of others) {
      expect(ask(change)?.total).toBe(0);
    }
  });
});
