import { describe, expect, test, vi } from 'vitest';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { RunResult } from './result.ts';
import { Run } from './run.ts';
import type { Scenario, ScenarioInput } from './scenario.ts';
import { small } from './small.suite.ts';

// By its rules a network samples only chains of more than 2^26 hashes; here it does at any length, and the naive model with it.
vi.mock(import('#core/genesis/derived.ts'), async (original) => ({
  ...(await original()),
  entryProofMode: ({ entryProof }) => entryProof,
}));
vi.mock(import('#vectors/model.ts'), async (original) => {
  const { Model, ...rest } = await original();
  return {
    ...rest,
    Model: class extends Model {
      protected override isSampled(): boolean {
        return true;
      }
    },
  };
});

/** Four founders, and hosts that seek entry from the start. */
const joined = (joining: number, changes: Partial<ScenarioInput> = {}): Scenario =>
  small({
    nodes: 4 + joining,
    windows: 30,
    profile: { tau2: 8 },
    hosts: [{ count: 4 }, { count: joining, joins: 0 }],
    workload: {},
    faults: [],
    measure: ['growth'],
    ...changes,
  });

const seen = (scenario: Scenario) => {
  const records: FinalRecord[] = [];
  const published: { readonly host: number; readonly object: ProtocolObject; readonly window: number }[] = [];
  const run = new Run(scenario, {
    watch: (host, notice) => {
      if (notice.type === 'published') published.push({ host, object: notice.object, window: records.length });
      if (notice.type === 'final') records[notice.record.settled.window] ??= notice.record;
    },
  });
  return { result: run.finish(), records, published };
};

const unmet = ({ properties, limits }: RunResult) => [...properties, ...limits].filter(({ met }) => !met);

describe('candidates in a simulated network under `sampled` (05 D-E5)', () => {
  test('enter one after another once their openings were checked, through bytes on the wire', () => {
    const { result, records, published } = seen(joined(2, { wire: true }));
    expect(unmet(result)).toEqual([]);
    expect(result.metrics).toMatchObject({ nodesActive: 6, admitted: 2, welcomed: 2, expired: 0, entryFaults: 0 });
    expect(new Set(published.flatMap(({ object }) => (object.kind === 'openings' ? [object.id] : []))).size).toBe(2);
    const lists = records.map(({ entry }) => entry.registrations);
    expect(new Set(lists.flat()).size).toBe(2);
    // All check one after the other in one order: a quorum knows of the first eight segments long before it knows of all sixteen.
    const [taken, first, second, ...others] = lists.flatMap((list, window) => (list.length > 0 ? [window] : []));
    expect(lists[taken as number]).toHaveLength(2);
    expect((first as number) - (taken as number)).toBeLessThan(12);
    expect((second as number) - (first as number)).toBeGreaterThan(4);
    expect(others).toEqual([]);
  });

  test('a crash between registration and openings delays the one that crashed, and nobody else', () => {
    const faults: Scenario['faults'] = [
      { type: 'crash', window: 9, after: 30, hosts: ['n004'] },
      { type: 'restart', window: 13, after: 0, hosts: ['n004'] },
    ];
    const { result, published } = seen(joined(2, { faults }));
    expect(unmet(result)).toEqual([]);
    expect(result.metrics).toMatchObject({ nodesActive: 6, entryFaults: 0 });
    // Which window was open when they were said first.
    const first = (number: number, kind: string) =>
      published.find(({ host, object }) => host === number && object.kind === kind)?.window;
    expect([first(4, 'registration'), first(5, 'registration')]).toEqual([9, 9]);
    expect(first(4, 'openings')).toBeGreaterThanOrEqual(13);
    expect(first(5, 'openings')).toBe(10);
  });
});
