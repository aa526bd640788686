import { z } from 'zod';
import { PROPERTIES, type Scenario, scenarioSchema } from './scenario.ts';

const verdict = z.enum(['holds', 'violated', 'measured']);

/** One property of a run: what was expected, what was seen. */
export const propertySchema = z.strictObject({
  name: z.enum(PROPERTIES),
  expected: verdict,
  observed: verdict,
  met: z.boolean(),
  /** One line. */
  detail: z.string(),
  /** Of a violation: the shortest chain of messages from its cause, at most 20 lines. */
  causes: z.array(z.string()).optional(),
});

/** One number that the scenario sets limits to. Observed: null where the run has no such number, which never meets. */
const limitSchema = z.strictObject({
  metric: z.string(),
  least: z.number().optional(),
  most: z.number().optional(),
  observed: z.number().nullable(),
  met: z.boolean(),
});

const count = z.int().min(0);

/** Empty where nothing is final. */
const root = z.union([z.hash('sha256'), z.literal('')]);

/** What `montana run --json` prints; versioned by `schema`. Times are seconds of the machine, everything else is virtual. */
export const runResultSchema = z.strictObject({
  schema: z.literal(1),
  scenario: z.string(),
  seed: z.string(),
  rules: scenarioSchema.shape.rules.unwrap(),
  nodes: count,
  windows: count,
  /** Events of the simulator's queue. */
  events: count,
  /** Messages that reached a host, duplicates included. */
  deliveries: count,
  firstReceipts: count,
  seconds: z.number().min(0),
  traceDigest: z.hash('sha256'),
  /** After the last window final everywhere. */
  stateRoot: root,
  /** The highest window final at every honest node that is up; −1: none. */
  finalWindow: z.int().min(-1),
  properties: z.array(propertySchema),
  limits: z.array(limitSchema),
  metrics: z.record(z.string(), z.number()),
  /** The command that repeats this run. */
  reproduce: z.string(),
});

export type PropertyResult = z.infer<typeof propertySchema>;
export type RunResult = z.infer<typeof runResultSchema>;

export type LimitResult = z.infer<typeof limitSchema>;

/** The limits a scenario sets to numbers of its result, judged. */
export const limitsOf = ({ expect }: Scenario, metrics: Readonly<Record<string, number>>): readonly LimitResult[] =>
  expect.flatMap((due): LimitResult[] => {
    if (!('metric' in due)) return [];
    const { metric, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = due;
    const observed = Object.hasOwn(metrics, metric) ? (metrics[metric] as number) : null;
    return [{ ...due, observed, met: observed !== null && observed >= least && observed <= most }];
  });

/** Whether a run came to its end. One that stalled fails, unless its scenario says what to think of `progress`. */
export const isComplete = ({ finalWindow, windows, properties }: RunResult): boolean =>
  finalWindow >= windows || properties.some(({ name }) => name === 'progress');

/** Exit code 0: every expectation met. */
export const isAsExpected = (result: RunResult): boolean =>
  isComplete(result) && [...result.properties, ...result.limits].every(({ met }) => met);
