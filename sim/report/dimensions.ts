import type { Aggregate } from '#sim/campaign/aggregate.ts';
import type { Definition } from '#sim/campaign/definition.ts';
import { axisName, type Cell, variantText } from '#sim/campaign/grid.ts';
import type { RunResult } from '#sim/run/result.ts';

/** One varied thing: a field, the variant, or, where nothing else varies, the seed. */
export interface Dimension {
  readonly name: string;
  readonly values: readonly string[];
  readonly of: (run: FinishedRun) => string;
}

export interface FinishedRun {
  readonly cell: Cell;
  readonly seed: number;
  readonly result: RunResult;
}

/** Something the runs show: a share of them, or a number of each. */
export interface Measured {
  readonly name: string;
  readonly isShare: boolean;
  readonly value: (runs: Aggregate) => number | undefined;
  /** The number of one run. */
  readonly single: (result: RunResult) => number | undefined;
  readonly interval: (runs: Aggregate) => readonly [number, number] | undefined;
}

export const AS_EXPECTED: Measured = {
  name: 'as expected',
  isShare: true,
  value: ({ asExpected }) => asExpected.share ?? undefined,
  single: () => undefined,
  interval: ({ asExpected: { low, high } }) => [low, high],
};

export const propertyMeasured = (name: string): Measured => ({
  name,
  isShare: true,
  value: ({ properties }) => properties[name]?.share ?? undefined,
  single: () => undefined,
  interval: ({ properties }) => {
    const share = properties[name];
    return share === undefined ? undefined : [share.low, share.high];
  },
});

export const metricMeasured = (name: string): Measured => ({
  name,
  isShare: false,
  value: ({ metrics }) => metrics[name]?.median,
  single: (result) => (name === 'finalWindow' ? result.finalWindow : result.metrics[name]),
  interval: ({ metrics }) => {
    const numbers = metrics[name];
    return numbers === undefined ? undefined : [numbers.lowerQuartile, numbers.upperQuartile];
  },
});

export const variedFields = ({ vary }: Definition): readonly Dimension[] =>
  vary.flatMap((axis, i) =>
    axis.values.length < 2
      ? []
      : [{ name: axisName(axis), values: axis.values, of: ({ cell }: FinishedRun) => cell.values[i] as string }],
  );

export const variantDimension = ({ variants }: Definition): Dimension => ({
  name: 'variant',
  values: variants.map(variantText),
  of: ({ cell }) => variantText(cell.variant),
});

export const seedDimension = ({ seeds }: Definition): Dimension => ({
  name: 'seed',
  values: Array.from({ length: seeds.count }, (_, i) => `${seeds.from + i}`),
  of: ({ seed }) => `${seed}`,
});

export const pairsOf = (fields: readonly Dimension[]): readonly (readonly [Dimension, Dimension])[] =>
  fields.flatMap((x, i) => fields.slice(i + 1).map((y) => [x, y] as const));

/** Values of a field that are all numbers lie on a scale; others stand side by side. */
export const isNumeric = ({ values }: Dimension): boolean =>
  values.every((value) => value.trim() !== '' && Number.isFinite(Number(value)));

/** As many characters of a value as a plot has room for. */
export const short = (value: string): string => (value.length > 24 ? `${value.slice(0, 23)}…` : value);
