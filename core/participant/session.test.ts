import { beforeEach, describe, expect, it } from 'vitest';
import { equalBytes, ZERO_ID } from '../bytes/bytes.ts';
import { makeBundle } from '../consensus/bundle.ts';
import { makeEvidence } from '../consensus/evidence.ts';
import { makeHeader } from '../consensus/header.ts';
import {
  type Bundle,
  EVIDENCE_VOTE,
  type Listed,
  type Operation,
  PRECOMMIT,
  PREVOTE,
  type Proposal,
  type Reveal,
  type Vote,
} from '../consensus/objects.ts';
import { makeProposal, makeReproposal } from '../consensus/proposal.ts';
import { listRoot } from '../consensus/set-roots.ts';
import { makeVote } from '../consensus/vote.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { applyWindow, headerFields } from '../transition/apply.ts';
import { CLASS_PROPOSAL } from '../wire/messages.ts';
import type { SessionPorts } from './context.ts';
import { proposeFresh } from './own.ts';
import { Party, type Seat } from './party.suite.ts';
import type { FinalRecord, ParticipantEffect, Verdict } from './types.ts';

let party: Party;
/** In the order of cascade(1): the first leads round 1. */
let seats: [Seat, Seat, Seat, Seat];
let effects: ParticipantEffect[];

/** Everybody stands in window 1; nobody hears anything that a test does not hand over. */
const stand = (rules?: 'published'): void => {
  party = new Party({ count: 4, d0: 1_280, ...(rules && { rules }) });
  party.start();
  party.until(() => party.seats.every(({ finals }) => finals.length >= 1));
  const { cascade } = (party.seats[0] as Seat).participant.session.open;
  seats = cascade.map((nodeId) => party.seats.find((seat) => seat.nodeId === nodeId)) as typeof seats;
  party.filter = () => false;
  effects = [];
  party.strike = (seat, effect) => {
    if (seat === seats[3]) effects.push(effect);
    return false;
  };
};

beforeEach(() => stand());

const offer = (object: Parameters<Party['offer']>[1], to: Seat = seats[3]): Verdict => party.offer(to, object);
const accept = { type: 'accept' };
const reject = (reason: string): Verdict => ({ type: 'reject', reason });
const emitted = <T extends ParticipantEffect['type']>(type: T): Extract<ParticipantEffect, { type: T }>[] =>
  effects.filter((effect): effect is Extract<ParticipantEffect, { type: T }> => effect.type === type);

/** Everybody but the last seat has T_1 and its bundle. */
const hashed = (): readonly Bundle[] => {
  const others = seats.slice(0, 3);
  const bundlesOf = ({ said }: Seat): Bundle[] =>
    said.filter((o): o is Bundle => o.kind === 'bundle' && o.window === 1);
  const { job } = seats[3];
  seats[3].job = undefined;
  party.until(() => others.every((seat) => bundlesOf(seat).length === 1));
  seats[3].job = job;
  return others.flatMap(bundlesOf);
};

/** The last seat knows T_1 too, and is in round 1 with three bundles. */
const started = (): readonly Bundle[] => {
  const bundles = hashed();
  for (const bundle of bundles) offer(bundle);
  return bundles;
};

const spoiled = <T extends { readonly signature: Uint8Array }>(object: T): T => ({
  ...object,
  signature: object.signature.map((byte, i) => (i === 0 ? byte ^ 1 : byte)),
});

/** The leader's own proposal for round 1, with these bundles. */
const proposed = (bundles: readonly Bundle[]): Proposal => {
  for (const bundle of bundles) offer(bundle, seats[0]);
  party.until(() => seats[0].said.some((object) => object.kind === 'proposal' && object.header.window === 1));
  return seats[0].said.findLast((object) => object.kind === 'proposal') as Proposal;
};

/** What the leader might sign for round 1 instead. */
const withHeader = ({ header, reveals }: Proposal, bundles: readonly Listed[], changes: object = {}): Proposal => {
  const { kind: _, id, bytes, scope, signature, ...fields } = header;
  const changed = { ...fields, includedBundlesRoot: listRoot(bundles), ...changes };
  return makeProposal(makeHeader(changed, seats[0].key), bundles, reveals);
};

