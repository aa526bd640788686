import { describe, expect, it } from 'vitest';
import { Party, type Seat } from './party.suite.ts';

const windows = (seat: Seat): number => seat.finals.length;

const roots = (seat: Seat): readonly string[] => seat.finals.map(({ settled }) => settled.state.stateRoot());

const closed = (party: Party, count: number): boolean =>
  party.until(() => party.seats.every((seat) => !seat.up || windows(seat) >= count));

describe('participants in one array', () => {
  it('close windows with equal state roots', () => {
    const party = new Party({ count: 4 });
    party.start();
    expect(closed(party, 12)).toBe(true);
    const [first, ...others] = party.seats as [Seat, ...Seat[]];
    for (const other of others) expect(roots(other).slice(0, 12)).toEqual(roots(first).slice(0, 12));
    expect(first.finals.slice(0, 12).every(({ entry }) => entry.bundles.length === 4)).toBe(true);
  });

  it('a single node closes window 0 in its first step', () => {
    const party = new Party({ count: 1 });
    party.start();
    expect(windows(party.seats[0] as Seat)).toBe(1);
    expect(closed(party, 5)).toBe(true);
  });

  it('pass over a leader that is down', () => {
    const party = new Party({ count: 4 });
    party.start();
    expect(closed(party, 3)).toBe(true);
    party.crash(party.seats[1] as Seat);
    expect(closed(party, 12)).toBe(true);
    expect((party.seats[0] as Seat).finals.some(({ proposal }) => proposal.header.fallbackDepth > 1)).toBe(true);
  });

  it('go on after a restart without signing anything twice', () => {
    const party = new Party({ count: 4 });
    party.start();
    const seat = party.seats[2] as Seat;
    for (let i = 0; i < 12; i++) {
      party.until(() => windows(party.seats[0] as Seat) >= i + 1);
      for (let j = 0; j < 3; j++) party.step();
      party.crash(seat);
      party.restart(seat);
      party.catchUp(seat);
    }
    expect(party.until(() => windows(party.seats[0] as Seat) >= 14)).toBe(true);
    party.catchUp(seat);
    expect(roots(seat).slice(0, 14)).toEqual(roots(party.seats[0] as Seat).slice(0, 14));
    const slots = new Map<string, string>();
    for (const object of seat.said) {
      if (object.kind !== 'vote') continue;
      const slot = `${object.window}/${object.round}/${object.phase}`;
      expect(slots.get(slot) ?? object.id).toBe(object.id);
      slots.set(slot, object.id);
    }
  });

  it('halt while a third and more are away, and go on when they return', () => {
    const party = new Party({ count: 4 });
    party.start();
    expect(closed(party, 3)).toBe(true);
    const away = [party.seats[1], party.seats[2]] as Seat[];
    for (const seat of away) party.crash(seat);
    const before = windows(party.seats[0] as Seat);
    for (let i = 0; i < 3_000; i++) party.step();
    expect(windows(party.seats[0] as Seat) - before).toBeLessThanOrEqual(1);
    for (const seat of away) party.restart(seat);
    for (const seat of away) party.catchUp(seat);
    expect(closed(party, 6)).toBe(true);
    expect(roots(party.seats[0] as Seat).slice(0, 6)).toEqual(roots(party.seats[3] as Seat).slice(0, 6));
  });

  it.each([
    { slow: 99, least: 8, most: 9 },
    { slow: 96, least: 5, most: 8 },
    { slow: 60, least: 1, most: 1 },
  ])(
    'include a node at $slow % of the others’ hash rate in $least to $most of ten windows',
    ({ slow, least, most }) => {
      const party = new Party({ count: 4, d0: 25_600, speeds: [100, 100, slow, 100] });
      party.start();
      expect(closed(party, 10)).toBe(true);
      const [first, , seat] = party.seats as [Seat, Seat, Seat, Seat];
      const included = first.finals
        .slice(0, 10)
        .filter(({ entry }) => entry.bundles.some(({ nodeId }) => nodeId === seat.nodeId));
      expect(included.length).toBeGreaterThanOrEqual(least);
      expect(included.length).toBeLessThanOrEqual(most);
      expect(roots(seat).slice(0, 10)).toEqual(roots(first).slice(0, 10));
    },
  );

  it('asks for its alarm again when it was woken before its time', () => {
    const party = new Party({ count: 4 });
    party.filter = ({ kind }) => kind !== 'proposal';
    party.start();
    const seat = party.seats[1] as Seat;
    party.until(() => seat.alarm !== undefined);
    const { alarm } = seat;
    seat.alarm = 0;
    party.step();
    expect(seat.alarm).toBe(alarm);
  });
});
