import { describe, expect, it } from 'vitest';
import { equalBytes } from '../bytes/bytes.ts';
import { PRECOMMIT, type ProtocolObject } from '../consensus/objects.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { Party, type Seat } from './party.suite.ts';
import type { FinalRecord } from './types.ts';

const [P0, P1, P2, P3] = [0, 1, 2, 3] as const;

/** Four seats, windows of 128 steps. */
const table = (): Party => new Party({ count: 4, d0: 1_280 });

const at = (party: Party, i: number): Seat => party.seats[i] as Seat;

const closed = (party: Party, count: number): boolean =>
  party.until(() => party.seats.every((seat) => !seat.up || seat.finals.length >= count), 3_000);

/** An anchor of a founder's account, as its first operation; another one forks it. */
const anchor = (party: Party, seat: Seat, dataHash = idOf(2)): ProtocolObject => {
  const account = [...party.genesis.state.accounts()].find(({ currentPubkey }) =>
    equalBytes(currentPubkey, seat.accountKey.publicKey),
  );
  if (account === undefined) throw new Error('a founder without an account');
  const fields = { type: 'Anchor', appId: idOf(1), dataHash } as const;
  return makeOperation({ ...fields, prevHash: account.frontierHash, sender: account.accountId }, seat.accountKey);
};

/** p2 alone lists an operation, in window 1: it does not settle. */
const listedByOne = (): { readonly party: Party; readonly seat: Seat; readonly operation: ProtocolObject } => {
  const party = table();
  party.start();
  expect(closed(party, 1)).toBe(true);
  const seat = at(party, P2);
  const operation = anchor(party, at(party, P1));
  party.offer(seat, operation);
  party.until(() => seat.said.some((object) => object.kind === 'bundle' && object.window === 1));
  return { party, seat, operation };
};

/** What may be signed once: everything a seat said, by slot. */
const slotOf = (object: ProtocolObject): string | undefined => {
  switch (object.kind) {
    case 'bundle':
    case 'reveal':
      return `${object.kind} ${object.nodeId} ${object.window}`;
    case 'vote':
      return `vote ${object.nodeId} ${object.window} ${object.round} ${object.phase}`;
    case 'proposal':
      return object.reproposal === undefined
        ? `header ${object.header.proposerNodeId} ${object.header.window} ${object.header.fallbackDepth}`
        : `again ${object.reproposal.leader} ${object.header.window} ${object.reproposal.round}`;
    default:
      return undefined;
  }
};

const bytesOf = (object: ProtocolObject): Uint8Array =>
  object.kind === 'proposal' ? (object.reproposal?.signature ?? object.header.bytes) : object.bytes;

/** Fails when anything was signed in two ways, down to the last byte, or proposed without a quorum of bundles. */
const expectOneOfEach = (party: Party): void => {
  const slots = new Map<string, ProtocolObject>();
  for (const object of party.seats.flatMap(({ said }) => said)) {
    if (object.kind === 'proposal') expect(object.bundles.length).toBeGreaterThanOrEqual(3);
    const slot = slotOf(object);
    if (slot === undefined) continue;
    const before = slots.get(slot) ?? object;
    if (before.id !== object.id || !equalBytes(bytesOf(before), bytesOf(object))) throw new Error(`two of ${slot}`);
    slots.set(slot, before);
  }
};

describe('a crash between any two effects (09 §8.8, §12.15)', () => {
  // A window makes 25 effects at the seat that leads it, and 24 at another one.
  it.each([
    ['the leader', P0, 30],
    ['another seat', P2, 28],
  ])('of %s: nothing is signed twice, and every window closes', (_, who, most) => {
    for (let strikeAt = 0; strikeAt < most; strikeAt++) {
      const party = table();
      party.start();
      expect(closed(party, 1)).toBe(true);
      const seat = at(party, who);
      let left = strikeAt;
      party.strike = (struck) => struck === seat && left-- === 0;
      party.until(() => !seat.up || seat.finals.length >= 3, 3_000);
      party.strike = () => false;
      expect(seat.up).toBe(false);
      for (let i = 0; i < strikeAt % 7; i++) party.step();
      party.restart(seat);
      party.catchUp(seat);
      expect(party.until(() => party.seats.every(({ finals }) => finals.length >= 3), 3_000)).toBe(true);
      expectOneOfEach(party);
    }
  });
});

