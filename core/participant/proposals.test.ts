import { describe, expect, it } from 'vitest';
import type { Proposal } from '../consensus/objects.ts';
import { ProposalKeeper, roundOf } from './proposals.ts';

const fresh = (id: string, depth: number, bundles: readonly string[] = []): Proposal =>
  ({
    kind: 'proposal',
    id,
    header: { id, fallbackDepth: depth },
    bundles: bundles.map((hash) => ({ nodeId: '', hash })),
    validRound: 0,
    reproposal: undefined,
  }) as unknown as Proposal;

const again = (proposal: Proposal, validRound: number, round: number): Proposal =>
  ({ ...proposal, id: `${proposal.id}/${validRound}/${round}`, validRound, reproposal: { round } }) as Proposal;

const keep = (keeper: ProposalKeeper, proposal: Proposal): void => {
  keeper.add(proposal, fresh(proposal.header.id, proposal.header.fallbackDepth), 7);
};

describe('proposals of a round (09 §11.2.2)', () => {
  it('fresh ones of its depth, and those made again in it; no others', () => {
    const keeper = new ProposalKeeper();
    const p = fresh('p', 1);
    for (const proposal of [p, fresh('q', 2), again(p, 1, 2), again(p, 1, 3)]) keep(keeper, proposal);
    const named = (round: number, depth: number): readonly string[] =>
      keeper.ofRound(round, depth).map(({ candidate, validRound }) => `${candidate.hash}${validRound}`);
    expect([named(1, 1), named(2, 2), named(3, 3), named(4, 4)]).toEqual([['p0'], ['q0', 'p1'], ['p1'], []]);
    // Round 256 has depth 1 again: the header of round 1 is a proposal of it, what was made again in round 1 is not.
    expect(named(256, 1)).toEqual(['p0']);
    expect([roundOf(p), roundOf(again(p, 1, 300))]).toEqual([1, 300]);
  });

  it('share what is known of their header, the moment of its first offer too', () => {
    const keeper = new ProposalKeeper();
    const p = fresh('p', 1);
    const first = keeper.add(p, p, 7);
    expect(keeper.add(again(p, 1, 2), p, 9)).toBe(first);
    expect([first.offeredAt, [...keeper.all()].length]).toEqual([7, 1]);
  });

  it('a header kept without a round is the proposal of none', () => {
    const keeper = new ProposalKeeper();
    keeper.addCandidate(fresh('p', 1), 7);
    expect([keeper.ofRound(1, 1), keeper.has('p'), keeper.get('p')?.hash]).toEqual([[], false, 'p']);
  });

  it('an object is known by itself, an identifier by any copy', () => {
    const keeper = new ProposalKeeper();
    const p = fresh('p', 1);
    keep(keeper, p);
    expect([keeper.holds(p), keeper.holds(fresh('p', 1)), keeper.has('p')]).toEqual([true, false, true]);
  });

  it('say which bundles they list', () => {
    const keeper = new ProposalKeeper();
    keeper.addCandidate(fresh('p', 1, ['a', 'b']), 7);
    expect(['a', 'b', 'c'].map((id) => keeper.lists(id))).toEqual([true, true, false]);
  });
});

describe('bounds (09 §12.7)', () => {
  it('two per round', () => {
    const keeper = new ProposalKeeper();
    keep(keeper, fresh('p', 2));
    expect(keeper.hasRoom(2, 1)).toBe(true);
    keep(keeper, again(fresh('q', 1), 1, 2));
    expect([keeper.hasRoom(2, 1), keeper.hasRoom(1, 1), keeper.hasRoom(3, 1)]).toEqual([false, true, true]);
  });

  it('64 beyond the next round; as the own round moves on there is room again', () => {
    const keeper = new ProposalKeeper();
    for (let depth = 3; depth < 35; depth++) {
      keep(keeper, fresh(`p${depth}`, depth));
      keep(keeper, fresh(`q${depth}`, depth));
    }
    expect([keeper.hasRoom(40, 1), keeper.hasRoom(2, 1), keeper.hasRoom(40, 2)]).toEqual([false, true, true]);
  });
});
