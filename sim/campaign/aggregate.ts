import { z } from 'zod';
import { isAsExpected, isComplete, type RunResult } from '#sim/run/result.ts';
import { PROPERTIES } from '#sim/run/scenario.ts';
import { type Definition, definitionSchema } from './definition.ts';
import { cellsOf, runsOf } from './grid.ts';
import { type Numbers, numbersOf, wilson } from './statistics.ts';

const count = z.int().min(0);

/** In how many runs something was so, with Wilson's interval of 95 %. `share` is null where there is no run. */
const shareSchema = z.strictObject({
  count,
  of: count,
  share: z.number().nullable(),
  low: z.number(),
  high: z.number(),
});
export type Share = z.infer<typeof shareSchema>;

const numbersSchema = z.strictObject({
  runs: count,
  mean: z.number(),
  min: z.number(),
  lowerQuartile: z.number(),
  median: z.number(),
  upperQuartile: z.number(),
  max: z.number(),
});

/** What several runs have shown. Says nothing of the machine or of the order they ended in. */
const aggregateShape = {
  runs: count,
  asExpected: shareSchema,
  /** The runs in which a property held, of those in which it was judged. */
  properties: z.record(z.string(), shareSchema),
  /** The metrics of the runs, and their `finalWindow`. */
  metrics: z.record(z.string(), numbersSchema),
};

const cellSchema = z.strictObject({
  cell: count,
  variant: z.string(),
  /** One text for each axis, in the order of `definition.vary`. */
  values: z.array(z.string()),
  ...aggregateShape,
});

/** `results.json` of a sweep, versioned by `schema`. */
export const resultsSchema = z.strictObject({
  schema: z.literal(1),
  definition: definitionSchema,
  /** Of all cells together. */
  ...aggregateShape,
  /** Metrics that a scenario of the sweep sets limits to. */
  limits: z.array(z.string()),
  cells: z.array(cellSchema),
  /** Runs that did not meet their expectations: what failed, and the command that repeats the run. */
  unexpected: z.array(
    z.strictObject({ run: count, cell: count, seed: z.string(), failed: z.array(z.string()), reproduce: z.string() }),
  ),
  /** Runs that belong to the sweep and have no result. */
  missing: z.array(z.strictObject({ run: count, cell: count, seed: count })),
});
export type Results = z.infer<typeof resultsSchema>;

export interface Aggregate {
  readonly runs: number;
  readonly asExpected: Share;
  readonly properties: Readonly<Record<string, Share>>;
  readonly metrics: Readonly<Record<string, Numbers>>;
}

export const shareOf = (is: readonly boolean[]): Share => {
  const held = is.filter(Boolean).length;
  return { count: held, of: is.length, share: is.length === 0 ? null : held / is.length, ...wilson(held, is.length) };
};

/** The order of the runs leaves no trace. */
export const aggregate = (results: readonly RunResult[]): Aggregate => {
  const judged = new Map<string, boolean[]>();
  const measured = new Map<string, number[]>();
  for (const { properties, metrics, finalWindow } of results) {
    for (const { name, observed } of properties) {
      if (observed !== 'measured') listIn(judged, name).push(observed === 'holds');
    }
    for (const [name, value] of Object.entries({ finalWindow, ...metrics })) listIn(measured, name).push(value);
  }
  return {
    runs: results.length,
    asExpected: shareOf(results.map(isAsExpected)),
    properties: Object.fromEntries(
      PROPERTIES.flatMap((name) => {
        const held = judged.get(name);
        return held === undefined ? [] : [[name, shareOf(held)]];
      }),
    ),
    metrics: Object.fromEntries(
      [...measured.keys()].sort(byName).map((name) => [name, numbersOf(measured.get(name) as number[])]),
    ),
  };
};

const listIn = <K, T>(lists: Map<K, T[]>, name: K): T[] => {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
};

/** `presence.2` before `presence.10`: numbers by size, the rest by its characters. */
export const byName = (a: string, b: string): number => {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i] as string, right[i] as string];
    const order = i % 2 === 1 ? Number(x) - Number(y) : 0;
    if (order !== 0 || x !== y) return order === 0 ? (x < y ? -1 : 1) : order;
  }
  return left.length - right.length;
};

/** The tables of a sweep from its finished runs, by number. They depend on nothing else. */
export const resultsOf = (definition: Definition, finished: ReadonlyMap<number, RunResult>): Results => {
  const runs = runsOf(definition);
  const done = runs.flatMap((planned) => {
    const result = finished.get(planned.run);
    return result === undefined ? [] : [{ ...planned, result }];
  });
  const byCell = new Map<number, RunResult[]>();
  for (const { cell, result } of done) listIn(byCell, cell).push(result);
  return {
    schema: 1,
    definition,
    ...aggregate(done.map(({ result }) => result)),
    limits: [...new Set(done.flatMap(({ result }) => result.limits.map(({ metric }) => metric)))].sort(byName),
    cells: cellsOf(definition).map(({ number, variant, values }) => ({
      ...{ cell: number, variant, values: [...values] },
      ...aggregate(byCell.get(number) ?? []),
    })),
    unexpected: done
      .filter(({ result }) => !isAsExpected(result))
      .map(({ run, cell, result }) => ({
        ...{ run, cell, seed: result.seed, failed: [...failuresOf(result)], reproduce: result.reproduce },
      })),
    missing: runs.filter(({ run }) => !finished.has(run)),
  };
};

/** What a run did not meet, by name. */
const failuresOf = (result: RunResult): readonly string[] => [
  ...result.properties.filter(({ met }) => !met).map(({ name }) => name),
  ...result.limits.filter(({ met }) => !met).map(({ metric }) => metric),
  ...(isComplete(result) ? [] : ['the run stalled']),
];

/** Exit code 0: every run is there and met its expectations. */
export const isSweepAsExpected = ({ unexpected, missing }: Results): boolean =>
  unexpected.length === 0 && missing.length === 0;
