import { stringify } from 'csv-stringify/sync';
import type { Aggregate, Results, Share } from './aggregate.ts';
import { axisName, cellsOf, cellText, variantText } from './grid.ts';
import type { Numbers } from './statistics.ts';

/** Metrics of every scenario that the table shows beside those the scenario sets limits to. */
const BASICS = ['finalWindow', 'roundOneShare', 'secondsPerWindow'];

/** Runs that the table names, of those that failed or are missing. */
const NAMED = 10;

/** The metrics worth a column or a figure where nobody asked for others. */
export const shownMetrics = ({ limits, metrics }: Results): readonly string[] =>
  [...new Set([...limits, ...BASICS])].filter((name) => Object.hasOwn(metrics, name));

/** The properties that held in some runs and not in others. */
export const varyingProperties = ({ properties }: Results): readonly string[] =>
  Object.entries(properties).flatMap(([name, { count, of }]) => (count > 0 && count < of ? [name] : []));

/** The other properties, in lines: those that held in every run, and in none. */
export const constantProperties = ({ properties }: Results): readonly string[] => {
  const all = Object.entries(properties);
  const holding = all.filter(([, { count, of }]) => count === of).map(([name]) => name);
  const violated = all.filter(([, { count }]) => count === 0).map(([name]) => name);
  return [
    ...(holding.length === 0 ? [] : [`held in every run: ${holding.join(', ')}`]),
    ...(violated.length === 0 ? [] : [`violated in every run: ${violated.join(', ')}`]),
  ];
};

/** A column of the table of cells. */
export interface Column {
  readonly title: string;
  readonly text: (cell: Results['cells'][number]) => string;
}

/** What tells the cells apart. */
export const axisColumns = ({ definition }: Results): readonly Column[] => [
  ...(definition.variants.length > 1
    ? [{ title: 'variant', text: ({ variant }: { variant: string }) => variantText(variant) }]
    : []),
  ...definition.vary.map((axis, i) => ({
    title: axisName(axis),
    text: ({ values }: { values: readonly string[] }) => values[i] as string,
  })),
];

/** For a person: a line a cell. */
export const tableText = (results: Results): string => {
  const { definition, missing, unexpected } = results;
  const { first, shard } = definition;
  const cells = cellsOf(definition);
  const ofCell = (cell: number): string => cellText(definition, cells[cell] as (typeof cells)[number]);
  const columns: Column[] = [
    ...axisColumns(results),
    { title: 'runs', text: ({ runs }) => `${runs}` },
    { title: 'as expected', text: ({ asExpected }) => shareText(asExpected) },
    ...varyingProperties(results).map((name) => ({
      title: name,
      text: ({ properties }: Aggregate) => shareText(properties[name]),
    })),
    ...shownMetrics(results).map((name) => ({
      title: name,
      text: ({ metrics }: Aggregate) => numbersText(metrics[name]),
    })),
  ];
  const planned = results.runs + missing.length;
  return [
    `${first.title}: ${planned} runs, ${cells.length} cells of ${definition.seeds.count} seeds` +
      (shard.of === 1 ? '' : `, shard ${shard.index}/${shard.of}`),
    first.claim,
    '',
    `as expected: ${shareText(results.asExpected)}`,
    ...constantProperties(results),
    '',
    ...grid([columns.map(({ title }) => title), ...results.cells.map((cell) => columns.map(({ text }) => text(cell)))]),
    '',
    'Shares with the interval of 95 % (Wilson); numbers as median (least … greatest).',
    ...named(
      'NOT as expected',
      unexpected.map(({ failed, reproduce }) => `${failed.join(', ')}: ${reproduce}`),
    ),
    ...named(
      'Missing',
      missing.map(({ cell, seed }) => `${ofCell(cell)} seed ${seed}`.trimStart()),
    ),
    '',
  ].join('\n');
};

/** A heading with the number of lines, then the first of them. */
const named = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? []
    : [
        `${title}: ${lines.length === 1 ? '1 run' : `${lines.length} runs`}`,
        ...lines.slice(0, NAMED).map((line) => `  ${line}`),
        ...(lines.length > NAMED ? [`  and ${lines.length - NAMED} more, in results.json`] : []),
      ];

/** Columns as wide as they need, two spaces between them. */
const grid = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)));
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd(),
  );
};

export const shareText = (share: Share | undefined): string => {
  if (share === undefined || share.of === 0) return '-';
  return `${share.count}/${share.of} [${share.low.toFixed(3)}, ${share.high.toFixed(3)}]`;
};

export const numbersText = (numbers: Numbers | undefined): string => {
  if (numbers === undefined) return '-';
  const { min, median, max } = numbers;
  return min === max ? numberText(min) : `${numberText(median)} (${numberText(min)} … ${numberText(max)})`;
};

/** Four digits are enough for a table; CSV and JSON have all of them. */
export const numberText = (value: number): string =>
  String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));

const SHARE = ['count', 'of', 'share', 'low', 'high'] as const;
const NUMBERS = ['runs', 'mean', 'min', 'lowerQuartile', 'median', 'upperQuartile', 'max'] as const;

/** RFC 4180 with LF: a row a cell, every property and every metric. Empty where a cell has no such number. */
export const csvText = (results: Results): string => {
  const { definition, cells } = results;
  const properties = Object.keys(results.properties);
  const metrics = Object.keys(results.metrics);
  const header = [
    ...['cell', 'variant', ...definition.vary.map(axisName), 'runs'],
    ...SHARE.map((field) => `asExpected.${field}`),
    ...properties.flatMap((name) => SHARE.map((field) => `${name}.${field}`)),
    ...metrics.flatMap((name) => NUMBERS.map((field) => `${name}.${field}`)),
  ];
  const rows = cells.map((cell) => [
    ...[cell.cell, cell.variant, ...cell.values, cell.runs],
    ...SHARE.map((field) => cell.asExpected[field]),
    ...properties.flatMap((name) => SHARE.map((field) => cell.properties[name]?.[field])),
    ...metrics.flatMap((name) => NUMBERS.map((field) => cell.metrics[name]?.[field])),
  ]);
  // Numbers as `String` writes them, in every language.
  return stringify([header, ...rows], { cast: { number: String } });
};

/** `results.json`. */
export const jsonText = (results: Results): string => `${JSON.stringify(results, undefined, 2)}\n`;
