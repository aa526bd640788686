import { describe, expect, test } from 'vitest';
import { concat } from '#core/bytes/bytes.ts';
import { FatalInvariant } from '#core/bytes/fatal.ts';
import { Reader, Writer } from '#core/bytes/layout.ts';
import {
  BLOCK_SIZE,
  type Block,
  type JournalEnd,
  JournalReader,
  JournalWriter,
  KIND_HOST,
} from '#core/journal/container.ts';
import { type Trouble, troubleInWords } from '#core/journal/difference.ts';
import { EFFECT, ENTRY, type Entry, type FlatEffect, type FlatRecord } from '#core/journal/layouts.ts';
import { HostReplay, type ReplayOptions } from '#core/journal/replay.ts';
import { PATIENT_TIMERS } from '#core/participant/timers.ts';
import { Run } from '#sim/run/run.ts';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { small } from '#sim/run/small.suite.ts';
import { verifierOf } from './host-journal.ts';

const HOST = 'n006';

/** A run with the journal of one host. */
const recorded = (changes: Partial<ScenarioInput> = {}, host = HOST) => {
  const parts: Uint8Array[] = [];
  const run = new Run(small(changes), { journals: new Map([[host, (bytes) => parts.push(bytes)]]) });
  const result = run.finish();
  run.endJournals();
  return { result, parts, bytes: concat(...parts) };
};

const replayed = (bytes: Uint8Array, changes: Partial<ReplayOptions> = {}) => {
  const reader = new JournalReader();
  const replay = new HostReplay({ verifier: verifierOf, ...changes });
  let trouble: Trouble | undefined;
  for (const block of reader.push(bytes)) trouble ??= replay.take(block);
  const { name, windows, tally } = replay;
  const end: JournalEnd = reader.finish();
  return { trouble, end: end.type, name, windows, tally };
};

/** What a few nodes do in a few windows: for what needs no crash. */
const BRIEF: Partial<ScenarioInput> = { nodes: 4, windows: 3, hosts: [{ count: 4, spread: 20 }], faults: [] };

const blocksOf = (bytes: Uint8Array): readonly Block[] => new JournalReader().push(bytes);

const entriesOf = (bytes: Uint8Array): Entry[] =>
  blocksOf(bytes).flatMap(({ payload }) => {
    const entries: Entry[] = [];
    for (const reader = new Reader(payload); reader.offset < payload.length; ) entries.push(ENTRY.read(reader));
    return entries;
  });

const encoded = (entry: Entry): Uint8Array => {
  const writer = new Writer(ENTRY.sizeOf(entry));
  ENTRY.write(writer, entry);
  return writer.bytes;
};

/** A sound journal of these entries. */
const journalOf = (entries: readonly Entry[]): Uint8Array => {
  const parts: Uint8Array[] = [];
  const writer = new JournalWriter(KIND_HOST, (bytes) => parts.push(bytes));
  for (const entry of entries) writer.write(encoded(entry));
  writer.end();
  return concat(...parts);
};

type RecordEntry = Extract<Entry, { readonly type: 'record' }>;

const recordsOf = (entries: readonly Entry[]): readonly RecordEntry[] =>
  entries.filter((entry) => entry.type === 'record');

const effectsOf = ({ effects }: FlatRecord): readonly FlatEffect[] => {
  const list: FlatEffect[] = [];
  for (const reader = new Reader(effects); reader.offset < effects.length; ) list.push(EFFECT.read(reader));
  return list;
};

const encodeEffects = (effects: readonly FlatEffect[]): Uint8Array =>
  concat(
    ...effects.map((effect) => {
      const writer = new Writer(EFFECT.sizeOf(effect));
      EFFECT.write(writer, effect);
      return writer.bytes;
    }),
  );

