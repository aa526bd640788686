import { z } from 'zod';

/** What is wrong with a sweep as asked for: one line. */
export class CampaignError extends Error {
  override readonly name = 'CampaignError';
}

/** Fields that are varied together: every path gets the same value. Values are texts as `--set` takes them. */
const axisSchema = z.strictObject({
  paths: z.array(z.string()).min(1),
  values: z.array(z.string()).min(1),
});
export type Axis = z.infer<typeof axisSchema>;

/** Every `of`-th run, beginning with the `index`-th; 1 of 1 is the whole. */
const shardSchema = z
  .strictObject({ index: z.int().min(1), of: z.int().min(1) })
  .refine(({ index, of }) => index <= of);
export type Shard = z.infer<typeof shardSchema>;

/** All that decides the results of a sweep: `sweep.json`. */
export const definitionSchema = z.strictObject({
  schema: z.literal(1),
  /** A name from `montana list`, or a file. */
  scenario: z.string(),
  /** As with `--set`, in every run. */
  set: z.array(z.string()),
  /** Empty: the scenario as written. */
  variants: z.array(z.string()).min(1),
  vary: z.array(axisSchema),
  seeds: z.strictObject({ from: z.int().min(0), count: z.int().min(1) }),
  shard: shardSchema,
  /** The scenario of the first cell, defaults filled in. */
  first: z.looseObject({ title: z.string(), claim: z.string(), nodes: z.int(), windows: z.int() }),
  /** SHA-256 over the scenarios of all cells. */
  scenarios: z.hash('sha256'),
  /** SHA-256 over the code that decides what happens in a run. */
  source: z.hash('sha256'),
});
export type Definition = z.infer<typeof definitionSchema>;

/** Where two values of JSON part: the path of the first field that differs. */
export interface Difference {
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

export const firstDifference = (a: unknown, b: unknown, path = ''): Difference | undefined => {
  if (Object.is(a, b)) return undefined;
  if (!isNested(a) || !isNested(b) || Array.isArray(a) !== Array.isArray(b)) return { path, a, b };
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference(a[key], b[key], path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

const isNested = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
