import { describe, expect, test } from 'vitest';
import type { Message } from '#core/wire/messages.ts';
import { describe as inWords } from '#sim/run/identify.ts';
import type { Scenario, ScenarioInput } from '#sim/run/scenario.ts';
import { hostNames } from '#sim/run/settings.ts';
import { linkEnds } from '#sim/world/connection.ts';
import { HAPPENINGS } from '#sim/world/types.ts';
import { compareRuns, isRepeated, settingsThatDiffer } from './compare.ts';
import { offsetsOf, recorded, SOURCE, short } from './recorded.suite.ts';
import { type EndLine, readRunJournal } from './run-journal.ts';
import { exactClockText } from './words.ts';

const options = { source: SOURCE };

/** A run, and each delivery from n001 to n002 as a line; identifiers of nodes are not names here. */
const withDeliveries = (scenario: Scenario) => {
  const names = hostNames(scenario.nodes);
  const deliveries: string[] = [];
  const run = recorded(scenario, (at, what, who, _content, subject) => {
    if (what !== HAPPENINGS.deliver) return;
    const { from, to } = linkEnds(who);
    if (from !== 1 || to !== 2) return;
    const message = inWords(subject as Message, () => '\\w+');
    deliveries.push(`${exactClockText(at)}  ${names[to]} receives from ${names[from]}: ${message}`);
  });
  return { ...run, deliveries };
};

const loss = (window: number) => ({ type: 'lose', window, after: 20, from: 'n001', to: 'n002', kind: 'vote' }) as const;

/** Two runs, the second without one message of their last window. */
const pairOf = (changes: Partial<ScenarioInput>) => {
  const scenario = short(changes);
  const fault = loss(scenario.windows);
  const plain = withDeliveries(scenario);
  const lacking = withDeliveries(short({ ...changes, faults: [fault] }));
  const at = plain.deliveries.findIndex((line, i) => line !== lacking.deliveries[i]);
  return { plain, lacking, at, fault };
};

/** Twelve nodes, all linked, have more than one block of happenings in five windows. */
const MANY = { nodes: 12, windows: 4, hosts: [{ count: 12, spread: 20 }], network: { links: 11 } };
const pairs = { 'one block': pairOf({ windows: 2 }), 'two blocks': pairOf(MANY) };

describe('two runs that differ in one message', () => {
  test.each(['one block', 'two blocks'] as const)('lost in a run of %s: window, host and message', (size) => {
    const { plain, lacking, at, fault } = pairs[size];
    const { window } = fault;
    const lost = plain.deliveries[at] as string;
    expect(lost).toMatch(/n002 receives from n001: (prevote|precommit) of/);
    expect(lacking.deliveries[at]).toBe(plain.deliveries[at + 1]);
    const { equal, lines } = compareRuns(plain.journal, lacking.journal, options);
    expect(equal).toBe(false);
    const [settings, setting, upTo, head, inA, inB, before, ...context] = lines;
    expect([settings, setting]).toEqual(['Settings that differ:', `  faults.0: a nothing, b ${JSON.stringify(fault)}`]);
    expect(upTo).toMatch(new RegExp(`^The runs are equal up to window ${window - 1}, final at 0:\\d\\d:`));
    expect(head).toMatch(new RegExp(`^First difference: at 0:.*, in window ${window} of n002, happening \\d+:$`));
    expect(inA).toMatch(new RegExp(`^  a: ${lost}$`));
    expect(inB).toMatch(/^ {2}b: this does not happen; next there: 0:\d\d:\d\d\.\d{6} {2}n002 /);
    expect(before).toBe('Before that, the same in both:');
    expect(context).toHaveLength(3);
    for (const line of context) expect(line).toMatch(/^ {5}0:\d\d:\d\d\.\d{6} {2}n002 /);
  });

  test('are told the same way from the other side', () => {
    const { plain, lacking } = pairs['one block'];
    const there = compareRuns(plain.journal, lacking.journal, options).lines;
    const back = compareRuns(lacking.journal, plain.journal, options).lines;
    const swapped = [there[3], there[4]?.replace('a:', 'b:'), there[5]?.replace('b:', 'a:')];
    expect(back.slice(3, 6)).toEqual(swapped);
  });

  test('are more than one block of happenings in one of the cases', () => {
    const [one, two] = [pairs['one block'].plain.journal, pairs['two blocks'].plain.journal];
    expect([one.blocks.length, two.blocks.length]).toEqual([0, 1]);
    expect(pairs['two blocks'].lacking.journal.blocks).toEqual(two.blocks);
  });
});

