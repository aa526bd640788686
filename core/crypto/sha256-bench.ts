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

/** One engine at one of its uses: how long `hashes` hashes took, round by round, in the unit of the clock. */
export interface EngineTimes {
  readonly engine: 'library' | 'script' | 'wasm';
  readonly use: 'chain' | 'nodes';
  readonly hashes: number;
  readonly times: readonly number[];
}

const ITERATIONS = 40_000;
const PAIRS = 20_000;
const WARM_UP = 3;

/**
 * Runs all engines in turn, `rounds` times, so that whatever else the machine does reaches all alike: compare times of
 * the same round. `now` is the clock of the caller. 15 rounds take about 3 seconds.
 */
export const measureEngines = (now: () => number, rounds: number): readonly EngineTimes[] => {
  const value = new Uint8Array(32);
  const pairs = new Uint8Array(64 * PAIRS);
  const nodes = new Uint8Array(32 * PAIRS);
  const engines = [
    { name: 'library', engine: libraryEngine },
    { name: 'script', engine: scriptEngine },
    { name: 'wasm', engine: wasmEngine() },
  ] as const;
  const cases: (EngineTimes & { readonly times: number[]; readonly run: () => void })[] = [];
  for (const { name, engine } of engines) {
    if (engine === undefined) continue;
    const chain = (): Uint8Array => engine.chain(value, ITERATIONS);
    const hashNodes = (): void => engine.hashNodes(pairs, nodes);
    cases.push({ engine: name, use: 'chain', hashes: ITERATIONS, times: [], run: chain });
    cases.push({ engine: name, use: 'nodes', hashes: PAIRS, times: [], run: hashNodes });
  }
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const { run, times } of cases) {
      const start = now();
      run();
      if (round >= 0) times.push(now() - start);
    }
  }
  return cases.map(({ engine, use, hashes, times }) => ({ engine, use, hashes, times }));
};