const vote = (seat: Seat, proposalHash: string, phase: 1 | 2 = PREVOTE, round = 1): Vote =>
  makeVote({ phase, round, window: 1, proposalHash, nodeId: seat.nodeId }, seat.key);

const certify = (proposalHash: string): void => {
  for (const seat of seats.slice(0, 3)) offer(vote(seat, proposalHash, PRECOMMIT));
};

describe('a copy with another signature under a known identifier (09 §12.8)', () => {
  it('of a bundle that waits for T_W, or was accepted', () => {
    const [bundle] = hashed() as [Bundle];
    expect(offer(bundle).type).toBe('hold');
    expect(offer(bundle).type).toBe('hold');
    expect(offer(spoiled(bundle))).toEqual(reject('InvalidSignature'));
    started();
    expect([offer(bundle), offer(spoiled(bundle))]).toEqual([accept, reject('InvalidSignature')]);
  });

  it('of a vote', () => {
    started();
    const prevote = vote(seats[1], idOf(1));
    expect([offer(prevote), offer(prevote)]).toEqual([accept, accept]);
    expect(offer(spoiled(prevote))).toEqual(reject('InvalidSignature'));
  });

  it('of a proposal: its header, or its lists', () => {
    const proposal = proposed(started());
    expect([offer(proposal), offer(proposal)]).toEqual([accept, accept]);
    expect(offer({ ...proposal, header: spoiled(proposal.header) })).toEqual(reject('InvalidSignature'));
    expect(offer({ ...proposal, bundles: proposal.bundles.slice(1) })).toEqual(reject('BundlesRootMismatch'));
    expect(offer({ ...proposal })).toEqual(accept);
    // Also when its round has no room for another one.
    expect(offer(withHeader(proposal, proposal.bundles, { stateRoot: idOf(1) }))).toEqual(accept);
    expect(offer(withHeader(proposal, proposal.bundles, { stateRoot: idOf(2) }))).toEqual({ type: 'stale' });
    expect(offer({ ...proposal })).toEqual(accept);
  });

  it('of an operation this window needs: it would settle as nothing, here alone', () => {
    const account = [...seats[3].participant.settled.state.accounts()].find(({ currentPubkey }) =>
      equalBytes(currentPubkey, seats[0].accountKey.publicKey),
    ) as { accountId: string; frontierHash: string };
    const operation: Operation = makeOperation(
      { type: 'Anchor', appId: idOf(1), dataHash: idOf(2), prevHash: account.frontierHash, sender: account.accountId },
      seats[0].accountKey,
    );
    for (const seat of seats.slice(0, 3)) expect(offer(operation, seat)).toEqual(accept);
    started();
    expect(emitted('need').map(({ names }) => names.map(({ id }) => id))).toContainEqual([operation.id, operation.id]);
    expect(offer(spoiled(operation))).toEqual(reject('InvalidSignature'));
    expect(seats[3].participant.session.bodies.operation(operation.id)).toBeUndefined();
    expect(offer(operation)).toEqual(accept);
    expect(offer(spoiled(operation))).toEqual(reject('InvalidSignature'));
    expect(seats[3].participant.session.bodies.operation(operation.id)).toBe(operation);
  });
});

