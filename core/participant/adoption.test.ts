import { describe, expect, it } from 'vitest';
import type { Adoption } from './context.ts';
import { Party, type Seat } from './party.suite.ts';

/** Three equal seats and one of half their speed, after window 0. */
const slowOfFour = (adoption: Adoption): { readonly party: Party; readonly fast: Seat; readonly slow: Seat } => {
  const party = new Party({ count: 4, adoption, speeds: [10, 10, 10, 5] });
  party.start();
  const [fast, , , slow] = party.seats as [Seat, Seat, Seat, Seat];
  expect(party.until(() => party.seats.every(({ finals }) => finals.length === 1))).toBe(true);
  return { party, fast, slow };
};

const isQuorate = ({ participant }: Seat): boolean =>
  participant.session.bundles.hasQuorum || participant.session.bundles.adoptable() !== undefined;

describe('T_W at a node that did not compute it (09 §8.1)', () => {
  it('bundles: known as soon as bundles of a quorum carry it, and the node votes', () => {
    const { party, slow } = slowOfFour('bundles');
    expect(party.until(() => slow.participant.session.window === 1 && isQuorate(slow))).toBe(true);
    expect(slow.participant.session.timechainValue).toBeDefined();
    expect(party.until(() => slow.finals.length === 2)).toBe(true);
    expect(slow.said.some((object) => object.kind === 'vote' && object.window === 1)).toBe(true);
  });

  it('certificate: not known from bundles; the window is final by the votes of the others', () => {
    const { party, slow, fast } = slowOfFour('certificate');
    expect(party.until(() => slow.participant.session.window === 1 && isQuorate(slow))).toBe(true);
    expect(slow.participant.session.timechainValue).toBeUndefined();
    expect(party.until(() => fast.finals.length === 6 && slow.finals.length === 6)).toBe(true);
    expect(slow.finals.map(({ settled }) => settled.state.stateRoot())).toEqual(
      fast.finals.slice(0, 6).map(({ settled }) => settled.state.stateRoot()),
    );
    // It signs nothing of window 1: neither has it computed T_1 in time, nor did it know T_1 before the certificate.
    expect(slow.said.filter((object) => 'window' in object && object.window === 1)).toEqual([]);
  });

  it('certificate: a node that computes T_W in time takes part as ever', () => {
    const party = new Party({ count: 4, adoption: 'certificate' });
    party.start();
    expect(party.until(() => party.seats.every(({ finals }) => finals.length >= 5))).toBe(true);
    const [first] = party.seats as [Seat];
    expect(first.finals.slice(0, 5).every(({ entry }) => entry.bundles.length === 4)).toBe(true);
  });
});
