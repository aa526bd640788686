import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { Registration } from '#core/consensus/objects.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { NodeRecord } from '#core/state/records.ts';
import type { RunResult } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { small } from '#sim/run/small.suite.ts';

const TAU2 = 8;

interface Seen {
  readonly result: RunResult;
  /** By window: as it was first final. */
  readonly records: readonly FinalRecord[];
  /** Nodes in the table at the end that are of no host, by admission. */
  readonly nodes: readonly NodeRecord[];
  /** Votes that honest hosts accepted, by signer. */
  readonly votes: ReadonlyMap<Id, number>;
}

/** Four founders, the farm behind the fastest. */
const seen = (
  cores: number,
  admitted: 'idle' | 'confirm',
  { hosts, nodes = 4, ...changes }: Partial<ScenarioInput> = {},
): Seen => {
  const records: FinalRecord[] = [];
  const votes = new Map<Id, number>();
  const run = new Run(
    small({
      nodes,
      windows: 22,
      profile: { tau2: TAU2, d0: 256 },
      hosts: hosts ?? [{ count: 4, spread: 10, chainLength: 100 }],
      network: { links: 3 },
      workload: {},
      faults: [],
      adversary: [{ type: 'farm', host: 'n003', cores, admitted }],
      measure: ['farm', 'growth'],
      ...changes,
    }),
    {
      watch: (host, notice) => {
        if (notice.type === 'final') records[notice.record.settled.window] ??= notice.record;
        else if (host === 0 && notice.type === 'accepted' && notice.object.kind === 'vote') {
          votes.set(notice.object.nodeId, (votes.get(notice.object.nodeId) ?? 0) + 1);
        }
      },
    },
  );
  const result = run.finish();
  const last = records.at(-1) as FinalRecord;
  const made = [...last.settled.state.nodes()].filter(({ nodeId }) => run.genesis.state.node(nodeId) === undefined);
  made.sort((a, b) => Number(a.startWindow - b.startWindow));
  return { result, records, nodes: made, votes };
};

const unmet = ({ properties, limits }: RunResult) => [...properties, ...limits].filter(({ met }) => !met);

const includedIn = ({ records }: Seen, nodeId: Id): readonly number[] =>
  records.flatMap(({ settled, entry }) =>
    entry.bundles.some((bundle) => bundle.nodeId === nodeId) ? [settled.window] : [],
  );

const from = (first: number, last: number): readonly number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);

