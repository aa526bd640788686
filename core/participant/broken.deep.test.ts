import { expect, it } from 'vitest';
import { loseRoundsToLateBundles } from './late-bundles.suite.ts';
import { VOTING_RULES } from './voting-rules.ts';

it('fixed grace at A = 100: 33 rounds lost in one window; doubling: one (09 §11.4.1, §11.5)', () => {
  const fixed = { voting: { ...VOTING_RULES, graceOf: ({ grace }: { readonly grace: number }) => grace } };
  expect(loseRoundsToLateBundles(100, 33, fixed)).toBe(33);
  expect(loseRoundsToLateBundles(100, 33)).toBe(1);
});
