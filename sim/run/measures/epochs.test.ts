import { describe, expect, test } from 'vitest';
import type { FinalRecord } from '#core/participant/types.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { Run } from '../run.ts';
import { small } from '../small.suite.ts';
import { Epochs } from './epochs.ts';

const TAU2 = 8;

const records: FinalRecord[] = [];
const run = new Run(
  small({
    nodes: 4,
    windows: 2 * TAU2 + 3,
    profile: { tau2: TAU2 },
    hosts: [{ count: 3 }, { count: 1, speed: 500 }],
    workload: {},
    faults: [],
    measure: ['epochs'],
  }),
  {
    watch: (_, notice) => {
      if (notice.type === 'final') records[notice.record.settled.window] ??= notice.record;
    },
  },
);
const { metrics } = run.finish();

const at = (window: number): FinalRecord => records[window] as FinalRecord;

test('epochs: mean presence of their windows, and the D that their ends decide', () => {
  for (const k of [1, 2]) {
    const windows = records.slice((k - 1) * TAU2 + 1, k * TAU2 + 1);
    const included = windows.reduce((sum, { entry }) => sum + entry.bundles.length, 0);
    expect(metrics[`epoch.${k}.presence`]).toBeCloseTo(included / 4 / TAU2, 2);
    expect(metrics[`epoch.${k}.d`]).toBe(at(k * TAU2).settled.side.dAfterNext);
  }
  // The slow node is left out of every window but window 0.
  expect(metrics['epoch.2.presence']).toBe(0.75);
  expect(metrics['epoch.last.presence']).toBe(0.75);
  expect(metrics.dRelative).toBeCloseTo(at(2 * TAU2).settled.side.dAfterNext / 2_560, 4);
});

test('epochs: participation is that of the side state, window 0 and the epoch under way are left out', () => {
  const epochs = new Epochs(at(0).settled);
  for (const record of records.slice(0, TAU2 + 1))
    epochs.notice(0, { type: 'final', record, round: 1 }, record.settled.window);
  const participation = epochs.metrics()['epoch.1.participation'] as number;
  // The last window of an epoch clears the list: what it adds is between what the one before and 1 add.
  const listed = at(TAU2 - 1).settled.side.participation;
  const sum = listed.reduce((total, permille) => total + permille / 1000, 0);
  expect(participation).toBeGreaterThanOrEqual((sum + (listed.at(-1) as number) / 1000) / TAU2 - 0.001);
  expect(participation).toBeLessThanOrEqual((sum + 1) / TAU2 + 0.001);
  expect(metrics['epoch.1.participation']).toBe(participation);
  expect(metrics).toMatchObject({ epochs: 2 });
  expect(metrics).not.toHaveProperty('epoch.3.presence');
});

test('epochs: the upper median of participation, and how fast windows closed', () => {
  // In the first epoch three of four equal nodes, but for window 0.
  const ratios = records.slice(1, TAU2).map(({ settled }) => settled.side.participation.at(-1) as number);
  const [least, most] = [Math.min(...ratios) / 1000, Math.max(...ratios) / 1000];
  expect(metrics['epoch.1.median']).toBeGreaterThanOrEqual(least);
  expect(metrics['epoch.1.median']).toBeLessThanOrEqual(most);
  expect(metrics['epoch.1.windowsPerMinute']).toBeCloseTo(1, 1);
});

describe('dFaults: windows whose T was not hashed with the D of 05 §7', () => {
  /** What the second epoch made of D; the first left it as it was. */
  const RISEN = Math.floor((2_560 * 103) / 100);
  const faults = (changed: (record: FinalRecord) => FinalRecord): number => {
    const epochs = new Epochs(run.genesis);
    for (const record of records) epochs.notice(0, { type: 'final', record: changed(record), round: 1 }, 0);
    return epochs.metrics().dFaults as number;
  };

  test('none, over two ends of epochs', () => {
    expect(records.length).toBeGreaterThan(2 * TAU2 + 2);
    expect(at(2 * TAU2).settled.side.dAfterNext).toBe(RISEN);
    expect(metrics.dFaults).toBe(0);
    expect(faults((record) => record)).toBe(0);
  });

  test.each([
    ['a window later', 2 * TAU2 + 2, 2_560],
    ['a window sooner', 2 * TAU2 + 1, RISEN],
  ])('a D that holds %s is found', (_, window, d) => {
    const before = at(window - 1).entry.header.timechainValue;
    const timechainValue = timechainStep(before, d);
    const isIt = (record: FinalRecord): boolean => record.settled.window === window;
    const count = faults((record) =>
      isIt(record)
        ? { ...record, entry: { ...record.entry, header: { ...record.entry.header, timechainValue } } }
        : record,
    );
    // The window itself, and the next one, which started from elsewhere.
    expect(count).toBe(2);
  });
});
