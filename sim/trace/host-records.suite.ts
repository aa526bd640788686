import { concat } from '#core/bytes/bytes.ts';
import { Reader, Writer } from '#core/bytes/layout.ts';
import { type Block, JournalReader, JournalWriter, KIND_HOST } from '#core/journal/container.ts';
import type { Trouble } from '#core/journal/difference.ts';
import { EFFECT, ENTRY, type Entry, type FlatEffect, type FlatRecord } from '#core/journal/layouts.ts';
import { encodeEffect } from '#core/journal/recorder.ts';
import { HostReplay, type ReplayOptions } from '#core/journal/replay.ts';
import { Run } from '#sim/run/run.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { verifierOf } from './host-journal.ts';

/** A run with the journal of one host. */
export const hostRecorded = (scenario: Scenario, host: string) => {
  const parts: Uint8Array[] = [];
  const run = new Run(scenario, { journals: new Map([[host, (bytes) => parts.push(bytes)]]) });
  const result = run.finish();
  run.endJournals();
  return { result, parts, bytes: concat(...parts) };
};

export const replayed = (bytes: Uint8Array, changes: Partial<ReplayOptions> = {}) => {
  const reader = new JournalReader();
  const replay = new HostReplay({ verifier: verifierOf, ...changes });
  let trouble: Trouble | undefined;
  for (const block of reader.push(bytes)) trouble ??= replay.take(block);
  const { name, windows, tally } = replay;
  return { trouble, end: reader.finish().type, name, windows, tally };
};

export const blocksOf = (bytes: Uint8Array): readonly Block[] => new JournalReader().push(bytes);

export const entriesOf = (bytes: Uint8Array): Entry[] =>
  blocksOf(bytes).flatMap(({ payload }) => {
    const entries: Entry[] = [];
    for (const reader = new Reader(payload); reader.offset < payload.length; ) entries.push(ENTRY.read(reader));
    return entries;
  });

export const encoded = (entry: Entry): Uint8Array => {
  const writer = new Writer(ENTRY.sizeOf(entry));
  ENTRY.write(writer, entry);
  return writer.bytes;
};

/** A sound journal of these entries. */
export const journalOf = (entries: readonly Entry[]): Uint8Array => {
  const parts: Uint8Array[] = [];
  const writer = new JournalWriter(KIND_HOST, (bytes) => parts.push(bytes));
  for (const entry of entries) writer.write(encoded(entry));
  writer.end();
  return concat(...parts);
};

export type RecordEntry = Extract<Entry, { readonly type: 'record' }>;

export const recordsOf = (entries: readonly Entry[]): readonly RecordEntry[] =>
  entries.filter((entry) => entry.type === 'record');

export const effectsOf = ({ effects }: FlatRecord): readonly FlatEffect[] => {
  const list: FlatEffect[] = [];
  for (const reader = new Reader(effects); reader.offset < effects.length; ) list.push(EFFECT.read(reader));
  return list;
};

export const encodeEffects = (effects: readonly FlatEffect[]): Uint8Array => concat(...effects.map(encodeEffect));

/** The journal with one record in the place of another; where it is, counted as inputs are. */
export const withOne = (
  entries: readonly Entry[],
  is: (record: RecordEntry) => boolean,
  change: (record: RecordEntry) => RecordEntry,
): { readonly bytes: Uint8Array; readonly input: number } => {
  const record = recordsOf(entries).find(is);
  if (record === undefined) throw new Error('no such record');
  return {
    bytes: journalOf(entries.map((entry) => (entry === record ? change(record) : entry))),
    input: recordsOf(entries).indexOf(record) + 1,
  };
};
