import type { RunResult } from '#sim/run/result.ts';
import type { Definition } from './definition.ts';
import { countRuns, plannedRun } from './grid.ts';

/** A sweep of `vary`, without runs. */
export const madeUp = (changes: Partial<Definition> = {}): Definition => ({
  schema: 1,
  scenario: 'made-up',
  set: [],
  variants: [''],
  vary: [{ paths: ['loss'], values: ['0', '10'] }],
  seeds: { from: 1, count: 4 },
  shard: { index: 1, of: 1 },
  first: { title: 'Made up', claim: 'Nothing runs.', nodes: 4, windows: 3 },
  scenarios: '0'.repeat(64),
  source: '1'.repeat(64),
  ...changes,
});

/** A result that nobody computed: `holds` says whether agreement held, as was expected. */
export const madeUpResult = (seed: number, holds: boolean, metrics: RunResult['metrics']): RunResult => ({
  schema: 1,
  scenario: 'Made up',
  seed: String(seed),
  rules: 'montana',
  nodes: 4,
  windows: 3,
  events: 100,
  deliveries: 50,
  firstReceipts: 20,
  seconds: 1.5,
  traceDigest: '2'.repeat(64),
  stateRoot: '3'.repeat(64),
  finalWindow: 3,
  properties: [
    { name: 'agreement', expected: 'holds', observed: holds ? 'holds' : 'violated', met: holds, detail: '' },
    { name: 'supply', expected: 'holds', observed: 'holds', met: true, detail: '' },
    { name: 'presence', expected: 'measured', observed: 'measured', met: true, detail: '' },
  ],
  limits: [{ metric: 'pace', least: 0, observed: metrics.pace ?? null, met: metrics.pace !== undefined }],
  metrics,
  reproduce: `npm run -s montana -- run made-up --seed ${seed}`,
});

/** Results of all runs: agreement is violated in every third, `pace` is a tenth of the number of the run. */
export const madeUpRuns = (definition: Definition): Map<number, RunResult> =>
  new Map(
    Array.from({ length: countRuns(definition) }, (_, run) => [
      run,
      madeUpResult(plannedRun(definition, run).seed, run % 3 !== 2, { pace: run / 10, 'sent.vote': 7 }),
    ]),
  );
