import { describe, expect, it } from 'vitest';
import { ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { step, steps, testSettled } from './network.suite.ts';
import { aggregateOf, pastWindow, withWindow } from './past.ts';

const entry = (window: number) => ({ window, timechainValue: ZERO_ID, aggregate: `${window}`, d: 5 });

describe('the past', () => {
  it('keeps 4τ₂ windows, newest last', () => {
    let past = withWindow([], entry(0), 1n);
    for (let window = 1; window < 6; window++) past = withWindow(past, entry(window), 1n);
    expect(past.map(({ window }) => window)).toEqual([2, 3, 4, 5]);
    expect(pastWindow(past, 2)?.window).toBe(2);
    expect(pastWindow(past, 1)).toBeUndefined();
    expect(pastWindow(past, 6)).toBeUndefined();
    expect(pastWindow([], 0)).toBeUndefined();
  });

  it('answers zeros for lookbacks before window 2, and halts where an aggregate is gone', () => {
    const past = [entry(2), entry(3)];
    expect([aggregateOf(past, -2), aggregateOf(past, 1)]).toEqual([ZERO_ID, ZERO_ID]);
    expect(aggregateOf(past, 3)).toBe('3');
    expect(() => aggregateOf(past, 4)).toThrow(FatalInvariant);
  });
});

describe('the digest of the side state', () => {
  const settled = steps(testSettled(), 3);
  const plain = step(settled);

  it('is the same for the same history', () => {
    expect(step(steps(testSettled(), 3)).settled.side).toEqual(plain.settled.side);
  });

  it('differs where anything the next windows depend on differs', () => {
    const digests = [
      plain.settled,
      plain.outcome.settle(ZERO_ID, 1),
      plain.outcome.settle(plain.header.id, 2),
      step(settled, { fallbackDepth: 2 }).settled,
      step(settled, { signers: settled.network.founders.slice(1) }).settled,
      step(settled, { revealers: settled.network.founders.slice(1) }).settled,
      step(settled, { timechainValue: 'ab'.repeat(32) }).settled,
    ].map(({ side }) => side.digest);
    expect(new Set(digests).size).toBe(digests.length);
  });
});
