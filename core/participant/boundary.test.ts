import { describe, expect, it } from 'vitest';
import { step, steps, testSettled } from '../transition/network.suite.ts';
import { BoundaryPrework } from './boundary.ts';
import { Party, type Seat } from './party.suite.ts';
import type { ParticipantEffect } from './types.ts';

/** τ₂ of the networks below: 4 windows where a state is settled by hand, 8 at a party. */
const TAU2 = 4;

const meter = () => ({ verifications: 0, signatures: 0, hashes: 0, records: 0 });

/** S_{W−1} of an open window W. */
const stateBefore = (window: number) => steps(testSettled(), window);

describe('boundary prework', () => {
  it.each([
    [TAU2 - 2, 0],
    [TAU2 - 1, 1_010],
    [TAU2, 1_010],
    [TAU2 + 1, 0],
  ])('in window %i has its first piece due at %i: a tick after the entry', (window, due) => {
    const boundary = new BoundaryPrework(meter());
    boundary.entered(stateBefore(window), 1_000, 10);
    expect(boundary.due).toBe(due);
  });

  it('works when its piece is due and not before, is charged then, and asks for no more when it is done', () => {
    const charged = meter();
    const boundary = new BoundaryPrework(charged);
    boundary.entered(stateBefore(TAU2 - 1), 1_000, 10);
    boundary.tick(1_009, 10);
    expect([boundary.due, charged.records]).toEqual([1_010, 0]);
    boundary.tick(1_010, 10);
    // Four founders, none of whom did anything.
    expect([boundary.due, charged]).toEqual([0, { ...meter(), records: 4 }]);
  });

  it('is there for the boundary alone, is charged once, and the same whatever came before', () => {
    const settled = stateBefore(TAU2 - 1);
    const { outcome, settled: eve } = step(settled);
    const late = meter();
    const restarted = new BoundaryPrework(late);
    restarted.entered(eve, 0, 10);
    expect(restarted.finished(settled)).toBeUndefined();
    const prework = restarted.finished(eve);
    expect([prework?.boundary, prework?.isDone, restarted.due]).toEqual([TAU2, true, 0]);
    const once = { ...late };
    expect([restarted.finished(eve), late]).toEqual([prework, once]);
    const early = new BoundaryPrework(meter());
    early.entered(settled, 0, 10);
    early.tick(10, 10);
    early.closed(eve, outcome.delta);
    early.entered(eve, 2_560, 10);
    expect(early.finished(eve)).toMatchObject({ supply: prework?.supply, isDone: true });
    expect(early.finished(eve)?.state.stateRoot()).toBe(prework?.state.stateRoot());
    const over = step(eve);
    early.closed(over.settled, over.outcome.delta);
    expect([early.finished(over.settled), early.due]).toEqual([undefined, 0]);
  });
});

const finals = (seat: Seat): number => seat.finals.length;

const roots = (seat: Seat, windows: number): readonly unknown[] =>
  seat.finals.slice(0, windows).map(({ settled }) => [settled.state.stateRoot(), settled.side.digest]);

/** Four participants, of whom the last loses its process whenever `strike` says so, and is back at once. */
const played = (windows: number, strike: (seat: Seat, effect: ParticipantEffect) => boolean = () => false): Party => {
  const party = new Party({ count: 4 });
  const seat = party.seats[3] as Seat;
  party.strike = (at, effect) => at === seat && strike(seat, effect);
  party.start();
  const isOver = (): boolean => {
    if (!seat.up) {
      party.restart(seat);
      party.catchUp(seat);
    }
    return party.seats.every((each) => finals(each) >= windows);
  };
  expect(party.until(isOver)).toBe(true);
  return party;
};

describe('participants over two boundaries', () => {
  it('ask for a tick in the window before the boundary, and for another one for the accounts that it changed', () => {
    const alarms: number[] = [];
    const party = new Party({ count: 1 });
    const [seat] = party.seats as [Seat];
    party.strike = (_, effect) => {
      if (effect.type === 'alarm' && effect.at !== undefined) alarms.push(seat.participant.session.window);
      return false;
    };
    party.start();
    expect(party.until(() => finals(seat) >= 18)).toBe(true);
    expect(alarms).toEqual([7, 8, 15, 16]);
  });

  it.each<[string, (seat: Seat, effect: ParticipantEffect) => boolean]>([
    ['before any', (_, effect) => effect.type === 'entered' && effect.window === 7],
    ['of the window before', (seat, effect) => effect.type === 'persist' && seat.disk.open?.window === 7],
    ['of the boundary window, just entered', (_, effect) => effect.type === 'entered' && effect.window === 8],
    [
      'of the boundary window, while it votes',
      (seat, effect) => effect.type === 'publish' && effect.object.kind === 'vote' && seat.disk.open?.window === 8,
    ],
  ])('settle the same when one loses its prework: %s', (_, when) => {
    let isStruck = false;
    const party = played(18, (seat, effect) => {
      if (isStruck || !when(seat, effect)) return false;
      isStruck = true;
      return true;
    });
    expect(isStruck).toBe(true);
    expect(roots(party.seats[3] as Seat, 18)).toEqual(roots(party.seats[0] as Seat, 18));
  });
});
