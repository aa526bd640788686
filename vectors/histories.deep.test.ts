import { describe, expect, it } from 'vitest';
import { casesOf } from './cases.ts';
import { difference } from './compare.ts';
import { runHistory } from './histories.ts';
import { Input } from './input.ts';

const histories = [...casesOf('histories_montana'), ...casesOf('histories_published')];

/** Where a history first leaves what 09 §11.4.5 decides: the winner after a cascade that began again. */
const WRAPPED: Readonly<Record<string, number>> = {
  'hist-montana-0005': 5,
  'hist-montana-0018': 9,
  'hist-published-0001': 11,
  'hist-published-0004': 23,
  'hist-published-0016': 12,
  'hist-published-0032': 11,
  'hist-published-0034': 11,
};

describe('every history', () => {
  it.each(histories)('$id comes out of the core field by field, and of the model root by root', (entry) => {
    expect(difference(entry.out, runHistory(new Input(entry.in), 'printed'))).toBeUndefined();
  });
});

/** Histories in which more rounds failed than there were leaders: in all others both readings say the same. */
const wrapped = histories.filter((entry) => {
  const given = new Input(entry.in).list('windows');
  const cascades = new Input(entry.out).list('windows').map((window) => window.number('cascade_length'));
  return given.some((window, i) => window.number('fallback_depth') > (cascades[i] as number));
});

describe('under the decided reading of 04 D-12', () => {
  it.each(wrapped)('$id differs at most from the winner on that a new round of the cascade changes', (entry) => {
    const found = difference(entry.out, runHistory(new Input(entry.in)));
    const window = WRAPPED[entry.id];
    if (window === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(new RegExp(`^windows\\[${window}\\]\\.winner_id: `));
  });
});
