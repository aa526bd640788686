import { hash, sha256 } from './hash.ts';
import type { Sha256Engine } from './sha256-engine.ts';
import { scriptEngine } from './sha256-script.ts';
import { wasmEngine } from './sha256-wasm.ts';

/** One call of the library per hash: what the engines are measured and tested against. */
export const libraryEngine: Sha256Engine = {
  chain(value, iterations) {
    let end: Uint8Array = value;
    for (let rest = iterations; rest > 0; rest--) end = sha256(end);
    return end;
  },

  hashNodes(pairs, out) {
    for (let pair = 0, node = 0; pair < pairs.length; pair += 64, node += 32) {
      out.set(hash('mt-merkle-node', pairs.subarray(pair, pair + 64)), node);
    }
  },
};

/** Speed of one engine at one of its uses. */
export interface Speed {
  readonly engine: string;
  readonly use: 'chain' | 'nodes';
  /** Median over the rounds, hashes per millisecond. */
  readonly perMillisecond: number;
  /** Median over the rounds of the ratio to the library in the same round, and its quartiles. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
}

const ITERATIONS = 40_000;
const PAIRS = 20_000;

/** Measures all engines in turn, `rounds` times, so that what else the machine does reaches all alike. `now` is in milliseconds. */
export const measureEngines = (now: () => number, rounds = 15): readonly Speed[] => {
  const engines: readonly (readonly [string, Sha256Engine | undefined])[] = [
    ['library', libraryEngine],
    ['script', scriptEngine],
    ['wasm', wasmEngine()],
  ];
  const value = new Uint8Array(32);
  const pairs = new Uint8Array(64 * PAIRS);
  const nodes = new Uint8Array(32 * PAIRS);
  const uses = [
    { use: 'chain', count: ITERATIONS, run: (engine: Sha256Engine) => engine.chain(value, ITERATIONS) },
    { use: 'nodes', count: PAIRS, run: (engine: Sha256Engine) => engine.hashNodes(pairs, nodes) },
  ] as const;
  const timed = (run: () => void): number => {
    const start = now();
    run();
    return now() - start;
  };

  const cases = uses.flatMap(({ use, count, run }) =>
    engines.flatMap(([name, engine]) =>
      engine === undefined ? [] : [{ name, use, count, run: () => run(engine), times: [] as number[] }],
    ),
  );
  // The first two rounds compile.
  for (let round = -2; round < rounds; round++) {
    for (const { run, times } of cases) {
      const time = timed(run);
      if (round >= 0) times.push(time);
    }
  }
  return cases.map(({ name, use, count, times }) => {
    const library = cases.find((other) => other.use === use)?.times ?? [];
    const ratios = times.map((time, round) => (library[round] as number) / time);
    return {
      engine: name,
      use,
      perMillisecond: count / quantile(times, 2),
      ratio: quantile(ratios, 2),
      quartiles: [quantile(ratios, 1), quantile(ratios, 3)],
    };
  });
};

/** The value a quarter, half or three quarters up the sorted list. */
const quantile = (values: readonly number[], quarter: 1 | 2 | 3): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(quarter * (sorted.length - 1)) >> 2] as number;
};
