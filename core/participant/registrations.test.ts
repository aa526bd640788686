import { describe, expect, it } from 'vitest';
import type { Registration } from '../consensus/objects.ts';
import { makeRegistration, type RegistrationFields } from '../entry/registration.ts';
import { cheapKey, idOf, ownId } from '../operations/accounts.suite.ts';
import { type CandidateRecord, encodeCandidateRecord } from '../state/records.ts';
import { testSettled } from '../transition/network.suite.ts';
import { openWindow } from '../transition/open-window.ts';
import { grown, LONG_CHAINS, registrationOf as unprovenOf, windowed } from '../transition/sampled.suite.ts';
import type { Settled } from '../transition/settled.ts';
import { Party, type Seat } from './party.suite.ts';
import { REGISTRATION_LIMIT, REGISTRATIONS_PER_BUNDLE, RegistrationPool } from './registrations.ts';

/** τ₂ of a party. */
const TAU2 = 8n;

/** Published by the candidate with that number, its chain begun in window 0. */
const registration = (n: number, fields: Partial<RegistrationFields> = {}): Registration => {
  const operator = cheapKey(5_000 + n);
  return makeRegistration(
    {
      suiteId: 1,
      operatorAccountId: ownId(operator),
      proofEndpoint: idOf(n),
      wStart: 0n,
      vdfChainLength: TAU2,
      ...fields,
    },
    cheapKey(4_000 + n),
    operator,
  );
};

/** Four seats that stand in the given window, and whoever hears a registration. */
const partyAt = (window: number): { readonly party: Party; readonly seat: Seat } => {
  const party = new Party({ count: 4, rules: { entryProof: 'full' } });
  party.start();
  party.until(() => party.seats.every(({ finals }) => finals.length >= window));
  return { party, seat: party.seats[1] as Seat };
};

describe('a registration heard (05 §3)', () => {
  it('waits while its chain began less than τ₂ windows ago', () => {
    const { party, seat } = partyAt(7);
    expect(party.offer(seat, registration(1))).toEqual({ type: 'hold', until: { until: 'final', window: 7 } });
    expect(seat.participant.registrations.size).toBe(0);
  });

  it('is pooled, and nothing else is', () => {
    const { party, seat } = partyAt(8);
    const { registrations } = seat.participant;
    const forged = makeRegistration(registration(1), cheapKey(4_001), { ...cheapKey(5_001), sign: cheapKey(1).sign });
    expect(party.offer(seat, forged)).toEqual({ type: 'reject', reason: 'InvalidOperatorPoP' });
    expect(party.offer(seat, registration(2, { operatorAccountId: idOf(3) }))).toEqual({
      type: 'reject',
      reason: 'BadOperatorBinding',
    });
    const ofFounder = makeRegistration(registration(3), seat.key, cheapKey(5_003));
    expect(party.offer(seat, ofFounder)).toEqual({ type: 'stale' });
    expect(registrations.size).toBe(0);
    expect(party.offer(seat, registration(1))).toEqual({ type: 'accept' });
    expect(party.offer(seat, registration(1))).toEqual({ type: 'accept' });
    expect(registrations.size).toBe(1);
  });

  it('a copy with a false signature is refused, though its identifier is known', () => {
    const { party, seat } = partyAt(8);
    party.offer(seat, registration(1));
    const copy = makeRegistration(registration(1), { ...cheapKey(4_001), sign: cheapKey(1).sign }, cheapKey(5_001));
    expect(copy.id).toBe(registration(1).id);
    expect(party.offer(seat, copy)).toEqual({ type: 'reject', reason: 'InvalidSignature' });
  });
});

