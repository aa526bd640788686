import { describe, expect, it } from 'vitest';
import type { Bundle } from '../consensus/objects.ts';
import { BundleKeeper } from './bundles.ts';
import { rosterWith } from './rosters.suite.ts';

const bundle = (id: string, endpoint: string, operations: readonly string[] = []): Bundle =>
  ({ kind: 'bundle', id, endpoint, operations, reveals: [] }) as unknown as Bundle;

describe('bundles before T_W is known (09 §8.1)', () => {
  it('T_W may be adopted when bundles of weight ≥ Q carry it', () => {
    // A = 4, Q = 3.
    const keeper = new BundleKeeper(rosterWith([1, 1, 1, 1]));
    for (const [slot, endpoint] of ['x', 'y', 'x'].entries()) keeper.addEarly(slot, bundle(`b${slot}`, endpoint));
    expect(keeper.adoptable()).toBeUndefined();
    keeper.addEarly(3, bundle('b3', 'x'));
    expect(keeper.adoptable()).toBe('x');
    expect(keeper.weight).toBe(0n);
  });

  it('two values are kept of each slot, one bundle for each', () => {
    const keeper = new BundleKeeper(rosterWith([3, 1]));
    for (const [id, endpoint] of ['xx', 'xx', 'yy', 'zz'].map((value, i) => [`b${i}`, value] as const)) {
      keeper.addEarly(0, bundle(id, endpoint));
    }
    expect(keeper.early(0).map(({ id }) => id)).toEqual(['b0', 'b2']);
    expect(keeper.adoptable()).toBe('xx');
  });

  it('a signer counts once for a value', () => {
    const keeper = new BundleKeeper(rosterWith([1, 1, 1]));
    keeper.addEarly(0, bundle('a', 'x'));
    keeper.addEarly(0, bundle('b', 'x'));
    keeper.addEarly(1, bundle('c', 'x'));
    expect(keeper.adoptable()).toBeUndefined();
  });

  it('are handed over when it is known, by slot, and the others forgotten', () => {
    const keeper = new BundleKeeper(rosterWith([1, 1, 1]));
    keeper.addEarly(2, bundle('c', 'x'));
    keeper.addEarly(0, bundle('a', 'y'));
    keeper.addEarly(0, bundle('b', 'x'));
    expect(keeper.takeEarly('x').map(({ id }) => id)).toEqual(['b', 'c']);
    expect([keeper.early(0), keeper.takeEarly('y'), keeper.adoptable()]).toEqual([[], [], undefined]);
  });
});

describe('accepted bundles (04 §4)', () => {
  it('an operation reaches quorum once, by the bundle that brings its weight to Q', () => {
    const keeper = new BundleKeeper(rosterWith([2, 1, 1, 1]));
    expect(keeper.accept(0, bundle('a', 'x', ['o', 'p']), 5)).toEqual([]);
    expect(keeper.accept(1, bundle('b', 'x', ['o']), 6)).toEqual([]);
    // A = 5, Q = 4.
    expect(keeper.accept(2, bundle('c', 'x', ['o', 'p']), 7)).toEqual(['o']);
    expect([keeper.hasQuorum, keeper.complete]).toEqual([true, false]);
    expect(keeper.accept(3, bundle('d', 'x', ['o', 'p']), 8)).toEqual(['p']);
    expect([keeper.complete, keeper.weight, keeper.acceptedAt(2)]).toEqual([true, 5n, 7]);
  });

  it('a second bundle of a signer is kept for the proposal that lists it, and counts for nothing', () => {
    const keeper = new BundleKeeper(rosterWith([1, 1]));
    keeper.accept(0, bundle('a', 'x'), 1);
    keeper.keepListed(bundle('b', 'x'));
    expect([keeper.get('b')?.id, keeper.at(0)?.id, keeper.weight]).toEqual(['b', 'a', 1n]);
    expect(keeper.accepted().map(({ id }) => id)).toEqual(['a']);
  });
});
