import { type Rules, type RulesChoice, rulesOf } from '#core/genesis/rules.ts';

/** The `rules` of a case: a name, or an object with the nine fields. */
export const rulesFrom = (value: unknown): Rules => {
  if (value === 'published' || value === 'montana') return rulesOf(value);
  if (typeof value !== 'object' || value === null) throw new Error('rules are neither a name nor an object');
  return rulesOf(value as RulesChoice);
};
