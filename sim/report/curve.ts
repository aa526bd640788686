import * as Plot from '@observablehq/plot';
import { type Aggregate, aggregate } from '#sim/campaign/aggregate.ts';
import { numberText } from '#sim/campaign/tables.ts';
import { AS_EXPECTED, type Dimension, type FinishedRun, isNumeric, type Measured, short } from './dimensions.ts';
import type { Section, Table } from './page.ts';
import { plotText } from './plot.ts';

const COLOURS = ['#4269d0', '#efb118', '#ff725c', '#6cc5b0', '#3ca951', '#ff8ab7', '#a463f2', '#97bbf5', '#9c6b4e'];

/** What the runs show, against one field; a line for each variant. */
export const curve = (
  id: string,
  what: Measured,
  x: Dimension,
  colour: Dimension | undefined,
  runs: readonly FinishedRun[],
  varied: readonly Dimension[],
): Section => {
  const numeric = isNumeric(x);
  const place = (value: string): number | string => (numeric ? Number(value) : short(value));
  const names = colour?.values ?? [''];
  const points = names.flatMap((series) =>
    x.values.flatMap((value) => {
      const group = runs.filter((run) => x.of(run) === value && (colour === undefined || colour.of(run) === series));
      if (group.length === 0) return [];
      const all = aggregate(group.map(({ result }) => result));
      const [low, high] = what.interval(all) ?? [];
      return [{ series, value, x: place(value), y: what.value(all), low, high, all, group }];
    }),
  );
  const marks = names.flatMap((series, i) => {
    const own = points.filter((point) => point.series === series && point.y !== undefined);
    const stroke = COLOURS[i % COLOURS.length] as string;
    // Variants stand beside each other.
    const dx = (i - (names.length - 1) / 2) * 6;
    const singles = own.flatMap((point) =>
      point.group.flatMap(({ result }) => {
        const y = what.single(result);
        return y === undefined ? [] : [{ x: point.x, y }];
      }),
    );
    const inOrder = own.toSorted((a, b) => Number(a.x) - Number(b.x));
    return [
      Plot.dot(singles, { x: 'x', y: 'y', dx, r: 1.8, fill: stroke, fillOpacity: 0.35 }),
      Plot.ruleX(own, { x: 'x', y1: 'low', y2: 'high', dx, stroke, strokeWidth: 1.5 }),
      ...(numeric ? [Plot.line(inOrder, { x: 'x', y: 'y', dx, stroke })] : []),
      Plot.dot(own, { x: 'x', y: 'y', dx, r: 3.5, fill: stroke }),
    ];
  });
  const pooled = varied.filter((other) => other.name !== x.name).map(({ name }) => name);
  return {
    title: what.isShare ? `${what.name}: share of the runs, against ${x.name}` : `${what.name} against ${x.name}`,
    note:
      (what.isShare
        ? 'Bars: interval of 95 % (Wilson).'
        : 'Large dots: median; bars: from the lower to the upper quartile; small dots: single runs.') +
      (pooled.length === 0 ? '' : ` All values of ${pooled.join(', ')} together.`),
    plot: plotText(id, {
      ariaLabel: `${what.name} against ${x.name}`,
      height: 300,
      inset: 8,
      x: { label: x.name, ...(numeric ? {} : { type: 'point', domain: x.values.map(short) }) },
      y: { label: what.name, grid: true, ...(what.isShare ? { domain: [0, 1] } : { nice: true }) },
      color: {
        type: 'ordinal',
        domain: [...names],
        range: COLOURS.slice(0, names.length),
        legend: colour !== undefined,
      },
      marks,
    }),
    table: curveTable(what, x, colour, points),
  };
};

const curveTable = (
  what: Measured,
  x: Dimension,
  colour: Dimension | undefined,
  points: readonly { readonly series: string; readonly value: string; readonly all: Aggregate }[],
): Table => {
  const lead = ({ series, value }: { readonly series: string; readonly value: string }): readonly string[] =>
    colour === undefined ? [value] : [value, series];
  const head = colour === undefined ? [x.name] : [x.name, colour.name];
  if (what.isShare) {
    return {
      header: [...head, 'runs', 'held', 'share', 'low', 'high'],
      rows: points.map((point) => {
        const share = what === AS_EXPECTED ? point.all.asExpected : point.all.properties[what.name];
        const figures = share === undefined || share.share === null ? [] : [share.share, share.low, share.high];
        return [
          ...lead(point),
          `${share?.of ?? 0}`,
          `${share?.count ?? 0}`,
          ...figures.map((figure) => figure.toFixed(4)),
        ];
      }),
    };
  }
  return {
    header: [...head, 'runs', 'mean', 'min', 'lower quartile', 'median', 'upper quartile', 'max'],
    rows: points.map((point) => {
      const numbers = point.all.metrics[what.name];
      if (numbers === undefined) return [...lead(point), '0'];
      const { runs, mean, min, lowerQuartile, median, upperQuartile, max } = numbers;
      return [...lead(point), `${runs}`, ...[mean, min, lowerQuartile, median, upperQuartile, max].map(numberText)];
    }),
  };
};
