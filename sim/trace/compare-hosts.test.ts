import { describe, expect, test } from 'vitest';
import { concat } from '#core/bytes/bytes.ts';
import type { Block } from '#core/journal/container.ts';
import type { Entry } from '#core/journal/layouts.ts';
import { small } from '#sim/run/small.suite.ts';
import { JournalError } from './blocks.ts';
import { compareHosts } from './compare-hosts.ts';
import { encoded, entriesOf, hostRecorded, type RecordEntry } from './host-records.suite.ts';

const scenario = small({ nodes: 2, hosts: [{ count: 2 }], windows: 1, faults: [] });
const entries = entriesOf(hostRecorded(scenario, 'n001').bytes);

/** One block with these entries. */
const holding = (list: readonly Entry[]): readonly Block[] => [
  { number: 1, offset: 43, payload: concat(...list.map(encoded)), chain: '' },
];

const whole = holding(entries);
const inputs = entries.filter((entry) => entry.type === 'record').length;

/** The journal with its `input`-th record changed. */
const changed = (input: number, change: (record: RecordEntry) => RecordEntry): readonly Block[] => {
  let seen = 0;
  return holding(entries.map((entry) => (entry.type === 'record' && ++seen === input ? change(entry) : entry)));
};

describe('two journals of a host', () => {
  test('are equal, whatever their blocks', () => {
    const told = { equal: true, lines: [`The journals are equal: ${inputs} inputs and their effects`] };
    expect(inputs).toBeGreaterThan(20);
    expect(compareHosts(whole, whole)).toEqual(told);
    const half = entries.length >> 1;
    expect(compareHosts(whole, [...holding(entries.slice(0, half)), ...holding(entries.slice(half))])).toEqual(told);
  });

  test('with another input: both, and the three before', () => {
    const { equal, lines } = compareHosts(
      whole,
      changed(9, (record) => ({ ...record, now: record.now + 1 })),
    );
    expect(equal).toBe(false);
    expect(lines[0]).toBe('First difference: input 9:');
    expect(lines[1]?.slice(0, 5)).toBe('  a: ');
    expect(lines[2]?.slice(0, 5)).toBe('  b: ');
    expect(lines[1]).not.toBe(lines[2]?.replace('b:', 'a:'));
    expect(lines[3]).toBe('Before that, the same in both:');
    expect(lines).toHaveLength(7);
  });

  test('with another effect: the input, and the effect in both', () => {
    const { equal, lines } = compareHosts(
      whole,
      changed(1, (record) => ({ ...record, count: 0, effects: new Uint8Array(0) })),
    );
    expect(equal).toBe(false);
    expect(lines[0]).toBe('First difference: input 1:');
    expect(lines[1]).toMatch(/^ {2}both: 0:00:00.000000 {2}start with 0 durable records$/);
    expect(lines[2]).toMatch(/^ {2}a, effect 1: \w+/);
    expect(lines[3]).toBe('  b: no more effects');
    expect(lines).toHaveLength(4);
  });

  test('of which one goes on', () => {
    const last = entries.findLastIndex((entry) => entry.type === 'record');
    const { lines } = compareHosts(holding(entries.slice(0, last)), whole);
    expect(lines[0]).toBe(`First difference: input ${inputs}:`);
    expect(lines[1]).toBe('  a: the journal ends');
    expect(lines[2]).toMatch(/^ {2}b: 0:0\d:/);
  });

  test('that hold something else are refused', () => {
    const nonsense: Block = { number: 2, offset: 900, payload: new Uint8Array([99]), chain: '' };
    expect(() => compareHosts(whole, [...whole, nonsense])).toThrow(
      new JournalError("b: block 2 at byte 900: not what a host's journal holds: TooMany"),
    );
  });
});
