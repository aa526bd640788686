import { expect, test } from 'vitest';
import { troubleInWords } from '#core/journal/difference.ts';
import { hostRecorded, replayed } from '#sim/trace/host-records.suite.ts';
import { Run, type RunOptions } from './run.ts';
import type { ScenarioInput } from './scenario.ts';
import { small } from './small.suite.ts';

/** Users pay, anchor and make accounts over two τ₂ boundaries; a host crashes between its prework and the first, and returns. */
const scenario = (changes: Partial<ScenarioInput> = {}) =>
  small({
    ...{ nodes: 4, windows: 17, hosts: [{ count: 4, spread: 20 }], profile: { tau2: 8, d0: 256 } },
    network: { links: 2 },
    faults: [
      { type: 'crash', window: 7, after: 40, hosts: ['n003'] },
      { type: 'restart', window: 8, after: 30, hosts: ['n003'] },
    ],
    ...changes,
  });

const history = (changes: Partial<ScenarioInput> = {}, options: RunOptions = {}) => {
  const run = new Run(scenario(changes), options);
  const result = run.finish();
  return { roots: run.roots, digest: result.traceDigest, result };
};

test('two boundaries are crossed the same with and without the memo, whoever works without it', () => {
  const first = history();
  expect(first.result.properties.filter(({ met }) => !met)).toEqual([]);
  expect(first.roots.length).toBeGreaterThan(16);
  const without = history({ memo: false });
  const others = history({}, { planted: { drawn: (window) => window % 4 } });
  for (const { roots, digest } of [without, others]) {
    expect({ roots, digest }).toEqual({ roots: first.roots, digest: first.digest });
  }
});

test('the journal of a host that lost its prework replays to the same effects', () => {
  const { trouble, end, windows } = replayed(hostRecorded(scenario(), 'n003').bytes);
  expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
  expect({ end, windows }).toEqual({ end: 'whole', windows: 18 });
});
