import { describe, expect, test } from 'vitest';
import { runScenario } from '#sim/run/run.ts';
import { ScenarioError } from '#sim/run/settings.ts';
import { JournalError } from './blocks.ts';
import { containing, crashing, offsetsOf, recorded, SOURCE, short } from './recorded.suite.ts';
import { replayRun, windowDifference } from './replay-run.ts';
import { readRunJournal, type WindowLine } from './run-journal.ts';

const scenario = crashing();
const { bytes, journal, result } = recorded(scenario);
const offsets = offsetsOf(bytes);

const refusal = (input: Uint8Array): string => {
  try {
    readRunJournal([input]);
  } catch (error) {
    if (error instanceof JournalError) return error.message;
    throw error;
  }
  return 'not refused';
};

describe('the journal of a run', () => {
  test('says what it takes to repeat the run, and what it showed', () => {
    expect(journal.scenario).toEqual(scenario);
    expect(journal.source).toBe(SOURCE);
    expect(journal.windows.map(({ window }) => window)).toEqual(journal.windows.map((_, i) => i));
    expect(journal.windows.length).toBeGreaterThan(5);
    expect(journal.windows[5]?.root).toBe(result.stateRoot);
    expect(journal.end?.digest).toBe(result.traceDigest);
    expect(journal.end?.properties).toEqual(result.properties.map(({ name, observed }) => ({ name, observed })));
    expect(journal.end?.finalWindow).toBe(result.finalWindow);
  });

  test('leaves the digest of the run as it is', () => {
    expect(runScenario(scenario).traceDigest).toBe(result.traceDigest);
  });

  test('takes less than 400 bytes a window beside its head and end', () => {
    const lines = (offsets.at(-1) as number) - (offsets[1] as number);
    expect(lines / journal.windows.length).toBeLessThan(400);
  });

  test('of an interrupted run is read up to its last block', () => {
    const cut = readRunJournal([bytes.subarray(0, offsets[4] as number)]);
    expect(cut).toEqual({ ...journal, windows: journal.windows.slice(0, 3), end: undefined, blocks: cut.blocks });
  });

  test('with one flipped byte is refused, naming the block and where it begins', () => {
    for (const [i, offset] of offsets.entries()) {
      const flipped = Uint8Array.from(bytes);
      flipped[offset + 40] = (flipped[offset + 40] as number) ^ 1;
      expect(refusal(flipped)).toMatch(new RegExp(`^block ${i + 1} at byte ${offset}: `));
    }
  });

  test('with the lines of something else is refused', () => {
    const head = { type: 'run', scenario: journal.scenario, source: SOURCE };
    const [first, second] = journal.windows;
    expect(refusal(containing([]))).toMatch(/no head/);
    expect(refusal(containing([first]))).toMatch(/^block 1 at byte \d+: a line out of order$/);
    expect(refusal(containing([head, head]))).toMatch(/^block 2 at byte \d+: a second head$/);
    expect(refusal(containing([head, second]))).toMatch(/window 1 in the place of window 0/);
    expect(refusal(containing([head, journal.end, first]))).toMatch(/out of order/);
    expect(refusal(containing([head, '{"type":"window"}']))).toMatch(/a line does not end/);
    expect(refusal(containing([head, 'window\n']))).toMatch(/a line is no JSON/);
    expect(refusal(containing([head, { ...first, round: 'one' }]))).toMatch(/block 2 at byte \d+: round: /);
    const misspelt = { ...journal.scenario, windos: 3 };
    expect(refusal(containing([{ ...head, scenario: misspelt }]))).toMatch(/windos: no such field/);
    expect(refusal(containing([head, first]))).toBe('not refused');
  });
});

describe('a replay', () => {
  const options = { source: SOURCE };

  test('of a run is equal, crash and catch-up included', () => {
    const told = `equal: ${journal.windows.length} windows, ${journal.end?.happenings} happenings, trace ${result.traceDigest}`;
    expect(replayRun(journal, options)).toEqual({ equal: true, lines: [told] });
  });

  test('of an interrupted run is equal as far as it goes', () => {
    const cut = readRunJournal([bytes.subarray(0, offsets[4] as number)]);
    expect(replayRun(cut, options)).toEqual({
      equal: true,
      lines: ['equal up to window 2, where the journal ends: the run was interrupted'],
    });
  });

  test('says first that the source is another one', () => {
    const { equal, lines } = replayRun(journal, { source: 'ee'.repeat(32) });
    expect(equal).toBe(true);
    expect(lines[0]).toBe('recorded with other source (5c5c5c5c, this is eeeeeeee): a difference may come from that');
  });

  test('names the first window that differs, and what of it', () => {
    const windows = journal.windows.map((line) => (line.window === 3 ? { ...line, root: '00'.repeat(32) } : line));
    const { equal, lines } = replayRun({ ...journal, windows }, options);
    expect(equal).toBe(false);
    expect(lines[0]).toMatch(/^window 3 differs, at 0:03:\d\d\.\d{6}:$/);
    expect(lines.slice(1)).toEqual([`  state root: recorded ${'00'.repeat(32)}, now ${journal.windows[3]?.root}`]);
  });

  test('of another history stops at window 0', () => {
    const { lines } = replayRun({ ...journal, scenario: { ...scenario, seed: 2 } }, options);
    expect(lines[0]).toMatch(/^window 0 differs/);
    expect(lines.join('\n')).toMatch(/trace digest: recorded/);
  });

  test('names a difference after the last window', () => {
    const end = journal.end as NonNullable<typeof journal.end>;
    const { lines } = replayRun({ ...journal, end: { ...end, finalWindow: 3, digest: '00'.repeat(32) } }, options);
    expect(lines[0]).toMatch(/^all windows are equal, the end differs/);
    expect(lines.slice(1)).toEqual([
      `  trace digest: recorded ${'00'.repeat(32)}, now ${result.traceDigest}`,
      `  final everywhere: recorded window 3, now ${result.finalWindow}`,
    ]);
  });

  test('notices a window too many and a window too few', () => {
    const { journal: four } = recorded(short());
    const windows = [...four.windows, { ...(four.windows[3] as WindowLine), window: 4 }];
    expect(replayRun({ ...four, windows }, options).lines[0]).toMatch(/^window 4 is not final at the end of the run/);
    const fewer = { ...four, windows: four.windows.slice(0, 2) };
    expect(replayRun(fewer, options).lines[0]).toMatch(/^window 2 is final at 0:02:.*: it was not$/);
  });

  test('names the part of the trace that differs', () => {
    const blocks = ['11', '22', '33'].map((byte) => byte.repeat(32));
    const line = { ...(journal.windows[3] as WindowLine), happenings: 5 * 65_536 + 7, blocks };
    expect(windowDifference(line, line)).toBeUndefined();
    expect(windowDifference(line, { ...line, blocks: [blocks[0] as string] })).toEqual([
      expect.stringMatching(/^window 3 differs, at 0:03:/),
      '  the first part of the trace that differs: happenings 196608 to 262143',
    ]);
  });
});

test('a message to be lost is between hosts there are', () => {
  const lose = { type: 'lose', window: 1, from: 'n001', to: 'n999', kind: 'vote' } as const;
  expect(() => short({ faults: [lose] })).toThrow(new ScenarioError('small: faults.0.to: no host "n999"'));
});
