import { describe, expect, test } from 'vitest';
import { quorumOf } from '#core/consensus/roster.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { openWindow } from '#core/transition/open-window.ts';
import { makeFounders } from '../founders.ts';
import { Run } from '../run.ts';
import { suiteOf } from '../setup.ts';
import { small } from '../small.suite.ts';
import { chainsFinished, Farming } from './farming.ts';

const TAU2 = 8;

test('chains finished: as stepping through the windows of every core gives', () => {
  for (const cores of [1, 2, 3, 7, 8, 9, 16, 20]) {
    for (let window = 0; window < 5 * TAU2; window++) {
      let finished = 0;
      for (let core = 0; core < cores; core++) {
        // Done when window `begun` + τ₂ is final, taken by the next.
        for (let begun = Math.floor((core * TAU2) / cores); begun + TAU2 + 1 <= window; begun += TAU2) finished++;
      }
      expect(chainsFinished(cores, TAU2, window)).toBe(finished);
    }
  }
});

const records: FinalRecord[] = [];
const run = new Run(
  small({
    nodes: 4,
    windows: 20,
    profile: { tau2: TAU2, d0: 256 },
    hosts: [
      { count: 3, spread: 10 },
      { count: 1, joins: 0 },
    ],
    network: { links: 3 },
    workload: {},
    faults: [],
    adversary: [{ type: 'farm', host: 'n002', cores: 8, admitted: 'confirm' }],
    measure: ['farm'],
  }),
  {
    watch: (_, notice) => {
      if (notice.type === 'final') records[notice.record.settled.window] ??= notice.record;
    },
  },
);
const { metrics, properties } = run.finish();
const at = (window: number): FinalRecord => records[window] as FinalRecord;
const hosts = new Set(makeFounders(4, suiteOf(run.scenario, 'keys')).map(({ nodeId }) => nodeId));
const nodesAt = (window: number) => [...at(window).settled.state.nodes()];

describe('farm', () => {
  test('an honest candidate and everybody else beside it is unharmed', () => {
    expect(properties.filter(({ met }) => !met)).toEqual([]);
  });

  test('counts admissions of both, and what the operators of the farm hold', () => {
    const farm = nodesAt(20).filter(({ nodeId }) => !hosts.has(nodeId));
    expect(metrics['farm.admitted']).toBe(farm.length);
    expect(metrics['farm.honestAdmitted']).toBe(1);
    const { state, network } = at(20).settled;
    const balance = farm.reduce(
      (sum, { operatorAccountId }) => sum + (state.account(operatorAccountId)?.balance ?? 0n),
      0n,
    );
    const emissions = Number(balance / network.params.emissionMoneta);
    expect(emissions).toBeGreaterThanOrEqual(farm.length);
    expect(metrics['farm.share']).toBeCloseTo(emissions / 20, 3);
    expect(metrics['farm.shareAfter']).toBeCloseTo(emissions / (20 - TAU2), 3);
    expect(metrics['farm.shareDifference']).toBeCloseTo(emissions / (20 - TAU2) - 1, 3);
    const registrations = records.flatMap((record) => record.registrations).filter(({ nodeId }) => !hosts.has(nodeId));
    expect(metrics['farm.registrations']).toBe(registrations.length);
    expect(metrics['farm.refused']).toBe(registrations.length - farm.length);
  });

  test('weighs active nodes at the end of each epoch, and finds the first window with 2Q − A', () => {
    const weights = (window: number) => {
      const { members, activeWeight } = openWindow(at(window - 1).settled).roster;
      const farm = members.reduce((sum, { nodeId, weight }) => (hosts.has(nodeId) ? sum : sum + weight), 0n);
      return { farm, activeWeight };
    };
    const { farm, activeWeight } = weights(2 * TAU2 + 1);
    expect(metrics['farm.2.weight']).toBeCloseTo(Number(farm) / Number(activeWeight), 3);
    const third = Array.from({ length: 20 }, (_, i) => i + 1).find((window) => {
      const has = weights(window);
      return has.farm > 0n && has.farm >= 2n * quorumOf(has.activeWeight) - has.activeWeight;
    });
    expect(third).toBeGreaterThan(TAU2);
    expect(metrics['farm.third']).toBe(third);
  });

  test('without a farm all of it is zero', () => {
    const candidates = records.flatMap(({ registrations }) => registrations);
    const everybody = new Set([...nodesAt(20), ...candidates].map(({ nodeId }) => nodeId));
    const farming = new Farming(run.genesis, everybody, 0);
    for (const record of records) farming.notice(0, { type: 'final', record, round: 1 });
    expect(farming.metrics()).toMatchObject({
      ...{ 'farm.admitted': 0, 'farm.admittedForm': 0, 'farm.registrations': 0, 'farm.share': 0, 'farm.shareForm': 0 },
      ...{ 'farm.third': -1, 'farm.thirdForm': -1, 'farm.2.weight': 0, 'farm.2.form': 0 },
    });
  });
});
