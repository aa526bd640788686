import { describe, expect, it } from 'vitest';
import { toHex, ZERO_ID } from '../bytes/bytes.ts';
import type { Operation, Registration } from '../consensus/objects.ts';
import { makeRegistration } from '../entry/registration.ts';
import { cheapKey, idOf, ownId } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { Party, type Seat } from './party.suite.ts';

const anchor = ({ accountKey }: Seat, prevHash: string, data: number, key = accountKey): Operation =>
  makeOperation(
    {
      type: 'Anchor',
      sender: ownId(accountKey),
      prevHash,
      appId: ZERO_ID,
      dataHash: toHex(new Uint8Array(32).fill(data)),
    },
    key,
  );

const registration = (n: number): Registration => {
  const operator = cheapKey(5_000 + n);
  return makeRegistration(
    {
      suiteId: 1,
      operatorAccountId: ownId(operator),
      proofEndpoint: idOf(n),
      wStart: 0n,
      vdfChainLength: 8n,
    },
    cheapKey(4_000 + n),
    operator,
  );
};

/** Four seats with `window` open, the one that judges, and another's frontier. */
const partyAt = (window: number) => {
  const party = new Party({ count: 4, rules: { entryProof: 'full' } });
  party.start();
  party.until(() => party.seats.every(({ finals }) => finals.length >= window));
  const [seat, author] = party.seats as [Seat, Seat];
  const frontier = party.genesis.state.account(ownId(author.accountKey))?.frontierHash as string;
  return { party, seat, author, frontier };
};

describe('an operation on its stem is judged like any other (06 §10)', () => {
  it('and not taken', () => {
    const { party, seat, author, frontier } = partyAt(1);
    const { participant } = seat;
    const said = seat.said.length;
    const operation = anchor(author, frontier, 1);
    expect(participant.weigh(operation)).toEqual({ type: 'accept' });
    expect(participant.mempool.size).toBe(0);
    expect(participant.mempool.get(operation.id)).toBeUndefined();
    expect(seat.said.length).toBe(said);
    expect(seat.effects).toEqual([]);
    // No bundle lists it, the own one included.
    expect(party.until(() => party.seats.every(({ finals }) => finals.length >= 3))).toBe(true);
    expect(
      party.seats.flatMap(({ said: all }) =>
        all.flatMap((object) => (object.kind === 'bundle' ? object.operations : [])),
      ),
    ).toEqual([]);
    // The memory of forks does not know it either: two others may still be seen on its frontier.
    for (const data of [2, 3]) expect(party.offer(seat, anchor(author, frontier, data)).type).toBe('accept');
  });

  it('with the same verdicts', () => {
    const { party, seat, author, frontier } = partyAt(1);
    const { participant } = seat;
    const forged = anchor(author, frontier, 1, { ...author.accountKey, sign: cheapKey(9).sign });
    const later = anchor(author, idOf(7), 1);
    for (const operation of [forged, later]) expect(participant.weigh(operation)).toEqual(party.offer(seat, operation));
    expect(participant.weigh(forged)).toEqual({ type: 'reject', reason: 'InvalidSignature' });
    expect(participant.weigh(later).type).toBe('hold');
    const [first, second, third] = [1, 2, 3].map((data) => anchor(author, frontier, data)) as [
      Operation,
      Operation,
      Operation,
    ];
    party.offer(seat, first);
    expect(participant.weigh(first)).toEqual({ type: 'accept' });
    expect(participant.weigh(second)).toEqual({ type: 'accept' });
    party.offer(seat, second);
    expect(participant.weigh(third)).toEqual({ type: 'stale' });
    // A known identifier says nothing about the signature.
    const copy = anchor(author, frontier, 1, { ...author.accountKey, sign: cheapKey(9).sign });
    expect(participant.weigh(copy)).toEqual({ type: 'reject', reason: 'InvalidSignature' });
  });
});

describe('a registration on its stem', () => {
  it('is judged and not pooled', () => {
    const { party, seat } = partyAt(8);
    const { participant } = seat;
    expect(participant.weigh(registration(1))).toEqual({ type: 'accept' });
    expect(participant.registrations.size).toBe(0);
    party.offer(seat, registration(1));
    expect(participant.weigh(registration(1))).toEqual({ type: 'accept' });
    const forged = makeRegistration(registration(1), cheapKey(4_001), { ...cheapKey(5_001), sign: cheapKey(1).sign });
    expect(participant.weigh(forged)).toEqual({ type: 'reject', reason: 'InvalidOperatorPoP' });
    expect(participant.registrations.size).toBe(1);
  });

  it('that is too early waits', () => {
    const { seat } = partyAt(7);
    expect(seat.participant.weigh(registration(1)).type).toBe('hold');
  });
});
