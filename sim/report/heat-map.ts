import * as Plot from '@observablehq/plot';
import { aggregate } from '#sim/campaign/aggregate.ts';
import { numberText } from '#sim/campaign/tables.ts';
import { type Dimension, type FinishedRun, type Measured, short } from './dimensions.ts';
import type { Section } from './page.ts';
import { plotText } from './plot.ts';

/** Columns beyond which a cell has no room for its figure. */
const ROOM = 14;

interface Square {
  readonly x: string;
  readonly y: string;
  readonly value: number;
}

/** What the runs show, against two fields; one map for each variant, all of one scale. */
export const heatMaps = (
  id: string,
  what: Measured,
  x: Dimension,
  y: Dimension,
  variant: Dimension,
  runs: readonly FinishedRun[],
): readonly Section[] => {
  const maps = variant.values.map((name) => {
    const squares = y.values.flatMap((row) =>
      x.values.flatMap((column): readonly Square[] => {
        const group = runs.filter((run) => variant.of(run) === name && x.of(run) === column && y.of(run) === row);
        const value = what.value(aggregate(group.map(({ result }) => result)));
        return value === undefined ? [] : [{ x: column, y: row, value }];
      }),
    );
    return { name, squares };
  });
  const values = maps.flatMap(({ squares }) => squares.map(({ value }) => value));
  const scale: [number, number] = what.isShare ? [0, 1] : [Math.min(...values), Math.max(...values)];
  return maps.map(({ name, squares }, i) =>
    heatMap(`${id}-${i}`, what, x, y, variant.values.length > 1 ? `, ${name}` : '', squares, scale),
  );
};

const heatMap = (
  id: string,
  what: Measured,
  x: Dimension,
  y: Dimension,
  ofVariant: string,
  squares: readonly Square[],
  [low, high]: [number, number],
): Section => {
  const text = (value: number): string => (what.isShare ? value.toFixed(2) : numberText(value));
  const isLight = ({ value }: Square): boolean => value - low > (high - low) / 2;
  return {
    title: `${what.name}${ofVariant}: ${x.name} and ${y.name}`,
    note: what.isShare ? 'Share of the runs; the lighter, the more.' : 'Median of the runs; the lighter, the more.',
    plot: plotText(id, {
      ariaLabel: `${what.name}${ofVariant} against ${x.name} and ${y.name}`,
      height: 80 + 34 * y.values.length,
      marginLeft: 90,
      padding: 0.04,
      x: { label: x.name, domain: [...x.values], tickFormat: short },
      y: { label: y.name, domain: y.values.toReversed(), tickFormat: short },
      color: { type: 'linear', scheme: 'cividis', domain: [low, high] },
      marks: [
        Plot.cell(squares, { x: 'x', y: 'y', fill: 'value' }),
        ...(x.values.length > ROOM
          ? []
          : [false, true].map((light) =>
              Plot.text(
                squares.filter((square) => isLight(square) === light),
                { x: 'x', y: 'y', text: ({ value }: Square) => text(value), fill: light ? 'black' : 'white' },
              ),
            )),
      ],
    }),
    table: {
      header: [`${y.name} \\ ${x.name}`, ...x.values],
      rows: y.values.map((row) => [
        row,
        ...x.values.map((column) => {
          const square = squares.find((one) => one.x === column && one.y === row);
          return square === undefined ? '-' : text(square.value);
        }),
      ]),
    },
  };
};
