import { concat } from '#core/bytes/bytes.ts';
import { JournalReader, JournalWriter, KIND_RUN } from '#core/journal/container.ts';
import type { RunResult } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import type { Scenario, ScenarioInput } from '#sim/run/scenario.ts';
import { small } from '#sim/run/small.suite.ts';
import type { Watch } from '#sim/world/world.ts';
import { type RunJournal, RunRecorder, readRunJournal } from './run-journal.ts';

export const SOURCE = '5c'.repeat(32);

export interface RecordedRun {
  readonly bytes: Uint8Array;
  readonly journal: RunJournal;
  readonly result: RunResult;
}

/** Four windows of four nodes, without faults. */
export const short = (changes: Partial<ScenarioInput> = {}): Scenario =>
  small({ nodes: 4, windows: 3, hosts: [{ count: 4, spread: 20 }], faults: [], ...changes });

/** One of five nodes crashes, misses two windows and comes back. */
export const crashing = (): Scenario =>
  short({
    ...{ nodes: 5, windows: 5, hosts: [{ count: 5, spread: 20 }] },
    faults: [
      { type: 'crash', window: 1, after: 20, hosts: ['n004'] },
      { type: 'restart', window: 3, after: 10, hosts: ['n004'] },
    ],
  });

/** Runs a scenario and keeps its journal. */
export const recorded = (scenario: Scenario, happenings?: Watch): RecordedRun => {
  const pieces: Uint8Array[] = [];
  const recorder = new RunRecorder(scenario, SOURCE, (bytes) => pieces.push(bytes));
  const run: Run = new Run(scenario, {
    watch: (_host, notice, at) => recorder.notice(run.world, notice, at),
    ...(happenings === undefined ? {} : { happenings }),
  });
  const result = run.finish();
  recorder.end(run.world, result);
  const bytes = concat(...pieces);
  return { bytes, journal: readRunJournal([bytes]), result };
};

/** Where the blocks of a journal begin. */
export const offsetsOf = (bytes: Uint8Array): readonly number[] =>
  new JournalReader().push(bytes).map(({ offset }) => offset);

/** A sound container around lines of one's own, one block each. */
export const containing = (lines: readonly unknown[]): Uint8Array => {
  const pieces: Uint8Array[] = [];
  const writer = new JournalWriter(KIND_RUN, (bytes) => pieces.push(bytes));
  for (const line of lines) {
    writer.write(new TextEncoder().encode(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`));
    writer.flush();
  }
  writer.end();
  return concat(...pieces);
};