describe('what a leader may list (04 §10 step 9)', () => {
  const prevotes = (): readonly string[] =>
    emitted('publish').flatMap(({ object }) => (object.kind === 'vote' ? [object.proposalHash] : []));

  const expectNil = (proposal: Proposal, reason: string): void => {
    expect(offer(proposal)).toEqual(accept);
    const { open, proposals } = seats[3].participant.session;
    expect(prevotes()).toEqual([open.nilHash]);
    expect(proposals.get(proposal.header.id)?.evaluation?.applied).toMatchObject({ valid: false, reason });
  };

  it('bundles of strangers: invalid, and nothing is fetched for them', () => {
    const proposal = proposed(started());
    effects = [];
    const listed = [{ nodeId: idOf(1), hash: idOf(2) }, ...proposal.bundles].sort(byNode);
    expectNil(withHeader(proposal, listed), 'BundleInvalid');
    expect(emitted('need')).toEqual([]);
  });

  it('fewer than a quorum: invalid', () => {
    const proposal = proposed(started());
    expectNil(withHeader(proposal, proposal.bundles.slice(1)), 'InsufficientBundles');
  });

  it('one bundle under the name of another node: invalid, or it would count as that one’s presence', () => {
    const bundles = started();
    const proposal = proposed(bundles);
    const [first] = bundles as [Bundle];
    const named = [...proposal.bundles, { nodeId: seats[3].nodeId, hash: first.id }].sort(byNode);
    // Everything else in it is as if that node had been there.
    const { open } = seats[3].participant.session;
    const { timechainValue, proposerNodeId: proposer } = proposal.header;
    const bodies = { bundles: named, reveals: proposal.reveals, operations: [], registrations: [] };
    const outcome = applyWindow(open.settled, { ...bodies, timechainValue, proposer, fallbackDepth: 1 }, () => true);
    expectNil(withHeader(proposal, named, headerFields(outcome, open, proposer, 1)), 'BundleInvalid');
  });

  const byNode = (a: Listed, b: Listed): number => (a.nodeId < b.nodeId ? -1 : 1);
});

describe('a quorum handed over as a proof (09 §11.3, §12.11)', () => {
  const prove = (votes: readonly Vote[]): boolean => party.prove(seats[3], votes);
  const ascending = (votes: readonly Vote[]): readonly Vote[] =>
    [...votes].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));

  it('is taken once each signer is in it once, in order, with a signature that holds', () => {
    started();
    const votes = ascending(seats.slice(0, 3).map((seat) => vote(seat, idOf(1))));
    const [first, second, third] = votes as [Vote, Vote, Vote];
    expect(prove([first, first, first])).toBe(false);
    expect(prove([third, second, first])).toBe(false);
    expect(prove([first, second])).toBe(false);
    expect(prove([first, second, spoiled(third)])).toBe(false);
    expect(prove([first, second, vote(seats[2], idOf(1), PRECOMMIT)])).toBe(false);
    expect(prove([])).toBe(false);
    expect(seats[3].participant.session.votes.quorumOfAny(1, PREVOTE)).toBe(false);
    expect(prove(votes)).toBe(true);
    expect(seats[3].participant.session.votes.hasQuorum(1, PREVOTE, idOf(1))).toBe(true);
  });

  it('counts its votes beside others of the same signers, and convicts these', () => {
    started();
    offer(vote(seats[0], idOf(2)));
    expect(prove(ascending(seats.slice(0, 3).map((seat) => vote(seat, idOf(1)))))).toBe(true);
    expect(emitted('evidence').map(({ evidence }) => evidence.signer)).toEqual([seats[0].nodeId]);
    expect(seats[3].participant.session.votes.hasQuorum(1, PREVOTE, idOf(1))).toBe(true);
  });
});

describe('bounds (09 §12.11)', () => {
  it('evidence of votes in far rounds is bounded like the votes', () => {
    started();
    const twice = (round: number) =>
      makeEvidence(EVIDENCE_VOTE, vote(seats[0], idOf(1), PREVOTE, round), vote(seats[0], idOf(2), PREVOTE, round));
    const verdicts = Array.from({ length: 20 }, (_, i) => offer(twice(3 + i)).type);
    expect(verdicts.filter((type) => type === 'accept')).toHaveLength(16);
    expect(verdicts.slice(16)).toEqual(Array(4).fill('stale'));
    expect(offer(twice(2))).toEqual(accept);
  });

  it('a vote beyond the bounds costs no signature check', () => {
    started();
    for (let round = 3; round < 35; round++) expect(offer(vote(seats[0], idOf(1), PREVOTE, round))).toEqual(accept);
    expect(offer(spoiled(vote(seats[0], idOf(1), PREVOTE, 40)))).toEqual({ type: 'stale' });
  });

  it('a header with a quorum is taken though its round is full, and made again only within the bounds', () => {
    const proposal = proposed(started());
    for (const n of [1, 2]) offer(withHeader(proposal, proposal.bundles, { stateRoot: idOf(n) }));
    expect(offer(proposal)).toEqual({ type: 'stale' });
    const { session } = seats[3].participant;
    for (const seat of seats.slice(0, 3)) offer(vote(seat, proposal.header.id));
    expect(emitted('need').at(-1)?.names).toEqual([{ class: CLASS_PROPOSAL, id: proposal.header.id }]);
    const [leader] = seats.filter(({ nodeId }) => nodeId === session.open.cascade[1]);
    const again = (validRound: number): Proposal =>
      makeReproposal(proposal, validRound, 256 + 1, leader?.nodeId as string, (leader as Seat).key);
    for (const validRound of [1, 2, 3]) expect(offer(again(validRound))).toEqual(accept);
    expect(session.proposals.ofRound(257, 2)).toHaveLength(2);
    expect(offer(proposal)).toEqual(accept);
    expect(session.proposals.ofRound(1, 1)).toHaveLength(2);
    expect(session.rounds.locked?.candidate.hash).toBe(proposal.header.id);
  });
});