describe('everybody at once', () => {
  it('is one node alone, which crashes between any two effects of a window', () => {
    for (let strikeAt = 0; strikeAt < 24; strikeAt++) {
      const party = new Party({ count: 1, d0: 1_280 });
      party.start();
      const seat = at(party, P0);
      let left = strikeAt;
      party.strike = () => left-- === 0;
      party.until(() => !seat.up, 300);
      party.strike = () => false;
      expect(seat.up).toBe(false);
      party.restart(seat);
      expect(party.until(() => seat.finals.length >= 3, 1_000)).toBe(true);
    }
  });

  it('crashes after any step of a window with an operation in it, and the window closes', () => {
    for (let steps = 0; steps < 8; steps++) {
      const party = table();
      party.start();
      expect(closed(party, 1)).toBe(true);
      const operation = anchor(party, at(party, P1));
      for (const seat of party.seats) party.offer(seat, operation);
      party.until(() => party.seats.every(({ said }) => said.some((o) => o.kind === 'bundle' && o.window === 1)));
      for (let i = 0; i < steps; i++) party.step();
      for (const seat of party.seats) party.crash(seat);
      party.step();
      for (const seat of party.seats) party.restart(seat);
      for (const seat of party.seats) party.catchUp(seat);
      expect(closed(party, 3)).toBe(true);
      const [first] = party.seats as [Seat];
      expect(first.finals[1]?.entry.operations).toEqual([operation.id]);
      expect(first.disk.open?.sticky).toEqual([]);
      expectOneOfEach(party);
    }
  });
});

describe('what a restart finds', () => {
  it('a leader in round 1 without the bundles of the others: it proposes when it has a quorum of them again', () => {
    const party = table();
    party.start();
    expect(closed(party, 1)).toBe(true);
    const seat = at(party, P0);
    party.strike = (struck, effect) => struck === seat && effect.type === 'standing' && effect.standing.round === 1;
    party.until(() => !seat.up);
    party.strike = () => false;
    party.filter = () => false;
    party.restart(seat);
    expect(seat.participant.session.rounds.round).toBe(1);
    const proposals = (): number => seat.said.filter((o) => o.kind === 'proposal' && o.header.window === 1).length;
    for (let i = 0; i < 40; i++) party.step();
    expect(proposals()).toBe(0);
    for (const other of [P1, P2].map((i) => at(party, i))) {
      for (const object of other.said) if (object.kind === 'bundle') party.offer(seat, object);
    }
    expect(proposals()).toBe(1);
  });

  /** Stands in window 1 with every bundle said and heard, and p3 locked by votes that reach nobody else. */
  const locked = (): Party => {
    const party = table();
    party.start();
    expect(closed(party, 1)).toBe(true);
    party.filter = (object, _from, to) => object.kind !== 'vote' || to === at(party, P3);
    expect(party.until(() => at(party, P3).participant.session.rounds.locked !== undefined)).toBe(true);
    return party;
  };

  it('the round, the lock, and with it every body and vote that made it', () => {
    const party = locked();
    const seat = at(party, P3);
    const before = seat.participant.session;
    party.crash(seat);
    const said = seat.said.length;
    party.filter = () => true;
    party.restart(seat);
    const { session } = seat.participant;
    expect(session.rounds.round).toBe(before.rounds.round);
    const { locked: lock } = session.rounds;
    expect(lock?.candidate.hash).toBe(before.rounds.locked?.candidate.hash);
    expect(lock?.candidate.evaluation?.applied.valid).toBe(true);
    const hash = lock?.candidate.hash as string;
    const prevotes = session.prevotes(hash, 1);
    expect(prevotes).toHaveLength(3);
    for (const vote of prevotes) expect(before.prevotes(hash, 1)).toContain(vote);
    const again = seat.said.slice(said);
    expect(again.filter(({ kind }) => kind === 'vote')).toHaveLength(2);
    expect(again.some(({ id }) => id === hash)).toBe(true);
    for (const { hash: id } of lock?.candidate.proposal.bundles ?? []) {
      expect(again.some((object) => object.id === id)).toBe(true);
    }
    expectOneOfEach(party);
  });

  it('the prevote quorum, for others to ask for, and the certificate of the window before', () => {
    const party = locked();
    const seat = at(party, P3);
    party.crash(seat);
    const quorums: string[] = [];
    party.strike = (struck, effect) => {
      if (struck === seat && effect.type === 'quorum') {
        quorums.push(`${effect.quorum.window}/${effect.quorum.phase}/${effect.quorum.votes.length}`);
      }
      return false;
    };
    party.restart(seat);
    expect(quorums.sort()).toEqual(['0/2/3', '1/1/3']);
  });

  it('after the restart of everybody but the locked one, all follow its lock', () => {
    const party = locked();
    const hash = at(party, P3).participant.session.rounds.locked?.candidate.hash;
    for (const i of [P0, P1, P2]) party.crash(at(party, i));
    party.filter = () => true;
    for (const i of [P0, P1, P2]) party.restart(at(party, i));
    for (const seat of party.seats) party.catchUp(seat);
    expect(closed(party, 2)).toBe(true);
    expect(party.seats.map(({ finals }) => finals[1]?.proposal.header.id)).toEqual([hash, hash, hash, hash]);
  });

  it('what it confirmed, also from a window in which it signed nothing', () => {
    const { party, seat, operation } = listedByOne();
    party.until(() => seat.finals.length >= 2);
    expect(seat.disk.open).toMatchObject({ window: 2, signed: [], sticky: [{ operation: operation.id, window: 1 }] });
    party.crash(seat);
    party.restart(seat);
    expect(seat.participant.mempool.memory(2).sticky).toMatchObject([{ operation: operation.id }]);
  });

  it('a certificate to serve, after windows that catch-up brought', () => {
    const party = table();
    party.start();
    const seat = at(party, P3);
    party.crash(seat);
    party.until(() => at(party, P0).finals.length >= 3);
    party.restart(seat);
    const served: number[] = [];
    party.strike = (struck, effect) => {
      if (struck === seat && effect.type === 'quorum') served.push(effect.quorum.window);
      return false;
    };
    party.catchUp(seat);
    expect(served).toContain(2);
    const { certificate } = seat.disk.open ?? {};
    expect(certificate?.map(({ window, phase }) => [window, phase])).toEqual(Array(3).fill([2, PRECOMMIT]));
  });
});

