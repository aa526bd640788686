import { setImmediate as breathe } from 'node:timers/promises';
import type { RunResult } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import type { Scenario } from '#sim/run/scenario.ts';

// A child of `montana sweep`: it runs one scenario after another. A terminal sends Ctrl-C to all processes; the parent ends this one.
process.on('SIGINT', () => {});
// The parent is gone, whatever ended it.
process.on('disconnect', () => process.exit());

/** One run to its end. Between two stretches of it the loss of the parent is heard. */
export default async (scenario: Scenario): Promise<RunResult> => {
  const begun = performance.now();
  const run = new Run(scenario, {});
  do await breathe();
  while (run.advance());
  return run.result((performance.now() - begun) / 1000);
};
