import { describe, expect, test } from 'vitest';
import { isAsExpected } from './result.ts';
import { Run, type RunOptions } from './run.ts';
import type { ScenarioInput } from './scenario.ts';
import { small } from './small.suite.ts';

const history = (changes: Partial<ScenarioInput> = {}, options: RunOptions = {}) => {
  const run = new Run(small(changes), options);
  const result = run.finish();
  return { result, roots: run.roots, digest: result.traceDigest };
};

describe('a run', () => {
  const first = history();

  test('meets its expectations, the restarted node catches up', () => {
    expect(first.result.properties.filter(({ met }) => !met)).toEqual([]);
    expect(isAsExpected(first.result)).toBe(true);
    expect(first.result.metrics['sent.archive-response']).toBeGreaterThan(0);
    expect(first.result.metrics.operationsSettled).toBeGreaterThan(0);
    expect(new Set(first.roots).size).toBe(first.roots.length);
  });

  test('is the same again from the same scenario and seed, in whatever order its hosts were made', () => {
    expect(history({}, { reverseHosts: true }).result).toEqual(first.result);
  });

  test('does not notice the memo, nor who works without it', () => {
    const without = history({ memo: false });
    expect({ digest: without.digest, roots: without.roots }).toEqual({ digest: first.digest, roots: first.roots });
    const others = history({}, { planted: { drawn: (window) => (window % 2 === 0 ? 7 : 0) } });
    expect({ digest: others.digest, roots: others.roots }).toEqual({ digest: first.digest, roots: first.roots });
  });

  test('does not notice that messages are encoded and decoded', () => {
    const encoded = history({ wire: true });
    expect({ digest: encoded.digest, roots: encoded.roots }).toEqual({ digest: first.digest, roots: first.roots });
  });

  test('does not notice in how long stretches it is run', () => {
    const minutes = 150_000_000;
    const whole = new Run(small(), {}).world;
    whole.run(minutes);
    const pieces = new Run(small(), {}).world;
    for (let until = 0; until < minutes; until += 333_333) pieces.run(until);
    pieces.run(minutes);
    expect(pieces.digest()).toBe(whole.digest());
  });

  test('is another one with another seed', () => {
    const other = history({ seed: 2 });
    expect(other.digest).not.toBe(first.digest);
    expect(other.result.finalWindow).toBe(first.result.finalWindow);
  });
});

test('both signature suites give the same order of events and the same state in every window', () => {
  const changes: Partial<ScenarioInput> = {
    nodes: 4,
    windows: 8,
    hosts: [{ count: 4, spread: 20 }],
    network: { links: 2 },
    workload: { transfers: 1, anchors: 1, creations: 1 },
    faults: [
      { type: 'crash', window: 1, after: 20, hosts: ['n003'] },
      { type: 'restart', window: 4, after: 10 },
    ],
  };
  const modelled = history(changes);
  const real = history({ ...changes, suite: 'real' });
  expect(modelled.roots.length).toBeGreaterThanOrEqual(8);
  expect(real.roots).toEqual(modelled.roots);
  expect(real.digest).toBe(modelled.digest);
  expect(real.result).toEqual(modelled.result);
});
