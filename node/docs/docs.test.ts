import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readScenario, scenarioNames } from '#node/cli/scenarios.ts';
import { EXPERIMENTS } from './experiments.ts';
import { readFigures } from './figures.ts';
import { readmeText } from './readme.ts';

test('scenarios/README.md is what the scenarios and their figures say: `npm run docs` writes it', async () => {
  const text = await readFile(new URL('../../scenarios/README.md', import.meta.url), 'utf8');
  expect(await readmeText(await readFigures())).toBe(text);
});

test('every scenario has its experiment, and figures of all its variants or of every value', async () => {
  expect(EXPERIMENTS.map(({ scenario }) => scenario).sort()).toEqual(await scenarioNames());
  const { experiments } = await readFigures();
  for (const { scenario, seeds, vary } of EXPERIMENTS) {
    const { cells } = experiments.find((experiment) => experiment.scenario === scenario) ?? { cells: [] };
    const variants = ['', ...Object.keys((await readScenario(scenario)).variants)];
    if (vary === undefined) expect(cells.map(({ variant }) => variant)).toEqual(variants);
    else expect(cells.length).toBeGreaterThan(1);
    for (const cell of cells) expect(cell.runs).toBe(seeds);
  }
});
