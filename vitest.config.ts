import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './.ci/summary-reporter.ts';

/** Seed of every property test: the same in each run, so a failure repeats. */
const SEED = 20261121;

const DEEP = '**/*.deep.test.ts';

/** `--mode deep` runs the long tests instead of the quick ones. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'deep' ? [DEEP] : ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(mode === 'deep' ? [] : [DEEP])],
    reporters: ['default', new SummaryReporter(SEED)],
    testTimeout: mode === 'deep' ? 480_000 : 60_000,
    hookTimeout: 60_000,
    maxWorkers: availableParallelism(),
    sequence: { seed: SEED },
  },
}));
