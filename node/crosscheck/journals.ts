import { readFileSync } from 'node:fs';
import { Reader } from '#core/bytes/layout.ts';
import { type Block, faultInWords, JournalReader } from '#core/journal/container.ts';
import { EFFECT, type FlatRecord } from '#core/journal/layouts.ts';
import { HostSteps } from '#sim/trace/host-steps.ts';
import type { Closed } from './simulated.ts';

/** The whole blocks of a journal. One that was killed may end in a torn one; throws where it is damaged otherwise. */
export function* wholeBlocks(file: string): Generator<Block> {
  const reader = new JournalReader();
  yield* reader.push(readFileSync(file));
  const end = reader.finish();
  if (end.type === 'damaged' && end.fault.reason !== 'Truncated')
    throw new Error(`${file}: ${faultInWords(end.fault)}`);
}

/** Every window that a node's journals say was final there, in order. */
export const closedIn = (name: string, files: readonly string[]): readonly Closed[] => {
  const windows: Closed[] = [];
  for (const file of files) {
    const steps = new HostSteps(name, wholeBlocks(file));
    for (const { entry } of steps.steps()) if (entry.type === 'record') windows.push(...finalsOf(entry, steps));
  }
  return windows;
};

function* finalsOf({ effects }: FlatRecord, { get }: HostSteps): Generator<Closed> {
  const reader = new Reader(effects);
  /** What the record before the notice settles. */
  let operations = 0;
  while (reader.offset < effects.length && reader.error === undefined) {
    const effect = EFFECT.read(reader);
    if (effect.type === 'persist' && effect.final !== undefined) operations = effect.final.operations.length;
    if (effect.type !== 'notice' || effect.notice.type !== 'final') continue;
    const { window, round, stateRoot, proposal } = effect.notice;
    const object = get(proposal);
    const bundles = object?.kind === 'proposal' ? object.bundles.length : 0;
    yield { window, round, bundles, operations, stateRoot };
  }
}
