import { expect, test } from 'vitest';
import { isAsExpected } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import { readScenario, scenarioNames } from './scenarios.ts';

const names = await scenarioNames();

test.each(names)('%s: every expectation is met', async (name) => {
  const run = new Run(await readScenario(name), {});
  const result = run.finish();
  expect(result.properties.filter(({ met }) => !met)).toEqual([]);
  expect(isAsExpected(result)).toBe(true);
  if (name !== 'steady') return;
  // Windows 11 to 40 of the node that was restarted in window 10.
  expect(run.presenceOver(11, 41)[35]).toBeGreaterThanOrEqual(900);
  expect(result.metrics.roundOneShare).toBeGreaterThanOrEqual(0.95);
});