describe('a pooled registration (04 §4, 05 §3)', () => {
  it('is listed, cemented, and refused where it is applied: its chain proves nothing', () => {
    const { party, seat } = partyAt(8);
    for (const other of party.seats) party.offer(other, registration(1));
    party.until(() => party.seats.every(({ finals }) => finals.length >= 11));
    const listing = party.seats.flatMap(({ said }) =>
      said.filter((object) => object.kind === 'bundle' && object.operations.includes(registration(1).id)),
    );
    expect(listing).toHaveLength(4);
    const [taken, ...others] = seat.finals.filter(({ entry }) => entry.registrations.length > 0);
    expect(taken?.entry.registrations).toEqual([registration(1).id]);
    expect(others).toEqual([]);
    expect([...(taken?.settled.state.candidates() ?? [])]).toEqual([]);
    expect(seat.participant.registrations.size).toBe(0);
  });

  it('is one of a few in a bundle, in the order of the window', () => {
    const { party, seat } = partyAt(8);
    for (let n = 0; n < REGISTRATIONS_PER_BUNDLE + 3; n++) party.offer(seat, registration(n));
    const { open } = seat.participant.session;
    const chosen = (value: string): readonly string[] =>
      seat.participant.registrations.confirmable(open, value, () => false).map(({ id }) => id);
    expect(chosen(idOf(1))).toHaveLength(REGISTRATIONS_PER_BUNDLE);
    expect(chosen(idOf(2))).not.toEqual(chosen(idOf(1)));
  });

  it('is not listed while its chain is too short', () => {
    const { party, seat } = partyAt(8);
    expect(party.offer(seat, registration(1, { vdfChainLength: TAU2 - 1n }))).toEqual({ type: 'accept' });
    const { registrations, session } = seat.participant;
    expect(registrations.confirmable(session.open, idOf(1), () => true)).toEqual([]);
  });

  it('leaves when no window can take it any more', () => {
    const { party, seat } = partyAt(8);
    party.offer(seat, registration(1, { vdfChainLength: 1n }));
    party.until(() => seat.finals.length >= 16);
    expect(seat.participant.registrations.size).toBe(1);
    // Begun in window 0, and 2τ₂ = 16 windows is as old as a start may be.
    party.until(() => seat.finals.length >= 17);
    expect(seat.participant.registrations.size).toBe(0);
  });

  it('is one of a bounded number', () => {
    const pool = new RegistrationPool();
    for (let n = 0; n < REGISTRATION_LIMIT; n++) {
      expect(pool.add({ kind: 'registration', id: idOf(n) } as unknown as Registration)).toBe(true);
    }
    expect(pool.add({ kind: 'registration', id: idOf(REGISTRATION_LIMIT) } as unknown as Registration)).toBe(false);
    expect(pool.size).toBe(REGISTRATION_LIMIT);
  });
});

const candidateIn = ({ state }: Settled, { nodeId }: Registration) => state.candidate(nodeId) as CandidateRecord;

describe('a registration taken unproven (05 D-E5)', () => {
  const before = grown(testSettled(LONG_CHAINS), 8);
  const taken = unprovenOf(1, 4n);
  const { settled } = windowed(before, [taken]);
  const proven = (id: string): boolean => id === taken.id;

  /** A pool that was told what the window took. */
  const pool = (): RegistrationPool => {
    const made = new RegistrationPool();
    made.add(taken);
    made.settled([taken], settled);
    return made;
  };

  it('stays until it waits no longer', () => {
    const made = pool();
    expect(made.get(taken.id)).toBe(taken);
    const later = windowed(settled).settled;
    made.settled([], later);
    expect(made.get(taken.id)).toBe(taken);
    made.settled([taken], windowed(later, [taken]).settled);
    expect(made.size).toBe(0);
    const expired = pool();
    expired.settled([], grown(settled, 25));
    expect(expired.size).toBe(0);
  });

  it('is listed once more when this node knows it to be proven, beside new ones', () => {
    const made = pool();
    const other = unprovenOf(2, 4n);
    made.add(other);
    const listed = (isProven: (id: string) => boolean) =>
      made.confirmable(openWindow(settled), idOf(3), isProven).map(({ id }) => id);
    expect(listed(() => false)).toEqual([other.id]);
    expect(listed(proven)).toEqual([taken.id, other.id]);
  });

  it('is not while the pool asks for a longer chain', () => {
    const made = pool();
    const pooled = { ...candidateIn(settled, taken), nodeId: idOf(1), registrationWindow: 9n };
    const changes = { candidate: [[pooled.nodeId, encodeCandidateRecord(pooled)] as const] };
    const state = settled.state.with(settled.state.apply(changes).delta);
    const open = openWindow(settled);
    expect(made.confirmable(open, idOf(3), proven)).toEqual([taken]);
    const crowded = { ...open, settled: { ...settled, state } };
    expect(made.confirmable(crowded, idOf(3), proven)).toEqual([]);
  });
});
