import { describe, expect, test } from 'vitest';
import { toHex, ZERO_ID } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import { ownId } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { Party, type Seat } from './party.suite.ts';
import { SCHEDULE_LIMIT, Schedule } from './schedule.ts';
import { PATIENT_TIMERS } from './timers.ts';

const anchorOf = ({ accountKey }: Seat, prevHash: string, data: number): Operation =>
  makeOperation(
    {
      type: 'Anchor',
      sender: ownId(accountKey),
      prevHash,
      appId: ZERO_ID,
      dataHash: toHex(new Uint8Array(32).fill(data)),
    },
    accountKey,
  );

const settledIn = (seat: Seat, { id }: Operation): number | undefined =>
  seat.finals.find(({ operations }) => operations.some((operation) => operation.id === id))?.settled.window;

describe('an operation that no bundle before a window may list', () => {
  test('settles in that window where every node was handed it, a chain of them one after another', () => {
    const party = new Party({ count: 4, timers: PATIENT_TIMERS });
    party.start();
    const [author] = party.seats as [Seat];
    const frontier = party.genesis.state.account(ownId(author.accountKey))?.frontierHash as string;
    const first = anchorOf(author, frontier, 1);
    const second = anchorOf(author, first.id, 2);
    for (const seat of party.seats) {
      expect(party.submit(seat, second, 5)).toBeUndefined();
      expect(party.submit(seat, first, 3)).toBeUndefined();
    }
    expect(party.until(() => party.seats.every(({ finals }) => finals.length > 6))).toBe(true);
    for (const seat of party.seats) {
      expect(settledIn(seat, first)).toBe(3);
      expect(settledIn(seat, second)).toBe(5);
      expect(seat.verdicts).toEqual([{ type: 'accept' }, { type: 'accept' }]);
    }
  });

  test('is judged at once where its window is open or over', () => {
    const party = new Party({ count: 4 });
    party.start();
    const [author] = party.seats as [Seat];
    const frontier = party.genesis.state.account(ownId(author.accountKey))?.frontierHash as string;
    const { window } = author.participant.session;
    expect(party.submit(author, anchorOf(author, frontier, 1), window)).toEqual({ type: 'accept' });
    expect(author.verdicts).toEqual([]);
  });

  test('is said to be worth nothing when its window comes and it does not fit', () => {
    const party = new Party({ count: 1 });
    const [author] = party.seats as [Seat];
    party.start();
    const { window } = author.participant.session;
    expect(party.submit(author, anchorOf(author, ZERO_ID, 1), window + 2)).toBeUndefined();
    expect(party.until(() => author.participant.session.window >= window + 2)).toBe(true);
    expect(author.verdicts).toEqual([{ type: 'hold', until: { until: 'final', window: window + 2 } }]);
    expect(author.said.some(({ kind }) => kind === 'operation')).toBe(false);
  });
});

describe('the schedule', () => {
  const operation = {} as Operation;

  test('gives each operation once, in the order handed in, when its window has come', () => {
    const schedule = new Schedule();
    const other = {} as Operation;
    schedule.add({ operation: other, notBefore: 7 });
    schedule.add({ operation, notBefore: 6 });
    expect(schedule.due(5)).toEqual([]);
    expect(schedule.due(6)).toEqual([operation]);
    expect(schedule.due(6)).toEqual([]);
    schedule.add({ operation, notBefore: 7 });
    expect(schedule.due(9)).toEqual([other, operation]);
  });

  test('takes as many as it may hold', () => {
    const schedule = new Schedule();
    for (let i = 0; i < SCHEDULE_LIMIT; i++) expect(schedule.add({ operation, notBefore: 9 })).toBe(true);
    expect(schedule.add({ operation, notBefore: 9 })).toBe(false);
    schedule.due(9);
    expect(schedule.add({ operation, notBefore: 9 })).toBe(true);
  });
});
