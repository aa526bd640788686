import { describe, expect, test } from 'vitest';
import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import { initialTimechainValue } from '#core/genesis/derived.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { RunResult } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { parseScenario } from '#sim/run/settings.ts';
import type { Port } from '#sim/world/strategy.ts';
import { PrecomputedChain, precompute } from './precomputed-chain.ts';

const SECOND = 1_000_000;

interface History {
  readonly result: RunResult;
  /** When each window was first final, seconds. */
  readonly closed: readonly number[];
}

/** Eight nodes, A = 8 and Q = 6 in window 0; `share` percent of them have windows 1 to 5. */
const history = (share: number, timechainSeed: 'zero' | 'genesis', changes: Partial<ScenarioInput> = {}): History => {
  const closed: number[] = [];
  const input: ScenarioInput = {
    title: 'Precomputed',
    claim: 'None.',
    nodes: 8,
    windows: 8,
    rules: { timechainSeed },
    hosts: [{ count: 8, spread: 10 }],
    network: { links: 4 },
    workload: { transfers: 2 },
    adversary: [{ type: 'precomputed-chain', hosts: { share }, windows: 5 }],
    ...changes,
  };
  const run = new Run(parseScenario(input, 'precomputed'), {
    watch: (_host, notice, at) => {
      if (notice.type === 'final') closed[notice.record.settled.window] ??= at / SECOND;
    },
  });
  return { result: run.finish(), closed };
};

/** Seconds between the first final proposals of a window and of the one before. */
const lasted = ({ closed }: History, window: number): number =>
  (closed[window] as number) - (closed[window - 1] as number);

const violated = ({ result }: History): readonly string[] =>
  result.properties.filter(({ met }) => !met).map(({ name }) => name);

test('what is hashed before the launch is the chain from 32 zero bytes', () => {
  const { next, d } = precompute(3, 256);
  const start = initialTimechainValue({ timechainSeed: 'zero' }, ZERO_ID);
  const first = timechainStep(start, 256);
  expect(d).toBe(256);
  expect([...next]).toEqual([
    [start, first],
    [first, timechainStep(first, 256)],
    [timechainStep(first, 256), timechainStep(timechainStep(first, 256), 256)],
  ]);
});

test('a stretch with another start or another D is hashed like any other', () => {
  const known = precompute(2, 256);
  const [from = ''] = [...known.next.keys()];
  const passed: string[] = [];
  const port: Port<MontanaShape> = {
    now: 0,
    deliver: (input) => passed.push(input.type),
    perform: (effect) => passed.push(effect.type),
    wake: () => passed.push('wake'),
  };
  const strategy = new PrecomputedChain(known);
  const work = (start: Id, iterations: number): void => {
    const job = { type: 'chain', window: 1, from: start, iterations } as const;
    strategy.effect({ type: 'work', job, iterations }, port);
  };
  work(from, 256);
  work(from, 257);
  work(ZERO_ID, 256);
  expect(passed).toEqual(['done', 'work', 'work']);
});

describe('a quorum that has precomputed the chain', () => {
  test('closes the windows it has within seconds, and those after them in 60 s each', () => {
    const seen = history(75, 'zero');
    expect(violated(seen)).toEqual([]);
    // A leader waits 24 ticks for the bundles of the others, and a tick is 60 s / 256 (09 §8.5).
    for (let window = 1; window <= 5; window++) expect(lasted(seen, window)).toBeLessThan(10);
    for (let window = 6; window <= 7; window++) expect(lasted(seen, window)).toBeGreaterThan(50);
  });

  test('gains nothing where the chain starts from the genesis hash', () => {
    const seen = history(75, 'genesis');
    expect(violated(seen)).toEqual([]);
    for (let window = 2; window <= 7; window++) expect(lasted(seen, window)).toBeGreaterThan(50);
  });

  test('has one history for one seed, through bytes and without the memo', () => {
    const { traceDigest } = history(75, 'zero').result;
    expect(history(75, 'zero', { wire: true }).result.traceDigest).toBe(traceDigest);
    expect(history(75, 'zero', { memo: false }).result.traceDigest).toBe(traceDigest);
  });
});

test('below a quorum, the fastest of the others set the pace, and what they computed is what was precomputed', () => {
  const seen = history(50, 'zero');
  expect(violated(seen)).toEqual([]);
  expect(seen.result.metrics.stops).toBe(0);
  for (let window = 2; window <= 7; window++) expect(lasted(seen, window)).toBeGreaterThan(50);
});
