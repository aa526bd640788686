import { expect, test } from 'vitest';
import { isAsExpected } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import { type Changes, readScenario, scenarioNames } from './scenarios.ts';

/** Node windows of a variant; larger ones are run by `npm run figures` only. */
const MOST = 5_000;

/** Every scenario as it stands, and in each of its variants that is not too large; but for the tour, which is on the screen in ui.deep. */
const names = (await scenarioNames()).filter((name) => name !== 'tour');
const cases = (await Promise.all(names.map(casesOf))).flat();

async function casesOf(name: string): Promise<readonly (readonly [title: string, name: string, changes: Changes])[]> {
  const { variants } = await readScenario(name);
  const varied = await Promise.all(
    Object.keys(variants).map(async (variant) => {
      const changes = { variant, set: [] };
      const { nodes, windows } = await readScenario(name, changes);
      return { size: nodes * windows, line: [`${name} --variant ${variant}`, name, changes] as const };
    }),
  );
  return [[name, name, { set: [] }], ...varied.filter(({ size }) => size <= MOST).map(({ line }) => line)];
}

test.each(cases)('%s: every expectation is met', async (_, name, changes) => {
  const run = new Run(await readScenario(name, changes), {});
  const result = run.finish();
  expect([...result.properties, ...result.limits].filter(({ met }) => !met)).toEqual([]);
  expect(isAsExpected(result)).toBe(true);
  if (name !== 'steady') return;
  // Windows 11 to 40 of the node that was restarted in window 10.
  expect(run.presenceOver(11, 41)[35]).toBeGreaterThanOrEqual(900);
  expect(result.metrics.roundOneShare).toBeGreaterThanOrEqual(0.95);
});