/** The journal with one record in the place of another; where it is, counted as inputs are. */
const withOne = (
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

describe('the journal of a host that crashes and comes back', () => {
  const plain = new Run(small(), {}).finish();
  const { result, bytes, parts } = recorded();
  const entries = entriesOf(bytes);

  test('leaves the run as it is', () => {
    expect(result).toEqual(plain);
  });

  test('replays to the same effects, in both lives', () => {
    const { trouble, end, name, windows, tally } = replayed(bytes);
    expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
    expect({ end, name, windows }).toEqual({ end: 'whole', name: HOST, windows: 9 });
    const records = recordsOf(entries);
    expect(records.filter(({ input }) => input.type === 'start')).toHaveLength(2);
    expect(tally.inputs).toBe(records.length);
    expect(tally.effects).toBe(records.reduce((sum, { count }) => sum + count, 0));
    expect(entries.at(-1)).toEqual({ type: 'mark', ...tally });
  });

  test('is the same from the same scenario and seed, another with another seed', () => {
    const brief = recorded(BRIEF, 'n001').bytes;
    expect(recorded(BRIEF, 'n001').bytes).toEqual(brief);
    expect(recorded({ ...BRIEF, seed: 2 }, 'n001').bytes).not.toEqual(brief);
  });

  test('holds each object once and is handed out in blocks', () => {
    const objects = entries.filter((entry) => entry.type === 'object').map((entry) => `${encoded(entry)}`);
    expect(new Set(objects).size).toBe(objects.length);
    // Header and setting are parts of their own.
    for (const { length } of parts.slice(2)) expect(length).toBeLessThan(2 * BLOCK_SIZE);
    expect(parts.length).toBeGreaterThan(4);
  });

  test('holds no key that signs', () => {
    const [setting] = entries;
    expect(Object.keys(setting as Entry)).toEqual([
      ...['type', 'name', 'genesis', 'nodes', 'publicKey', 'timers', 'adoption', 'suite', 'secret'],
    ]);
  });

  test('cut between two blocks is equal up to there, and its end is told', () => {
    const last = blocksOf(bytes).at(-1) as Block;
    const { trouble, end } = replayed(bytes.slice(0, last.offset));
    expect({ trouble, end }).toEqual({ trouble: undefined, end: 'unfinished' });
  });

  test('shows a host with other timers at its first effect that differs', () => {
    const { trouble } = replayed(bytes, { changed: (config) => ({ ...config, timers: PATIENT_TIMERS }) });
    if (trouble?.type !== 'differs') throw new Error('not noticed');
    expect(trouble.effect).toBeGreaterThan(0);
    expect(troubleInWords(trouble)).toMatch(
      /^input \d+ \(.+\) in block \d+, effect \d+: expected alarm at \d+; seen alarm at \d+$/,
    );
  });

  test('shows a host that verifies nothing', () => {
    const { trouble } = replayed(bytes, { changed: (config) => ({ ...config, verify: () => false }) });
    if (trouble?.type !== 'differs') throw new Error('not noticed');
    expect(trouble).toMatchObject({ effect: 1, expected: expect.stringMatching(/^notice: accepted /) });
    expect(trouble.seen).toMatch(/^notice: penalty for peer \d+: /);
  });

  test('shows a host that breaks an invariant, and one that no longer does', () => {
    const verify = (): never => {
      throw new FatalInvariant('verified too much');
    };
    const broken = replayed(bytes, { changed: (config) => ({ ...config, verify }) }).trouble;
    expect(broken).toMatchObject({ effect: 1, seen: 'no more effects; the core stops: verified too much' });
    const isFirst = ({ count }: RecordEntry): boolean => count > 1;
    const { bytes: other, input } = withOne(entries, isFirst, (record) => ({ ...record, fatal: 'it was broken' }));
    expect(replayed(other).trouble).toMatchObject({
      ...{ input, effect: undefined, expected: 'the core stops: it was broken', seen: 'no stop' },
    });
  });

  test('shows the input in which a message was replaced', () => {
    const isFirst = (record: RecordEntry): boolean => record.input.type === 'message' && record.count > 1;
    const changed = withOne(entries, isFirst, (record) => ({ ...record, input: { type: 'timer' } }));
    const { trouble } = replayed(changed.bytes);
    expect(trouble).toMatchObject({ type: 'differs', input: changed.input, what: 'timer', effect: 1 });
  });

  test('shows a changed effect, a missing one and one too many, by input and place', () => {
    const isLong = ({ count }: RecordEntry): boolean => count > 4;
    const altered = (change: (effects: readonly FlatEffect[]) => readonly FlatEffect[]) =>
      withOne(entries, isLong, (record) => {
        const effects = change(effectsOf(record));
        return { ...record, count: effects.length, effects: encodeEffects(effects) };
      });
    const other = altered((effects) => effects.with(2, { type: 'timer', at: 17 }));
    expect(replayed(other.bytes).trouble).toMatchObject({ input: other.input, effect: 3, expected: 'timer at 17' });
    const missing = altered((effects) => effects.slice(0, -1));
    expect(replayed(missing.bytes).trouble).toMatchObject({ input: missing.input, expected: 'no more effects' });
    const more = altered((effects) => [...effects, { type: 'alarm', at: undefined }]);
    expect(replayed(more.bytes).trouble).toMatchObject({
      ...{ input: more.input, expected: 'no alarm', seen: 'no more effects' },
    });
  });

  test('shows a signature of another message', () => {
    const hasSigned = ({ signatures }: RecordEntry): boolean => signatures.length > 0;
    const changed = withOne(entries, hasSigned, (record) => ({
      ...record,
      signatures: record.signatures.map((signature) => ({ ...signature, message: '0'.repeat(64) })),
    }));
    expect(replayed(changed.bytes).trouble).toMatchObject({ type: 'differs', input: changed.input });
    const none = withOne(
      entries,
      (record) => record.count > 0,
      (record) => ({
        ...record,
        signatures: [...record.signatures, { message: '0'.repeat(64), bytes: new Uint8Array(32) }],
      }),
    );
    const { trouble } = replayed(none.bytes);
    expect(trouble).toMatchObject({ type: 'differs', input: none.input, effect: undefined });
  });

  test('shows a mark that does not fit', () => {
    const wrong = entries.map((entry) => (entry.type === 'mark' ? { ...entry, effects: entry.effects + 1 } : entry));
    expect(replayed(journalOf(wrong)).trouble).toMatchObject({ what: 'a mark', input: 256 });
  });

  test('that makes no sense is refused by block and offset', () => {
    const reasonOf = (changed: readonly Entry[]): string => {
      const { trouble } = replayed(journalOf(changed));
      return trouble === undefined ? '' : troubleInWords(trouble).replace(/^block \d+ at byte \d+: /, '');
    };
    const no = "not what a host's journal holds: ";
    const [setting, ...rest] = entries as [Extract<Entry, { type: 'setting' }>, ...Entry[]];
    expect(reasonOf(rest)).toBe(`${no}it does not begin with a setting`);
    expect(reasonOf([setting, setting])).toBe(`${no}a second setting`);
    expect(reasonOf([{ ...setting, timers: 'other' }])).toBe(`${no}unknown timers: other`);
    expect(reasonOf([{ ...setting, adoption: 'other' }])).toBe(`${no}unknown adoption: other`);
    expect(reasonOf([{ ...setting, suite: 'other' }])).toBe(`${no}unknown suite: other`);
    expect(reasonOf([{ ...setting, genesis: setting.genesis.slice(1) }])).toBe(`${no}its genesis is none`);
    const unknown = entries.map((entry) =>
      entry.type === 'record' && entry.input.type === 'message'
        ? { ...entry, input: { ...entry.input, message: { type: 'object' as const, object: 99_999 } } }
        : entry,
    );
    expect(reasonOf(unknown)).toMatch(
      /: input \d+ cannot be: message from peer \d+: an object the journal does not hold$/,
    );
    const late = entries.map((entry) =>
      entry.type === 'record' && entry.input.type === 'start'
        ? { ...entry, input: { ...entry.input, durable: entry.input.durable + 1 } }
        : entry,
    );
    expect(reasonOf(late)).toBe(`${no}input 1 cannot be: start with 1 durable records`);
  });
});

describe('a journal replays', () => {
  test.each<[string, Partial<ScenarioInput>]>([
    ['with real signatures', { suite: 'real' }],
    ['without votes', { rules: 'published' }],
    ['with patient timers, adopting by certificates', { timers: 'patient', adoption: 'certificate' }],
    [
      'of nodes with a past',
      {
        hosts: [
          { count: 2, chainLength: 70 },
          { count: 2, chainLength: 30 },
        ],
      },
    ],
    ['with every message encoded', { wire: true }],
  ])('%s', (_, changes) => {
    const { trouble, end, windows } = replayed(recorded({ ...BRIEF, ...changes }, 'n001').bytes);
    expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
    expect(end).toBe('whole');
    expect(windows).toBeGreaterThanOrEqual(4);
  });

  test('where a crash lost what was persisted but not durable', () => {
    const lost = [1, 2, 3, 4, 6, 9].map((effects) => {
      const faults: ScenarioInput['faults'] = [
        { type: 'crash', window: 1, after: 59, hosts: ['n001'], effects },
        { type: 'restart', window: 2, hosts: ['n001'] },
      ];
      const { bytes } = recorded({ ...BRIEF, faults }, 'n001');
      const { trouble } = replayed(bytes);
      expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
      let persisted = 0;
      let durable = 0;
      for (const record of recordsOf(entriesOf(bytes))) {
        if (record.input.type === 'start') durable = persisted - record.input.durable;
        persisted += effectsOf(record).filter(({ type }) => type === 'persist').length;
      }
      return durable;
    });
    expect(Math.max(...lost)).toBeGreaterThan(0);
  });
});

test('a host that is not there keeps no journal', () => {
  expect(() => recorded(BRIEF, 'n004')).toThrow('no host is called n004');
});
