import { type EngineTimes, measureEngines } from '#core/crypto/sha256-bench.ts';
import type { Series } from './harness.ts';
import type { Section } from './section.ts';

const USES = { chain: 'chain of 32 bytes', nodes: 'tree nodes of 79 bytes' } as const;
const ENGINES = { library: '@noble/hashes', script: 'script', wasm: 'wasm' } as const;

const nameOf = ({ use, engine }: Pick<EngineTimes, 'use' | 'engine'>): string => `${USES[use]}, ${ENGINES[engine]}`;

/** The engines that every hash of the delay chain and of the state tree goes through, against the library. */
export const hashes: Section = {
  title: 'SHA-256',
  measure: ({ quick }): readonly Series[] => {
    const measured = measureEngines(() => performance.now(), quick ? 7 : 31);
    return (['chain', 'nodes'] as const).flatMap((use) =>
      measured
        .filter((times) => times.use === use)
        .map(({ engine, hashes: count, times }) => ({
          name: nameOf({ use, engine }),
          unit: 'M/s',
          ...(engine === 'library' ? {} : { peer: nameOf({ use, engine: 'library' }) }),
          values: times.map((time) => count / time / 1000),
        })),
    );
  },
};
