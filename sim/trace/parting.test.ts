import { describe, expect, test } from 'vitest';
import { HAPPENINGS, type Happening } from '#sim/world/types.ts';
import { differenceInWords, partingOf } from './parting.ts';
import { Recording } from './recording.ts';

/** Time, what, host, content. */
type Event = readonly [at: number, what: Happening, who: number, content?: number];

const { timer, alarm, crash, peerUp, dial } = HAPPENINGS;
const NAMES = ['n0', 'n1', 'n2'];

const recording = (...events: readonly Event[]): Recording => {
  const made = new Recording(100, 16, NAMES, (id) => id);
  for (const [at, what, who, content = 0] of events) made.add(at, what, who, content, undefined, 4);
  made.end = '';
  return made;
};

const told = (a: Recording, b: Recording): readonly string[] => {
  const at = partingOf(a, b, 0);
  return at === undefined ? [] : differenceInWords(at, a, b);
};

const common: readonly Event[] = [
  [1, timer, 0],
  [2, timer, 1],
  [3, alarm, 0],
  [4, dial, 0, 2],
  [5, peerUp, 0, 7],
];

describe('the parting of two runs', () => {
  test('is none where they are the same', () => {
    expect(partingOf(recording(...common), recording(...common), 0)).toBeUndefined();
    expect(partingOf(recording(...common), recording([1, crash, 0], ...common.slice(1)), 1)).toBeUndefined();
  });

  test('where one has a happening more: it, what the other does next there, what was before', () => {
    const next: readonly Event[] = [
      [7, timer, 1],
      [8, crash, 0],
    ];
    expect(told(recording(...common, [6, alarm, 0], ...next), recording(...common, ...next))).toEqual([
      'First difference: at 0:00:00.000006, in window 4 of n0, happening 105:',
      '  a: 0:00:00.000006  n0 is woken by its count of hashes',
      '  b: this does not happen; next there: 0:00:00.000008  n0 crashes',
      'Before that, the same in both:',
      '     0:00:00.000003  n0 is woken by its count of hashes',
      '     0:00:00.000004  n0 dials n2',
      '     0:00:00.000005  n0 has a new connection, peer 7',
    ]);
    expect(
      told(recording(...common, ...next.slice(0, 1)), recording(...common, [6, alarm, 0], ...next.slice(0, 1)))[2],
    ).toBe('  a: this does not happen; nothing more happens there');
  });

  test('where both do something else: both', () => {
    const [head, a, b] = told(recording(...common, [6, crash, 1]), recording(...common, [7, crash, 2]));
    expect(head).toBe('First difference: at 0:00:00.000006, in window 4 of n1, happening 105:');
    expect([a, b]).toEqual(['  a: 0:00:00.000006  n1 crashes', '  b: 0:00:00.000007  n2 crashes']);
  });

  test('where the same happens at another time: both times', () => {
    const [, a, b] = told(recording(...common, [6, crash, 1]), recording(...common, [9, crash, 1]));
    expect([a, b]).toEqual(['  a: 0:00:00.000006  n1 crashes', '  b: the same at 0:00:00.000009']);
  });

  test('where one does later what the other does first', () => {
    const late: readonly Event[] = [
      [7, timer, 2],
      [9, crash, 1],
    ];
    const [head, , b] = told(recording(...common, [6, crash, 1], [7, timer, 2]), recording(...common, ...late));
    expect(head).toBe('First difference: at 0:00:00.000006, in window 4 of n1, happening 105:');
    expect(b).toBe('  b: this happens later, at 0:00:00.000009; next there: 0:00:00.000009  n1 crashes');
  });

  test('where the order at one time is another one: both', () => {
    const [first, second]: readonly [Event, Event] = [
      [6, crash, 1],
      [6, crash, 2],
    ];
    const [, a, b] = told(recording(...common, first, second), recording(...common, second, first));
    expect([a, b]).toEqual(['  a: 0:00:00.000006  n1 crashes', '  b: 0:00:00.000006  n2 crashes']);
  });

  test('where one is over', () => {
    expect(told(recording(...common), recording(...common, [6, crash, 1])).slice(1, 3)).toEqual([
      '  b: 0:00:00.000006  n1 crashes',
      '  a: the run is over',
    ]);
  });
});