describe('behind a snapshot, with the record of a window that is over (09 §12.15c)', () => {
  /** p2 alone lists an operation in window 1, and is away; what p0 has when `last` is final is its state then. */
  const behind = (last: number): { readonly party: Party; readonly seat: Seat; readonly operation: ProtocolObject } => {
    const { party, seat, operation } = listedByOne();
    party.crash(seat);
    expect(party.until(() => at(party, P0).finals.length > last, 20_000)).toBe(true);
    const { settled } = at(party, P0).finals[last] as FinalRecord;
    expect(seat.disk.open?.signed.some(({ kind }) => kind === 'bundle')).toBe(true);
    expect(seat.disk.open).toMatchObject({ window: 1, sticky: [{ window: 1 }] });
    seat.disk = { settled, open: seat.disk.open };
    return { party, seat, operation };
  };

  it('what was confirmed binds, in every record that follows; nothing that was signed is said again or goes on', () => {
    const { party, seat, operation } = behind(5);
    const said = seat.said.length;
    const sticky: unknown[] = [];
    party.strike = (struck, effect) => {
      if (struck === seat && effect.type === 'persist') sticky.push(effect.open?.sticky);
      return false;
    };
    party.restart(seat);
    expect(seat.participant.session.window).toBe(6);
    party.catchUp(seat);
    expect(party.until(() => seat.finals.length >= 2 && seat.finals.at(-1)?.settled.window === 8, 3_000)).toBe(true);
    expect(sticky.length).toBeGreaterThan(6);
    for (const choices of sticky) expect(choices).toMatchObject([{ operation: operation.id, window: 1 }]);
    const windows = seat.said.slice(said).map((object) => ('window' in object ? object.window : 6));
    expect(Math.min(...windows)).toBeGreaterThanOrEqual(6);
    expectOneOfEach(party);
  });

  it.each([
    [14, 0],
    [15, 1],
  ])(
    'a choice of window 1 binds until window 14: in window %i the bundle may list %i that fork it',
    (window, count) => {
      const { party, seat } = behind(window - 1);
      party.restart(seat);
      party.offer(seat, anchor(party, at(party, P1), idOf(3)));
      expect(seat.participant.mempool.confirmable(() => true)).toHaveLength(count);
    },
  );
});
