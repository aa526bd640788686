import { describe, expect, test } from 'vitest';
import { isAsExpected, type RunResult } from './result.ts';
import { Run } from './run.ts';
import type { ScenarioInput } from './scenario.ts';
import { small } from './small.suite.ts';

// What the large scenarios show, with a few nodes.

const run = (changes: Partial<ScenarioInput>): RunResult => {
  const result = new Run(small({ workload: {}, faults: [], ...changes }), {}).finish();
  expect(isAsExpected(result)).toBe(true);
  return result;
};

describe('silent weight, of eight equal nodes', () => {
  const silent = (share: number): RunResult['metrics'] =>
    run({
      hosts: [{ count: 8, chainLength: 1_000 }],
      windows: 7,
      faults: [
        { type: 'crash', window: 2, hosts: { share } },
        { type: 'restart', window: 2, after: 150 },
      ],
      measure: ['closing'],
    }).metrics;

  test('two: windows close', () => {
    expect(silent(25)).toMatchObject({ closing: 1, closedWhileDown: 2 });
  });

  test('three: none closes until they return', () => {
    const metrics = silent(38);
    expect(metrics).toMatchObject({ closing: 0, closedWhileDown: 0, windowsAfterReturn: 6 });
    expect(metrics.haltSeconds).toBeGreaterThanOrEqual(150);
    expect(metrics.resumeSeconds).toBeLessThan(120);
  });
});

describe('every machine at another pace from window 9 on', () => {
  test.each([2_000, 500])('%d thousandths: windows last accordingly, and D does not answer', (speed) => {
    const { metrics } = run({
      nodes: 4,
      windows: 17,
      profile: { tau2: 8 },
      hosts: [{ count: 4, spread: 10, chainLength: 1_000 }],
      network: { links: 2 },
      faults: [{ type: 'pace', window: 9, hosts: { share: 100 }, speed }],
      measure: ['epochs'],
    });
    const [before, after] = [
      metrics['epoch.1.windowsPerMinute'] as number,
      metrics['epoch.2.windowsPerMinute'] as number,
    ];
    expect(after / before).toBeGreaterThan((speed / 1_000) * 0.85);
    expect(after / before).toBeLessThan((speed / 1_000) * 1.05);
    expect(metrics).toMatchObject({ 'epoch.1.d': 2_636, 'epoch.2.d': 2_715, dFaults: 0 });
  });
});

test('adoption by certificate only: fewer are included, D falls; by bundles it does not', () => {
  const after = (adoption: 'bundles' | 'certificate'): RunResult['metrics'] =>
    run({
      nodes: 10,
      windows: 17,
      profile: { tau2: 8 },
      adoption,
      hosts: [
        { count: 7, spread: 10, chainLength: 1_000 },
        { count: 3, speed: 970, chainLength: 1_000 },
      ],
      measure: ['epochs'],
    }).metrics;
  const [bundles, certificate] = [after('bundles'), after('certificate')];
  expect(certificate['epoch.last.presence']).toBeLessThan(bundles['epoch.last.presence'] as number);
  expect(certificate.dRelative).toBeLessThan(1);
  expect(bundles.dRelative).toBeGreaterThanOrEqual(1);
});
