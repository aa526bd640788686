import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '#sim/run/scenario.ts';
import { hostNames } from '#sim/run/settings.ts';
import { RunRecorder } from '#sim/trace/run-journal.ts';
import { RUN_JOURNAL } from './journals.ts';
import { sourceDigest } from './source.ts';
import { UsageError } from './usage.ts';

type Sink = (bytes: Uint8Array) => void;

/** The journals that a run writes while it goes. */
export interface JournalFiles {
  readonly run: RunRecorder;
  /** By name of the host: what `Run` wants. */
  readonly hosts: ReadonlyMap<string, Sink>;
  close(): void;
}

/** Makes the files of a run's journal, and of those of the hosts named. Throws `UsageError`. */
export const openJournals = async (
  folder: string,
  scenario: Scenario,
  hosts: readonly string[],
): Promise<JournalFiles> => {
  const source = await sourceDigest();
  const handles: number[] = [];
  const open = (file: string): Sink => {
    const handle = created(join(folder, file));
    handles.push(handle);
    return (bytes) => writeFileSync(handle, bytes);
  };
  return {
    run: new RunRecorder(scenario, source, open(RUN_JOURNAL)),
    hosts: new Map([...new Set(hosts)].map((host) => [host, open(`${host}.journal`)])),
    close() {
      for (const handle of handles) closeSync(handle);
    },
  };
};

const created = (path: string): number => {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`--out: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** The host that `--journal host:17` or `host:n017` names. */
export const parseJournalTarget = (target: string, nodes: number): string => {
  const names = hostNames(nodes);
  const wanted = target.match(/^host:(.+)$/)?.[1];
  if (wanted === undefined) throw new UsageError(`--journal ${target}: write host:<number or name>, e.g. host:0`);
  const name = /^\d+$/.test(wanted) ? names[Number(wanted)] : names.find((known) => known === wanted);
  if (name !== undefined) return name;
  throw new UsageError(`--journal ${target}: no such host; there are ${names[0]} to ${names.at(-1)}`);
};
