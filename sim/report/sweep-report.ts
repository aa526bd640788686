import { type Results, resultsOf, type Share } from '#sim/campaign/aggregate.ts';
import type { Definition } from '#sim/campaign/definition.ts';
import { axisName, type Cell, cellsOf, runsOf, variantText } from '#sim/campaign/grid.ts';
import { constantProperties, numbersText, shareText, shownMetrics, varyingProperties } from '#sim/campaign/tables.ts';
import type { RunResult } from '#sim/run/result.ts';
import { curve } from './curve.ts';
import {
  AS_EXPECTED,
  type FinishedRun,
  type Measured,
  metricMeasured,
  pairsOf,
  propertyMeasured,
  seedDimension,
  variantDimension,
  variedFields,
} from './dimensions.ts';
import { heatMaps } from './heat-map.ts';
import { type Page, pageText, type Section } from './page.ts';

/** The report of a sweep, as HTML. `metrics`: those to draw. */
export const sweepReport = (
  definition: Definition,
  finished: ReadonlyMap<number, RunResult>,
  options: { readonly reproduce: string; readonly metrics?: readonly string[] },
): string => {
  const results = resultsOf(definition, finished);
  const cells = cellsOf(definition);
  const runs = runsOf(definition).flatMap(({ run, cell, seed }): readonly FinishedRun[] => {
    const result = finished.get(run);
    return result === undefined ? [] : [{ cell: cells[cell] as Cell, seed, result }];
  });
  const measured = [
    ...(isMixed(results.asExpected) ? [AS_EXPECTED] : []),
    ...varyingProperties(results).map(propertyMeasured),
    ...(options.metrics ?? shownMetrics(results).filter((name) => !isConstant(results, name))).map(metricMeasured),
  ];
  const varied = variedFields(definition);
  const variant = variantDimension(definition);
  const isSplit = definition.variants.length > 1;
  const across = varied.length > 0 ? varied : [isSplit ? variant : seedDimension(definition)];
  const colour = varied.length > 0 && isSplit ? variant : undefined;
  return pageText({
    title: definition.first.title,
    claim: definition.first.claim,
    setting: settingOf(results),
    sections: [
      ...across.flatMap((x) => measured.map((what, i) => curve(`curve-${x.name}-${i}`, what, x, colour, runs, varied))),
      ...pairsOf(varied).flatMap(([x, y], pair) =>
        measured.flatMap((what, i) => heatMaps(`heat-${pair}-${i}`, what, x, y, variant, runs)),
      ),
      cellTable(results, measured),
      ...unexpected(results),
      ...missing(results),
    ],
    reproduce: options.reproduce,
  });
};

const isConstant = ({ metrics }: Results, name: string): boolean => metrics[name]?.min === metrics[name]?.max;

const isMixed = ({ count, of }: Share): boolean => count > 0 && count < of;

/** The cells as the table for the terminal has them. */
const cellTable = (results: Results, measured: readonly Measured[]): Section => {
  const { definition } = results;
  const shown = measured.filter((what) => what !== AS_EXPECTED);
  return {
    title: 'All cells',
    note: 'Shares with the interval of 95 % (Wilson); numbers as median (least … greatest).',
    table: {
      header: ['variant', ...definition.vary.map(axisName), 'runs', 'as expected', ...shown.map(({ name }) => name)],
      rows: results.cells.map(({ variant, values, runs, asExpected, properties, metrics }) => [
        ...[variantText(variant), ...values, `${runs}`, shareText(asExpected)],
        ...shown.map(({ name, isShare }) => (isShare ? shareText(properties[name]) : numbersText(metrics[name]))),
      ]),
    },
  };
};

const unexpected = (results: Results): readonly Section[] =>
  results.unexpected.length === 0
    ? []
    : [
        {
          title: `Runs not as expected: ${results.unexpected.length}`,
          lines: results.unexpected.map(({ failed, reproduce }) => `${failed.join(', ')}: ${reproduce}`),
        },
      ];

const missing = (results: Results): readonly Section[] =>
  results.missing.length === 0
    ? []
    : [
        {
          title: `Runs without a result: ${results.missing.length}`,
          note: 'The sweep was interrupted, or a shard is missing.',
        },
      ];

/** Fields of the scenario that say what was run. */
const SETTING = ['rules', 'hosts', 'network', 'workload', 'faults', 'adversary'] as const;

const settingOf = (results: Results): Page['setting'] => {
  const { definition } = results;
  const { first, vary, seeds, set, shard } = definition;
  return [
    [
      'runs',
      `${results.runs} of ${results.runs + results.missing.length}, ${shareText(results.asExpected)} as expected`,
    ],
    ...vary.map((axis) => [`varied: ${axis.paths.join(', ')}`, axis.values.join(', ')] as const),
    ['seeds', `${seeds.from} to ${seeds.from + seeds.count - 1}`],
    ...(shard.of === 1 ? [] : [['shard', `${shard.index} of ${shard.of}`] as const]),
    ...(definition.variants.length === 1 && definition.variants[0] === ''
      ? []
      : [['variants', definition.variants.map(variantText).join(', ')] as const]),
    ...(set.length === 0 ? [] : [['set', set.join(' ')] as const]),
    ...constantProperties(results).map((line) => line.split(': ') as [string, string]),
    ...shownMetrics(results).flatMap((name) =>
      isConstant(results, name) ? [[`${name} in every run`, numbersText(results.metrics[name])] as const] : [],
    ),
    ['nodes, windows', `${first.nodes}, ${first.windows} (first cell)`],
    ...SETTING.flatMap((field) => {
      const value = first[field];
      const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
      return isEmpty ? [] : [[field, typeof value === 'string' ? value : JSON.stringify(value)] as const];
    }),
  ];
};
