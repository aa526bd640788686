import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readScenario, scenarioNames } from '#node/cli/scenarios.ts';
import { EXPERIMENTS } from './experiments.ts';
import { readFigures, variedBy } from './figures.ts';
import { readmeText } from './readme.ts';

test('scenarios/README.md is what the scenarios and their figures say: `npm run docs` writes it', async () => {
  const text = await readFile(new URL('../../scenarios/README.md', import.meta.url), 'utf8');
  expect(await readmeText(await readFigures())).toBe(text);
});

test('every scenario has figures of all its variants', async () => {
  const { experiments } = await readFigures();
  expect(experiments.map(({ scenario, varied }) => [scenario, varied])).toEqual(
    EXPERIMENTS.map((experiment) => [experiment.scenario, variedBy(experiment)]),
  );
  for (const [i, { seeds }] of EXPERIMENTS.entries()) {
    for (const cell of experiments[i]?.cells ?? []) expect(cell.runs).toBe(seeds);
  }
  for (const name of await scenarioNames()) {
    const { cells } = experiments.find(({ scenario, varied }) => scenario === name && varied === '') ?? { cells: [] };
    const variants = ['', ...Object.keys((await readScenario(name)).variants)];
    expect([name, cells.map(({ variant }) => variant)]).toEqual([name, variants]);
  }
});
