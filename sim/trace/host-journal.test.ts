import { describe, expect, test } from 'vitest';
import { concat } from '#core/bytes/bytes.ts';
import { FatalInvariant } from '#core/bytes/fatal.ts';
import { SIGNATURE_SIZE } from '#core/crypto/suite.ts';
import { BLOCK_SIZE, type Block } from '#core/journal/container.ts';
import { troubleInWords } from '#core/journal/difference.ts';
import type { Entry, FlatEffect } from '#core/journal/layouts.ts';
import { HostRecorder } from '#core/journal/recorder.ts';
import { madeOf } from '#core/journal/setting.ts';
import { NO_MEMO } from '#core/participant/evaluation.ts';
import { PATIENT_TIMERS } from '#core/participant/timers.ts';
import { MemoryStaging } from '#core/snapshot/staging.ts';
import { Run } from '#sim/run/run.ts';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import {
  blocksOf,
  effectsOf,
  encoded,
  encodeEffects,
  entriesOf,
  hostRecorded,
  journalOf,
  type RecordEntry,
  recordsOf,
  replayed,
  withOne,
} from './host-records.suite.ts';
import { crashing, short } from './recorded.suite.ts';

const HOST = 'n004';

describe('the journal of a host that crashes and comes back', () => {
  const { result, bytes, parts } = hostRecorded(crashing(), HOST);
  const entries = entriesOf(bytes);

  test('leaves the run as it is', () => {
    expect(result).toEqual(new Run(crashing(), {}).finish());
  });

  test('replays to the same effects, in both lives', () => {
    const { trouble, end, name, windows, tally } = replayed(bytes);
    expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
    expect({ end, name, windows }).toEqual({ end: 'whole', name: HOST, windows: 6 });
    const records = recordsOf(entries);
    expect(records.filter(({ input }) => input.type === 'start')).toHaveLength(2);
    expect(tally.inputs).toBe(records.length);
    expect(tally.effects).toBe(records.reduce((sum, { count }) => sum + count, 0));
    expect(entries.at(-1)).toEqual({ type: 'mark', ...tally });
  });

  test('is the same from the same scenario and seed, another with another seed', () => {
    const brief = hostRecorded(short({ windows: 1 }), 'n001').bytes;
    expect(hostRecorded(short({ windows: 1 }), 'n001').bytes).toEqual(brief);
    expect(hostRecorded(short({ windows: 1, seed: 2 }), 'n001').bytes).not.toEqual(brief);
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
      ...[
        'type',
        'name',
        'genesis',
        'nodes',
        'publicKey',
        'entry',
        'timers',
        'adoption',
        'stem',
        'fastSync',
        'checkpoint',
        'suite',
        'secret',
      ],
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
    const raise = (): never => {
      throw new TypeError('no such thing');
    };
    const raised = replayed(bytes, { changed: (config) => ({ ...config, verify: raise }) }).trouble;
    expect(raised).toMatchObject({ effect: 1, seen: 'no more effects; the core stops: no such thing' });
    const isFirst = ({ count }: RecordEntry): boolean => count > 1;
    const { bytes: other, input } = withOne(entries, isFirst, (record) => ({ ...record, fatal: 'it was broken' }));
    expect(replayed(other).trouble).toMatchObject({
      ...{ input, effect: undefined, expected: 'the core stops: it was broken', seen: 'no stop' },
    });
  });

  test('has the input that an error ended, with the effects before it', () => {
    const { type, ...setting } = entries[0] as Extract<Entry, { type: 'setting' }>;
    const made = madeOf(setting);
    if (typeof made === 'string') throw new Error(made);
    const written: Uint8Array[] = [];
    const recorder = new HostRecorder({ ...setting, timers: 'ordinary', adoption: 'bundles' }, (part) =>
      written.push(part),
    );
    const nothing = (): undefined => undefined;
    const notice = (): never => {
      throw new Error('nobody listens');
    };
    const host = recorder.open({
      config: {
        ...{ network: made.settled.network, verify: () => true, identity: undefined, timers: made.timers },
        ...{ adoption: 'bundles', memo: NO_MEMO, meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 } },
      },
      opened: { settled: made.settled, open: undefined },
      ...{ durable: 0, seed: new Uint8Array(32), clock: { now: 0, iterations: 0 } },
      ports: {
        ...{ send: nothing, timer: nothing, alarm: nothing, work: nothing, cancel: nothing, persist: nothing },
        ...{ notice, archived: nothing, archivedObject: nothing, adopt: nothing },
        ...{ archivedCertificate: () => [], staging: () => new MemoryStaging() },
      },
    });
    expect(() => host.start()).toThrow('nobody listens');
    recorder.end();
    const [record] = recordsOf(entriesOf(concat(...written)));
    expect(record).toMatchObject({ input: { type: 'start' }, fatal: 'nobody listens' });
    expect(effectsOf(record as RecordEntry).at(-1)?.type).toBe('notice');
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

  test('with a signature longer than one is refused', () => {
    const hasSigned = ({ signatures }: RecordEntry): boolean => signatures.length > 0;
    const long = withOne(entries, hasSigned, (record) => ({
      ...record,
      signatures: record.signatures.map((signature) => ({ ...signature, bytes: new Uint8Array(SIGNATURE_SIZE + 1) })),
    }));
    expect(replayed(long.bytes).trouble).toMatchObject({ type: 'nonsense', reason: 'TooMany' });
  });

  test('shows an effect with an object that is not in it, whatever number stands there', () => {
    // Up to the first record that names objects, and those left out.
    const at = entries.findIndex((entry, i) => entry.type === 'record' && entries[i - 1]?.type === 'object');
    const known = entries.slice(0, at).filter((entry) => entry.type !== 'object');
    const record = entries[at] as RecordEntry;
    const nameless = effectsOf(record).map((effect): FlatEffect => {
      if (effect.type === 'notice' && 'object' in effect.notice) {
        return { ...effect, notice: { ...effect.notice, object: 0xffff_ffff } };
      }
      if (effect.type !== 'persist' || effect.open === undefined) return effect;
      const open = { ...effect.open, signed: effect.open.signed.map(() => 0xffff_ffff) };
      return { ...effect, open: { ...open, listed: open.listed.map(() => 0xffff_ffff) } };
    });
    expect(replayed(journalOf([...known, { ...record, effects: encodeEffects(nameless) }])).trouble).toMatchObject({
      ...{ type: 'differs', effect: undefined, expected: 'objects the journal holds' },
    });
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
    ['with real signatures', { suite: 'real', nodes: 3, hosts: [{ count: 3 }], windows: 1 }],
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
    const { trouble, end, windows } = replayed(hostRecorded(short({ windows: 2, ...changes }), 'n001').bytes);
    expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
    expect(end).toBe('whole');
    expect(windows).toBeGreaterThanOrEqual((changes.windows ?? 2) + 1);
  });

  test('where a crash lost what was persisted but not durable', () => {
    const lost = [1, 4, 9].map((effects) => {
      const faults: ScenarioInput['faults'] = [
        { type: 'crash', window: 1, after: 59, hosts: ['n001'], strike: effects },
        { type: 'restart', window: 2, hosts: ['n001'] },
      ];
      const { bytes } = hostRecorded(short({ windows: 2, faults }), 'n001');
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
  expect(() => hostRecorded(short(), 'n004')).toThrow('no host is called n004');
});

test('the journal of a host that joins, crashes on the way and becomes a node replays to the same effects', () => {
  const { result, bytes } = hostRecorded(
    short({
      ...{ nodes: 2, windows: 13, profile: { tau2: 8 }, workload: {} },
      hosts: [{ count: 1 }, { count: 1, joins: 1 }],
      faults: [
        { type: 'crash', window: 5, after: 20, hosts: ['n001'] },
        { type: 'restart', window: 5, after: 30, hosts: ['n001'] },
      ],
    }),
    'n001',
  );
  expect(result.properties.filter(({ met }) => !met)).toEqual([]);
  const { trouble, end, windows } = replayed(bytes);
  expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
  expect({ end, windows }).toEqual({ end: 'whole', windows: 14 });
  const entries = entriesOf(bytes);
  const published = entries.filter((entry) => entry.type === 'object' && entry.code === 0x10);
  expect(published).toHaveLength(1);
  const effects = recordsOf(entries).flatMap(effectsOf);
  const segments = effects.filter((effect) => effect.type === 'work' && effect.chain === 1);
  // One more than hashed: the crash took one, and one was given up on admission.
  expect(segments.length).toBeGreaterThan(8);
  const chains = effects.flatMap((effect) => (effect.type === 'persist' ? (effect.open?.chain ?? []) : []));
  expect(chains.at(-1)).toMatchObject({ wStart: 1 });
  // Its operator's key cannot sign here, and nobody else's stands for it.
  const [setting] = entries as [Extract<Entry, { type: 'setting' }>];
  const operator = setting.publicKey as Uint8Array;
  const others = [{ ...setting, entry: { operator, from: 1 } }, ...entries.slice(1)];
  expect(replayed(journalOf(others)).trouble).toMatchObject({ type: 'differs' });
});
