import { describe, expect, test } from 'vitest';
import type { FinalRecord } from '#core/participant/types.ts';
import { openWindow } from '#core/transition/open-window.ts';
import { Run } from '../run.ts';
import { small } from '../small.suite.ts';
import { Admissions, slotsOf } from './admissions.ts';
import { HandOver } from './hand-over.ts';

const network = (admission: 'mesh' | 'protocol') =>
  ({
    rules: { admission },
    params: { selectionInterval: 6n, admissionDivisor: 130n, tau2Windows: 8n },
  }) as unknown as Parameters<typeof slotsOf>[0];

describe('admissions by the formula (05 §5, §6)', () => {
  test('slots: one in a window, or in every sixth as many as 130 go into the active nodes, one at least', () => {
    expect([0, 1, 6].map((window) => slotsOf(network('mesh'), window, 1_000))).toEqual([0, 1, 1]);
    expect([0, 5, 6, 7, 12].map((window) => slotsOf(network('protocol'), window, 1))).toEqual([0, 0, 1, 0, 1]);
    expect([129, 259, 260].map((active) => slotsOf(network('protocol'), 6, active))).toEqual([1, 1, 2]);
  });

  test('nobody enters before a chain is τ₂ windows old, and then as many as there are slots', () => {
    const entered = (admission: 'mesh' | 'protocol'): readonly number[] => {
      const admissions = new Admissions(1, [0, 0, 5]);
      return Array.from({ length: 25 }, (_, window) => window).filter(
        (window) => admissions.enter(network(admission), window) > 0,
      );
    };
    expect(entered('mesh')).toEqual([8, 9, 13]);
    expect(entered('protocol')).toEqual([12, 18, 24]);
  });
});

describe('hand-over: one founder and seven that join', () => {
  const records: FinalRecord[] = [];
  const run = new Run(
    small({
      nodes: 8,
      windows: 18,
      profile: { tau2: 8 },
      hosts: [{ count: 1 }, { count: 7, joins: 0 }],
      workload: {},
      faults: [],
      measure: ['hand-over', 'entries'],
    }),
    {
      watch: (_, notice) => {
        if (notice.type === 'final') records[notice.record.settled.window] ??= notice.record;
      },
    },
  );
  const { metrics } = run.finish();
  const [founder = ''] = run.genesis.network.founders;

  const shareIn = (window: number): number => {
    const { members, activeWeight } = openWindow((records[window - 1] as FinalRecord).settled).roster;
    const own = members.find(({ nodeId }) => nodeId === founder)?.weight ?? 0n;
    return Number(own) / Number(activeWeight);
  };

  test('the first windows below 67 and 34 %', () => {
    for (const percent of [67, 34]) {
      const window = metrics[`foundersBelow${percent}`] as number;
      expect(shareIn(window)).toBeLessThan(percent / 100);
      expect(shareIn(window - 1)).toBeGreaterThanOrEqual(percent / 100);
    }
    expect(metrics.foundersShare).toBeCloseTo(shareIn(18), 4);
  });

  test('not before the closed form says', () => {
    // Admissions in 8, 9, 10, …: 1 + W over that and 1 + 2 + … + (W − 8).
    expect(metrics).toMatchObject({ foundersBelow67Formula: 11, foundersBelow34Formula: 16 });
    expect(metrics.foundersBelow67).toBeGreaterThanOrEqual(11);
    expect(metrics.foundersBelow34).toBeGreaterThanOrEqual(16);
  });

  test('-1 as long as they have more', () => {
    const early = new HandOver(run.genesis, [0]);
    for (const record of records.slice(0, 9)) early.notice(0, { type: 'final', record, round: 1 });
    expect(early.metrics()).toMatchObject({ foundersShare: 1, foundersBelow67: -1, foundersBelow34: -1 });
  });

  test('entries: when each became a node, and how long after its chain could be old enough', () => {
    for (let host = 1; host < 8; host++) {
      const entered = metrics[`entered.n00${host}`] as number;
      const isNew = (window: number): number => [...(records[window] as FinalRecord).settled.state.nodes()].length;
      expect(isNew(entered)).toBe(isNew(entered - 1) + 1);
      expect(metrics[`waited.n00${host}`]).toBe(entered - 8);
    }
    expect(metrics).not.toHaveProperty('entered.n000');
  });
});

test('entries: who did not enter waits until the end', () => {
  const hosts = [{ count: 1 }, { count: 1, joins: 0 }, { count: 1, joins: 6 }];
  const input = { nodes: 3, windows: 10, profile: { tau2: 8 }, hosts, network: { links: 2 }, workload: {}, faults: [] };
  const { metrics } = new Run(small({ ...input, measure: ['entries'] }), {}).finish();
  expect(metrics).toMatchObject({ 'entered.n001': 9, 'waited.n001': 1, 'entered.n002': -1, 'waited.n002': -4 });
});