describe('proposals made again (09 §11.2.2)', () => {
  it('by who leads the round, signed for it; by nobody else', () => {
    const proposal = proposed(started());
    const again = (seat: Seat, by = seat): Proposal => makeReproposal(proposal, 1, 2, seat.nodeId, by.key);
    expect(offer(again(seats[2]))).toEqual(reject('LeaderNotCanonical'));
    expect(offer(again(seats[1], seats[2]))).toEqual(reject('InvalidLeaderSignature'));
    expect(offer(again(seats[1]))).toEqual(accept);
  });

  it('decoded when nobody knew the leader yet: no use, no blame', () => {
    const proposal = proposed(started());
    const { reproposal, ...rest } = makeReproposal(proposal, 1, 2, seats[1].nodeId, seats[1].key);
    const unknown = { ...rest, reproposal: { ...reproposal, leader: ZERO_ID } } as Proposal;
    expect(offer(unknown)).toEqual({ type: 'stale' });
  });

  it('after all 255 depths a leader repeats the header it has signed', () => {
    const proposal = proposed(started());
    const published: unknown[] = [];
    const { session, config } = seats[0].participant;
    const ports = { config, emit: ({ object }: { object: unknown }) => published.push(object) };
    expect(proposeFresh(session, ports as unknown as SessionPorts, 256)).toBe(true);
    expect(published).toEqual([proposal]);
  });
});

describe('evidence found (09 §11.4, §12.10)', () => {
  const other = (seat: Seat, endpoint: string): Bundle =>
    makeBundle({ nodeId: seat.nodeId, endpoint, window: 1, operations: [], reveals: [] }, seat.key);

  it('two bundles of a signer, even before T_W is known', () => {
    const [bundle] = hashed() as [Bundle];
    offer(bundle);
    offer(other(party.seats.find(({ nodeId }) => nodeId === bundle.nodeId) as Seat, idOf(1)));
    expect(emitted('evidence')).toHaveLength(1);
    expect(emitted('publish').map(({ object }) => object.kind)).toEqual(['evidence']);
  });

  it('is said once', () => {
    started();
    for (const n of [1, 2, 3]) offer(vote(seats[0], idOf(n)));
    expect(emitted('evidence')).toHaveLength(1);
  });
});

