import { describe, expect, test } from 'vitest';
import type { FinalRecord } from '#core/participant/types.ts';
import { isAsExpected } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { small } from '#sim/run/small.suite.ts';

const WINDOWS = 6;

/** Eight equal nodes unless told otherwise, the last of which keeps its bundles to itself. */
const history = (seconds?: number, changes: Partial<ScenarioInput> = {}) => {
  const records: FinalRecord[] = [];
  const scenario = small({
    windows: WINDOWS,
    hosts: [{ count: 8, spread: 10, chainLength: 1_000 }],
    workload: {},
    faults: [],
    adversary: [{ type: 'withheld-bundles', hosts: ['n007'], ...(seconds === undefined ? {} : { seconds }) }],
    ...changes,
  });
  const run = new Run(scenario, {
    watch: (_host, notice) => {
      if (notice.type === 'final') records[notice.record.settled.window] ??= notice.record;
    },
  });
  const result = run.finish();
  const isOwn = (nodeId: string): boolean => run.hostOf(nodeId) === scenario.nodes - 1;
  const included = records.filter(({ entry }) => entry.bundles.some(({ nodeId }) => isOwn(nodeId)));
  const led = records.filter(({ entry }) => isOwn(entry.header.proposerNodeId));
  const windowsOf = (some: readonly FinalRecord[]): readonly number[] => some.map(({ settled }) => settled.window);
  return { result, included: windowsOf(included), led: windowsOf(led) };
};

describe('a node that withholds its bundles', () => {
  test('is included where it proposes itself, and nowhere else; nothing breaks', () => {
    const { result, included, led } = history();
    expect(isAsExpected(result)).toBe(true);
    expect(included).toEqual(led);
    expect(result.metrics.maxRound).toBe(1);
  });

  test('leads and is included like anybody in a network of its own', () => {
    const { result, included, led } = history(undefined, {
      nodes: 2,
      hosts: [{ count: 1 }, { count: 1, chainLength: 1_000 }],
      network: { links: 1 },
      adversary: [{ type: 'withheld-bundles', hosts: ['n001'] }],
    });
    expect(result.metrics.stops).toBe(0);
    expect(included).toHaveLength(WINDOWS + 1);
    expect(included).toEqual(led);
  });

  test('a second late is included in every window but the first', () => {
    expect(history(1).included).toEqual(Array.from({ length: WINDOWS }, (_, i) => i + 1));
  });

  test('half a window late it might as well not come', () => {
    const { included, led } = history(30);
    expect(included).toEqual(led);
  });

  test('has one history for one seed, through bytes and without the memo', () => {
    const { traceDigest } = history().result;
    expect(history(undefined, { wire: true, memo: false }).result.traceDigest).toBe(traceDigest);
  });
});