describe('bonus farming', () => {
  const half = seen(4, 'idle');

  test('every core admits a node each τ₂ windows, none sooner, and takes the emission of each', () => {
    expect(half.nodes.map(({ startWindow }) => Number(startWindow))).toEqual([9, 11, 13, 15, 17, 19, 21]);
    const { state, network } = (half.records.at(-1) as FinalRecord).settled;
    for (const { operatorAccountId } of half.nodes)
      expect(state.account(operatorAccountId)?.balance).toBe(network.params.emissionMoneta);
    expect(half.result.metrics).toMatchObject({
      ...{ 'farm.admitted': 7, 'farm.admittedForm': 7, 'farm.share': 0.3182, 'farm.shareAfter': 0.5 },
      ...{ 'farm.shareForm': 0.5, 'farm.third': -1 },
    });
  });

  test('its nodes lie idle', () => {
    for (const { nodeId } of half.nodes) {
      expect(includedIn(half, nodeId)).toEqual([]);
      expect(half.votes.get(nodeId)).toBeUndefined();
    }
  });

  test('the others are unharmed', () => {
    expect(unmet(half.result)).toEqual([]);
    expect(half.result.metrics).toMatchObject({
      entryFaults: 0,
      roundOneShare: 1,
      evidence: 0,
      penalties: 0,
      stops: 0,
    });
  });

  test('same history without the memo and with every message through its bytes', () => {
    const { traceDigest } = seen(4, 'idle', { memo: false, wire: true }).result;
    expect(traceDigest).toBe(half.result.traceDigest);
  });

  test('with another seed other nodes, as soon', () => {
    const { nodes } = seen(4, 'idle', { seed: 2, windows: 12 });
    expect(nodes.map(({ startWindow }) => Number(startWindow))).toEqual([9, 11]);
    expect(nodes.map(({ nodeId }) => nodeId)).not.toEqual(half.nodes.slice(0, 2).map(({ nodeId }) => nodeId));
  });

  test('with more than τ₂ cores it takes all, and claims what was refused for another operator', () => {
    const twice = seen(16, 'idle');
    expect(unmet(twice.result)).toEqual([]);
    expect(twice.nodes.map(({ startWindow }) => Number(startWindow))).toEqual(from(9, 22));
    expect(twice.result.metrics).toMatchObject({ 'farm.shareAfter': 1, 'farm.shareForm': 1, entryFaults: 0 });
    expect(twice.result.metrics['farm.refused']).toBeGreaterThan(14);
    const claims = new Map<Id, Registration[]>();
    for (const claim of twice.records.flatMap(({ registrations }) => registrations))
      claims.set(claim.nodeId, [...(claims.get(claim.nodeId) ?? []), claim]);
    const again = [...claims.values()].filter(({ length }) => length > 1);
    expect(again.length).toBeGreaterThan(0);
    for (const of of again) {
      expect(new Set(of.map(({ operatorAccountId }) => operatorAccountId)).size).toBe(of.length);
      expect(new Set(of.map(({ proofEndpoint }) => proofEndpoint)).size).toBe(1);
    }
    // Too old for 2τ₂ windows: given up (05 §3).
    for (const { registrations, settled } of twice.records)
      for (const { wStart } of registrations) expect(Number(wStart)).toBeGreaterThanOrEqual(settled.window - 2 * TAU2);
  });

  test('where winners are paid it takes no emission', () => {
    const { result, nodes } = seen(16, 'idle', { rules: { admission: 'protocol' } });
    expect(unmet(result)).toEqual([]);
    expect(nodes.map(({ startWindow }) => Number(startWindow))).toEqual([12, 18]);
    expect(result.metrics).toMatchObject({ 'farm.share': 0, 'farm.shareForm': 0, 'farm.admitted': 2, entryFaults: 0 });
  });
});

describe('sybil entry', () => {
  const whole = seen(8, 'confirm', { hosts: [{ count: 4, spread: 10 }] });

  test('every node that is admitted confirms each window from the next on, and votes', () => {
    expect(whole.nodes.map(({ startWindow }) => Number(startWindow))).toEqual(from(9, 22));
    for (const { nodeId, startWindow, chainLength } of whole.nodes) {
      const windows = from(Number(startWindow) + 1, 22);
      expect(includedIn(whole, nodeId)).toEqual(windows);
      expect(chainLength).toBe(BigInt(1 + windows.length));
      // Two each, but for those that come after a quorum is held.
      expect(whole.votes.get(nodeId) ?? 0).toBeGreaterThanOrEqual(windows.length);
    }
  });

  test('it proposes where it leads', () => {
    const own = new Set(whole.nodes.map(({ nodeId }) => nodeId));
    const led = whole.records.filter(({ entry }) => own.has(entry.header.proposerNodeId));
    expect(led.length).toBeGreaterThan(0);
    expect(led.map(({ entry }) => entry.header.fallbackDepth)).toEqual(led.map(() => 1));
  });

  test('it has a third of the weight when the formula says, and nobody is harmed until then or after', () => {
    const third = whole.result.metrics['farm.third'] as number;
    expect(third).toBeGreaterThan(9);
    expect(third).toBe(whole.result.metrics['farm.thirdForm']);
    expect(unmet(whole.result)).toEqual([]);
    expect(whole.result.metrics).toMatchObject({
      entryFaults: 0,
      roundOneShare: 1,
      evidence: 0,
      penalties: 0,
      stops: 0,
    });
  });

  test('with one admission in six windows later', () => {
    const { result } = seen(8, 'confirm', { hosts: [{ count: 4, spread: 10 }], rules: { admission: 'protocol' } });
    expect(unmet(result)).toEqual([]);
    expect(result.metrics).toMatchObject({ 'farm.admitted': 2, 'farm.third': -1 });
  });
});