describe('what stops a node (09 §12.17)', () => {
  it('an own T_W that is not the adopted one', () => {
    hashed();
    for (const seat of seats.slice(0, 3)) {
      const fields = { nodeId: seat.nodeId, endpoint: idOf(1), window: 1, operations: [], reveals: [] };
      offer(makeBundle(fields, seat.key));
    }
    expect(seats[3].participant.session.timechainValue).toBe(idOf(1));
    const { previousT, d } = seats[3].participant.session.open;
    // It lacked little, and finishes its own.
    seats[3].job = { job: { type: 'chain', window: 1, from: previousT, iterations: d }, due: 0 };
    expect(emitted('cancel')).toEqual([]);
    party.step();
    expect(emitted('stop').map(({ reason }) => reason)).toEqual([
      'the own timechain value differs from the adopted one',
    ]);
    expect(offer(vote(seats[0], idOf(1)))).toEqual({ type: 'stale' });
  });

  it.each([
    ['ProposalVersion', { protocolVersion: 9 }, 'a certified proposal is refused: ProtocolVersionUnsupported'],
    ['target', { target: 1n }, 'a certified proposal is refused: WrongTarget'],
    ['state root', { stateRoot: idOf(1) }, 'a certified proposal fails validation'],
  ])('a certified proposal with a wrong %s', (_, changes, reason) => {
    const proposal = proposed(started());
    const wrong = withHeader(proposal, proposal.bundles, changes);
    certify(wrong.header.id);
    offer(wrong);
    expect(emitted('stop')).toEqual([{ type: 'stop', reason }]);
  });

  it('but not a copy whose signature or lists are wrong', () => {
    const proposal = proposed(started());
    certify(proposal.header.id);
    expect(offer({ ...proposal, header: spoiled(proposal.header) })).toEqual(reject('InvalidSignature'));
    expect(offer({ ...proposal, bundles: [] })).toEqual(reject('BundlesRootMismatch'));
    expect(offer(proposal)).toEqual(accept);
    expect([emitted('stop'), emitted('final').length]).toEqual([[], 1]);
  });

  it.each([
    ['parent', { prevProposalHash: idOf(1) }],
    ['timechain value', { timechainValue: idOf(1) }],
  ])('catch-up that certified another %s', (_, changes) => {
    started();
    const [record] = seats[0].finals as [Seat['finals'][0]];
    const { settled, proposal } = record;
    const { timechainValue } = seats[3].participant.session;
    const header = { ...proposal.header, window: 1, prevProposalHash: proposal.header.id, timechainValue, ...changes };
    const other = { ...record, settled: { ...settled, window: 1 }, proposal: { ...proposal, header } } as FinalRecord;
    seats[3].participant.caughtUp([other], 10_000);
    expect(seats[3].participant.stopped).toBe(true);
  });
});

describe('catch-up (09 §12.16)', () => {
  it('with nothing new leaves the open window as it is: votes, locks and all', () => {
    started();
    offer(vote(seats[0], idOf(1)));
    const { session } = seats[3].participant;
    seats[3].participant.caughtUp(seats[3].finals, 10_000);
    seats[3].participant.caughtUp([], 10_000);
    expect(seats[3].participant.session).toBe(session);
  });
});

describe('reveals (04 §6.1)', () => {
  it('a second one of a node and window is no other: the same counts once, a spoiled copy is refused', () => {
    started();
    const reveal = seats[0].said.find((o): o is Reveal => o.kind === 'reveal' && o.window === 1) as Reveal;
    const { session } = seats[3].participant;
    const before = session.reveals.listable().length;
    expect([offer(reveal), offer(reveal), offer({ ...reveal })]).toEqual([accept, accept, accept]);
    expect(offer(spoiled(reveal))).toEqual(reject('InvalidSignature'));
    expect(session.reveals.listable()).toHaveLength(before + 1);
    expect(session.reveals.of(seats[0].nodeId)?.signature).toEqual(reveal.signature);
  });
});

describe('windows (09 §12.9)', () => {
  it('later objects are held until their window, older ones are of no use, reveals of the last one are', () => {
    const [bundle] = hashed() as [Bundle];
    const later = makeBundle({ ...bundle, window: 2 }, seats[0].key);
    expect(offer(later)).toEqual({ type: 'hold', until: { until: 'window', window: 2 } });
    const old = seats[0].said.filter((object) => 'window' in object && object.window === 0);
    const verdicts = old.map((object) => `${object.kind} ${offer(object).type}`);
    expect(new Set(verdicts)).toEqual(new Set(['bundle stale', 'vote stale', 'reveal accept']));
  });
});

describe('under first-valid (09 §12.18)', () => {
  it('votes and proofs are nothing', () => {
    stand('published');
    started();
    const votes = seats.slice(0, 3).map((seat) => vote(seat, idOf(1), PRECOMMIT));
    expect(votes.map((each) => offer(each).type)).toEqual(['stale', 'stale', 'stale']);
    expect(party.prove(seats[3], votes)).toBe(false);
  });
});