describe('a comparison', () => {
  const plain = recorded(short());

  test('of equal runs says so', () => {
    const told = `The runs are equal: ${plain.journal.windows.length} windows, trace ${plain.result.traceDigest}`;
    expect(compareRuns(plain.journal, recorded(short()).journal, options)).toEqual({ equal: true, lines: [told] });
  });

  test('of another state root after the last window, which no happening shows', () => {
    const windows = plain.journal.windows.map((line, i) => (i === 3 ? { ...line, root: '00'.repeat(32) } : line));
    const { equal, lines } = compareRuns(plain.journal, { ...plain.journal, windows }, options);
    expect(equal).toBe(false);
    expect(lines.at(-1)).toBe('Both journals, run again with this source, are equal where they were not.');
  });

  test('takes a seed as a number for the same seed as a text', () => {
    const scenario = short({ seed: '1' });
    expect(compareRuns(plain.journal, { ...plain.journal, scenario }, options).lines).toHaveLength(1);
  });

  test('of runs whose settings do not matter says both', () => {
    const { equal, lines } = compareRuns(plain.journal, recorded(short({ memo: false })).journal, options);
    expect(equal).toBe(true);
    expect(lines.slice(0, 2)).toEqual(['Settings that differ:', '  memo: a true, b false']);
  });

  test('says which run was recorded with other source', () => {
    const old = { ...plain.journal, source: 'ee'.repeat(32) };
    const { equal, lines } = compareRuns(plain.journal, old, options);
    expect(equal).toBe(true);
    expect(lines[0]).toMatch(/^b was recorded with other source/);
  });

  test('of a run that goes on where the other is over', () => {
    const { lines } = compareRuns(plain.journal, recorded(short({ windows: 4 })).journal, options);
    expect(lines.slice(0, 2)).toEqual(['Settings that differ:', '  windows: a 3, b 4']);
    expect(lines[2]).toMatch(/^The runs are equal up to window 3/);
    expect(lines[4]).toMatch(/^ {2}b: 0:0\d:/);
    expect(lines[5]).toBe('  a: the run is over');
  });

  test('of an interrupted run goes as far as it does', () => {
    const cut = readRunJournal([plain.bytes.subarray(0, offsetsOf(plain.bytes)[3] as number)]);
    for (const { equal, lines } of [
      compareRuns(cut, plain.journal, options),
      compareRuns(plain.journal, cut, options),
    ]) {
      expect(equal).toBe(true);
      expect(lines[0]).toMatch(
        /^The runs are equal up to window 1, final at .*, where the journal of an interrupted run ends$/,
      );
    }
    const other = recorded(short({ faults: [loss(1)] }));
    const early = readRunJournal([other.bytes.subarray(0, offsetsOf(other.bytes)[3] as number)]);
    expect(compareRuns(cut, early, options).equal).toBe(false);
  });

  test('of another seed begins at the first happening that is not the same', () => {
    const { equal, lines } = compareRuns(plain.journal, recorded(short({ seed: 2 })).journal, options);
    expect(equal).toBe(false);
    expect(lines.slice(0, 2)).toEqual(['Settings that differ:', '  seed: a "1", b "2"']);
    expect(lines[2]).toMatch(/^First difference: at 0:00:00.000000, in window 0/);
  });

  test('says so where this source does not repeat what a journal holds', () => {
    const zeros = '00'.repeat(32);
    const end = { ...(plain.journal.end as EndLine), digest: zeros };
    expect(compareRuns(plain.journal, { ...plain.journal, windows: [], end }, options)).toEqual({
      equal: false,
      lines: [
        'This source does not repeat b: what follows is of the run it makes now.',
        'Both journals, run again with this source, are equal where they were not.',
      ],
    });
    const { blocks } = pairs['two blocks'].plain.journal;
    const made = { blocks, end: undefined };
    expect([blocks, [], [zeros]].map((told) => isRepeated({ blocks: told, end: undefined }, made))).toEqual([
      ...[true, true, false],
    ]);
  });

  test('of windows with more happenings than there are is no defect', () => {
    const windows = plain.journal.windows.map((line) => ({ ...line, happenings: 2 ** 50 }));
    const a = { ...plain.journal, windows };
    const b = { ...a, end: { ...(a.end as EndLine), digest: '00'.repeat(32) } };
    expect(compareRuns(a, b, options)).toMatchObject({ equal: false });
  });

  test('names settings by path', () => {
    const a = { network: { loss: 1, jitter: 2 }, faults: [{ type: 'heal', window: 3 }], rules: 'montana' };
    const b = { network: { loss: 1, jitter: 3 }, faults: [], rules: { lottery: 'binding' } };
    expect(settingsThatDiffer(a, b)).toEqual([
      'network.jitter: a 2, b 3',
      'faults.0: a {"type":"heal","window":3}, b nothing',
      'rules: a "montana", b {"lottery":"binding"}',
    ]);
  });
});
