import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { Stream } from '#sim/kernel/streams.ts';
import { Run } from '../run.ts';
import { small } from '../small.suite.ts';
import { Lottery, wilson } from './lottery.ts';

const WINDOWS = 6;
const REDRAWS = 100;

/** The final records of a run in which half of the nodes is light, window by window. */
const records: FinalRecord[] = [];
const run = new Run(
  small({
    windows: WINDOWS,
    hosts: [
      { count: 4, chainLength: 1 },
      { count: 4, chainLength: 10_000 },
    ],
    faults: [],
  }),
  {
    watch: (_, notice) => {
      if (notice.type === 'final') records[notice.record.settled.window] ??= notice.record;
    },
  },
);
run.finish();

const nodes = [...(records[0] as FinalRecord).settled.state.nodes()];
const light = nodes.filter(({ chainLength }) => chainLength < 100n).map(({ nodeId }) => nodeId);

/** What the observer makes of these windows if these nodes are light. */
const watched = (light: readonly Id[]) => {
  const lottery = new Lottery(new Set(light), new Stream('test'), REDRAWS);
  for (const record of records) lottery.notice(0, { type: 'final', record, round: 1 });
  return lottery.metrics();
};

describe('lottery', () => {
  test('light nodes win as their weight says', () => {
    // 4 of weight 1 against 4 of weight 10 769.
    const metrics = watched(light);
    expect(light).toHaveLength(4);
    expect(metrics.lightWeightShare).toBeCloseTo(1 / 10_770, 5);
    expect(metrics.draws).toBe((WINDOWS + 1) * REDRAWS);
    expect(metrics.lightShareDrawn).toBeLessThan(0.01);
    expect(metrics.lightShareDrawnLow).toBeLessThanOrEqual(metrics.lightShareDrawn as number);
    expect(metrics.lightShareDrawnHigh).toBeGreaterThan(metrics.lightShareDrawn as number);
  });

  test('the shares of a set and of its complement make one', () => {
    const all = nodes.map(({ nodeId }) => nodeId);
    const [half, rest] = [watched(all.slice(0, 3)), watched(all.slice(3))];
    for (const name of ['lightWins', 'lightShare', 'lightShareDrawn', 'lightWeightShare']) {
      const whole = name === 'lightWins' ? WINDOWS : 1;
      expect((half[name] as number) + (rest[name] as number)).toBeCloseTo(whole, 4);
    }
    expect(watched(all)).toMatchObject({ lightWins: WINDOWS, lightShareDrawn: 1, lightShareDrawnHigh: 1 });
  });
});

test("Wilson's interval", () => {
  // Textbook values.
  const rounded = (wins: number, draws: number) => wilson(wins, draws).map((end) => Number(end.toFixed(4)));
  expect(rounded(5, 10)).toEqual([0.2366, 0.7634]);
  expect(rounded(0, 10)).toEqual([0, 0.2775]);
  expect(rounded(10, 10)).toEqual([0.7225, 1]);
  expect(wilson(0, 0)).toEqual([0, 1]);
});
