// The screen with one small scenario, for tests in a terminal. With the argument "crash" its run throws after a few windows.
import { Run } from '#sim/run/run.ts';
import { small } from '#sim/run/small.suite.ts';
import type { Begin } from '#sim/ui/session.ts';
import { openScreen } from './ui.ts';

const crashing: Begin = (scenario, options) =>
  new Run(scenario, {
    ...options,
    planted: {
      remembered: (window, applied) => {
        if (window === 3) throw new Error('planted in window 3');
        return applied;
      },
    },
  });

const entry = {
  ...{ name: 'small', title: 'Small', claim: 'Nothing goes wrong.', nodes: 8, windows: 8, seed: '1' },
  ...{ rules: 'montana' as const, variants: [] },
  read: async () => small(),
  command: () => 'montana run small',
};

process.exitCode = await openScreen([entry], process.argv[2] === 'crash' ? crashing : undefined);
