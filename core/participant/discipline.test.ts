import { describe, expect, it } from 'vitest';
import type { Bundle } from '../consensus/objects.ts';
import { BundleKeeper } from './bundles.ts';
import type { ParticipantConfig } from './context.ts';
import { isDisciplined } from './discipline.ts';
import type { Candidate } from './proposals.ts';
import { rosterWith } from './rosters.suite.ts';
import type { Session } from './session.ts';
import { ORDINARY_TIMERS } from './timers.ts';

const TICK = 10;
const roster = rosterWith([1, 1, 1, 1]);

interface Setting {
  /** Iteration at which the bundle of slot 3 was accepted. */
  readonly acceptedAt: number;
  readonly round?: number;
  readonly collection?: string;
  readonly included?: readonly number[];
  readonly convicted?: boolean;
}

/** Whether a proposal first offered at iteration 1 000, with the bundles of these slots, is disciplined. */
const judge = ({
  acceptedAt,
  round = 1,
  collection = 'disciplined',
  included = [0, 1, 2],
  convicted,
}: Setting): boolean => {
  const bundles = new BundleKeeper(roster);
  for (const slot of [0, 1, 2]) bundles.accept(slot, { id: `${slot}`, operations: [] } as unknown as Bundle, 0);
  bundles.accept(3, { id: '3', operations: [] } as unknown as Bundle, acceptedAt);
  if (convicted) bundles.equivocators.set(3);
  const listed = included.map((slot) => ({ nodeId: roster.members[slot]?.nodeId, hash: 'any' }));
  const candidate = { offeredAt: 1_000, proposal: { bundles: listed } } as unknown as Candidate;
  const session = { bundles, open: { roster } } as unknown as Session;
  const config = { network: { rules: { collection } }, timers: ORDINARY_TIMERS } as unknown as ParticipantConfig;
  return isDisciplined(session, candidate, round, config, TICK);
};

describe('collection discipline (09 §11.4.1, §12.6)', () => {
  it('a bundle held 40 ticks before the proposal was offered must be in it; one iteration less excuses it', () => {
    expect([judge({ acceptedAt: 600 }), judge({ acceptedAt: 601 })]).toEqual([false, true]);
  });

  it('twice as long in round 2', () => {
    const verdicts = [200, 201, 600].map((acceptedAt) => judge({ acceptedAt, round: 2 }));
    expect(verdicts).toEqual([false, true, true]);
  });

  it('any bundle of its signer will do, or evidence against it', () => {
    expect(judge({ acceptedAt: 0, included: [0, 1, 2, 3] })).toBe(true);
    expect(judge({ acceptedAt: 0, convicted: true })).toBe(true);
    expect(judge({ acceptedAt: 0, convicted: true, included: [1, 2] })).toBe(false);
  });

  it('is no matter where the proposer’s view is all there is', () => {
    expect(judge({ acceptedAt: 0, included: [], collection: 'proposer-view' })).toBe(true);
  });
});
