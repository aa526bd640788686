import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { SummaryReporter } from './.ci/summary-reporter.ts';

/** Seed of every property test: the same in each run, so a failure repeats. */
const SEED = 20261121;

const DEEP = '**/*.deep.test.ts';

/** Files that replace a module, or hold threads and processes: each in a world of its own. The others share one, which loads core once. */
const ALONE = ['node/**/*', '**/*.mocked'];

/** All scenarios, one after another: the longest file by far. */
const LONGEST = 'scenarios.deep.test.ts';

/** The longest file begins first, or it would be left alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]): ReturnType<BaseSequencer['sort']> {
    const isLongest = ({ moduleId }: (typeof files)[number]): number => (moduleId.endsWith(LONGEST) ? 1 : 0);
    return (await super.sort(files)).sort((a, b) => isLongest(b) - isLongest(a));
  }
}

/** `--mode deep` runs the long tests instead of the quick ones. */
export default defineConfig(({ mode }) => {
  const isDeep = mode === 'deep';
  const ends = (names: readonly string[]): string[] => names.map((name) => `${name}.${isDeep ? 'deep.' : ''}test.ts`);
  const outside = ['**/node_modules/**', '**/dist/**', ...(isDeep ? [] : [DEEP])];
  return {
    test: {
      reporters: ['default', new SummaryReporter(SEED)],
      maxWorkers: availableParallelism(),
      sequence: { seed: SEED, sequencer: LongestFirst },
      projects: [
        { name: 'shared', include: ends(['**/*']), exclude: [...outside, ...ends(ALONE)], isolate: false },
        { name: 'alone', include: ends(ALONE), exclude: outside, isolate: true },
      ].map((test) => ({
        test: { ...test, testTimeout: isDeep ? 480_000 : 60_000, hookTimeout: 60_000 },
      })),
    },
  };
});
