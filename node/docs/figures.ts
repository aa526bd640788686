import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { sweep } from '#node/cli/sweep.ts';
import { readSweep } from '#node/cli/sweep-folder.ts';
import { resultsOf } from '#sim/campaign/aggregate.ts';
import { EXPERIMENTS, type Experiment } from './experiments.ts';

const count = z.int().min(0);

const cellSchema = z.strictObject({
  /** Empty: the scenario as written. */
  variant: z.string(),
  /** Of the varied field; empty if none is. */
  value: z.string(),
  runs: count,
  asExpected: count,
  /** Runs in which a property held, of those that judged it, with the interval. */
  properties: z.record(z.string(), z.strictObject({ held: count, of: count, low: z.number(), high: z.number() })),
  metrics: z.record(
    z.string(),
    z.strictObject({ mean: z.number(), median: z.number(), min: z.number(), max: z.number() }),
  ),
});

const experimentSchema = z.strictObject({
  scenario: z.string(),
  /** The field that is varied; empty if none is. */
  varied: z.string(),
  cells: z.array(cellSchema),
});

/** `scenarios/figures.json`: what the experiments showed when they were last run. */
export const figuresSchema = z.strictObject({ schema: z.literal(1), experiments: z.array(experimentSchema) });

export type Figures = z.infer<typeof figuresSchema>;
export type ExperimentFigures = z.infer<typeof experimentSchema>;
export type CellFigures = z.infer<typeof cellSchema>;

const FILE = fileURLToPath(new URL('../../scenarios/figures.json', import.meta.url));

export const readFigures = async (): Promise<Figures> => figuresSchema.parse(JSON.parse(await readFile(FILE, 'utf8')));

/** The field that an experiment varies; empty if it runs the variants. */
export const variedBy = ({ vary = '' }: Experiment): string => vary.slice(0, vary.indexOf('='));

/**
 * Runs the experiments of the scenarios named, by default of all, one after another: each is a sweep that may be interrupted and
 * taken up again. Figures of the others stay. Undefined: it was interrupted.
 */
export const measure = async (names: readonly string[]): Promise<Figures | undefined> => {
  const before = names.length === 0 ? [] : (await readFigures()).experiments;
  const experiments: ExperimentFigures[] = [];
  for (const experiment of EXPERIMENTS) {
    const { scenario, seeds, vary } = experiment;
    if (names.length > 0 && !names.includes(scenario)) {
      experiments.push(...before.filter((held) => held.scenario === scenario && held.varied === variedBy(experiment)));
      continue;
    }
    process.stderr.write(`${scenario}\n`);
    const folder = `../../runs/figures/${scenario}${vary === undefined ? '' : '-varied'}`;
    const out = fileURLToPath(new URL(folder, import.meta.url));
    const code = await sweep(scenario, {
      ...{ variant: vary === undefined ? ['all'] : [], set: [], vary: vary === undefined ? [] : [vary] },
      ...{ seeds: String(seeds), seedFrom: '1', shard: '1/1', out },
    });
    // 1: a run was not as expected, which the figures show.
    if (code > 1) return undefined;
    experiments.push(await figuresOf(experiment, out));
  }
  const figures: Figures = { schema: 1, experiments };
  await writeFile(FILE, `${JSON.stringify(figures, undefined, 2)}\n`);
  return figures;
};

const figuresOf = async ({ scenario, metrics = [] }: Experiment, folder: string): Promise<ExperimentFigures> => {
  const { definition, finished } = readSweep(folder, (note) => process.stderr.write(`${note}\n`));
  const results = resultsOf(definition, finished);
  const names = [...new Set([...metrics, ...results.limits])];
  const known = new Set(Object.keys(results.metrics));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`${scenario} has no metric ${unknown}`);
  return {
    scenario,
    varied: definition.vary[0]?.paths[0] ?? '',
    cells: results.cells.map((cell) => ({
      ...{ variant: cell.variant, value: cell.values[0] ?? '', runs: cell.runs, asExpected: cell.asExpected.count },
      properties: Object.fromEntries(
        Object.entries(cell.properties).map(([name, { count: held, of, low, high }]) => [
          name,
          { held, of, low, high },
        ]),
      ),
      metrics: Object.fromEntries(
        names.flatMap((name) => {
          const numbers = cell.metrics[name];
          return numbers === undefined
            ? []
            : [[name, { mean: numbers.mean, median: numbers.median, min: numbers.min, max: numbers.max }]];
        }),
      ),
    })),
  };
};
