import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { Vote } from '#core/consensus/objects.ts';
import { accountId } from '#core/crypto/ids.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { NodeRecord } from '#core/state/records.ts';
import { type Founder, makeFounders } from './founders.ts';
import { Growth } from './measures/growth.ts';
import type { RunOptions } from './options.ts';
import type { RunResult } from './result.ts';
import { Run } from './run.ts';
import type { Scenario, ScenarioInput } from './scenario.ts';
import { parseScenario } from './settings.ts';
import { suiteOf } from './setup.ts';
import { small } from './small.suite.ts';

const TAU2 = 8;

/** One founder, and one host that seeks entry from the start. */
const pair = (changes: Partial<ScenarioInput> = {}): Scenario =>
  small({
    nodes: 2,
    windows: 14,
    profile: { tau2: TAU2 },
    hosts: [{ count: 1 }, { count: 1, joins: 0 }],
    workload: {},
    faults: [],
    measure: ['growth'],
    ...changes,
  });

interface Seen {
  readonly run: Run;
  readonly result: RunResult;
  /** By window: as it was first final. */
  readonly records: readonly FinalRecord[];
  /** Windows that a node voted in. */
  votedIn(nodeId: Id): readonly number[];
}

const seen = (scenario: Scenario, options: RunOptions = {}): Seen => {
  const records: FinalRecord[] = [];
  const votes: Vote[] = [];
  const run = new Run(scenario, {
    ...options,
    watch: (_, notice) => {
      if (notice.type === 'published' && notice.object.kind === 'vote') votes.push(notice.object);
      if (notice.type === 'final') records[notice.record.settled.window] ??= notice.record;
    },
  });
  const result = run.finish();
  const votedIn = (nodeId: Id) => [...new Set(votes.flatMap((vote) => (vote.nodeId === nodeId ? [vote.window] : [])))];
  return { run, result, records, votedIn };
};

const unmet = ({ properties, limits }: RunResult) => [...properties, ...limits].filter(({ met }) => !met);

const keysOf = (scenario: Scenario): readonly Founder[] => makeFounders(scenario.nodes, suiteOf(scenario, 'keys'));

/** The windows in which a node is in the table, and those whose proposals include its bundle. */
const lifeOf = ({ records }: Seen, nodeId: Id) => ({
  windows: records.flatMap(({ settled }) => (settled.state.node(nodeId) === undefined ? [] : [settled.window])),
  included: records.flatMap(({ settled, entry }) =>
    entry.bundles.some((bundle) => bundle.nodeId === nodeId) ? [settled.window] : [],
  ),
});

const from = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('a candidate becomes a node (05 §2, §5, §6)', () => {
  // Published while window 8 closes, cemented in window 9; the event of `protocol` is every sixth window.
  test.each([
    ['mesh', 9, 1],
    ['protocol', 12, 0],
  ] as const)('%s: admitted in window %d, included from the next on', (admission, admitted, welcomed) => {
    const scenario = pair({ rules: { admission } });
    const { nodeId, account } = keysOf(scenario)[1] as Founder;
    const life = seen(scenario);
    expect(unmet(life.result)).toEqual([]);
    expect(lifeOf(life, nodeId)).toEqual({ windows: from(admitted, 14), included: from(admitted + 1, 14) });
    expect(life.votedIn(nodeId).filter((window) => window <= 14)).toEqual(from(admitted + 1, 14));
    const [registered] = life.records.filter(({ registrations }) => registrations.length > 0);
    expect(registered?.settled.window).toBe(9);

    const operatorId = accountId(1, account.publicKey);
    const { state, network } = (life.records[admitted] as FinalRecord).settled;
    expect(state.node(nodeId)).toMatchObject({
      ...{ operatorAccountId: operatorId, startWindow: BigInt(admitted), chainLength: 1n, lastConfirmationWindow: 0n },
    });
    expect(state.account(operatorId)).toMatchObject({
      ...{ isNodeOperator: true, creationWindow: admitted, lastOpWindow: admitted, opHeight: 0 },
      balance: BigInt(welcomed) * network.params.emissionMoneta,
    });
    expect(life.records[admitted - 1]?.settled.state.account(operatorId)).toBeUndefined();
    expect(state.candidate(nodeId)).toBeUndefined();

    expect(life.result.metrics).toMatchObject({
      ...{ admitted: 1, welcomed, expired: 0, refused: 0, registrations: 1, entryFaults: 0, nodesActive: 2 },
      regimeWindow: admitted + 1,
      // All 14: the newcomer is too light to be missed.
      soleQuorumUntil: 14,
    });
    expect(life.result.properties.find(({ name }) => name === 'presence')?.detail).toBe('mean 1.000, lowest 1.000');
  });

  // The identifier of a registration covers its proof of possession, a signature: the digests are not the same.
  test('with real signatures in the same way: equal state roots', () => {
    const windows = 10;
    const modelled = seen(pair({ windows }));
    const real = seen(pair({ windows, suite: 'real' }));
    expect(unmet(real.result)).toEqual([]);
    expect(real.result.metrics.nodesActive).toBe(2);
    expect(real.run.roots).toEqual(modelled.run.roots);
  });

  test('no sooner than it joins', () => {
    const scenario = pair({ hosts: [{ count: 1 }, { count: 1, joins: 3 }] });
    const life = lifeOf(seen(scenario), (keysOf(scenario)[1] as Founder).nodeId);
    expect(life.windows[0]).toBe(3 + 9);
  });

  test('a crash costs it the segment under way, and no more', () => {
    const faults: Scenario['faults'] = [
      { type: 'crash', window: 6, after: 30, hosts: ['n001'] },
      { type: 'restart', window: 6, after: 40, hosts: ['n001'] },
    ];
    const scenario = pair({ faults });
    const life = seen(scenario);
    expect(unmet(life.result)).toEqual([]);
    expect(lifeOf(life, (keysOf(scenario)[1] as Founder).nodeId).windows[0]).toBe(10);
  });
});

describe('several candidates', () => {
  const several = (changes: Partial<ScenarioInput> = {}): Scenario =>
    pair({ nodes: 5, windows: 12, hosts: [{ count: 1 }, { count: 4, spread: 10, joins: 0 }], ...changes });
  const { result, records, run } = seen(several());

  test('enter one in a window, and each receives the emission of its window', () => {
    expect(unmet(result)).toEqual([]);
    const founderKeys = keysOf(run.scenario);
    const entered = founderKeys.slice(1).map(({ nodeId, account }) => {
      const node = records.at(-1)?.settled.state.node(nodeId) as NodeRecord;
      const window = Number(node.startWindow);
      const { state, network } = (records[window] as FinalRecord).settled;
      expect(state.account(accountId(1, account.publicKey))?.balance).toBe(network.params.emissionMoneta);
      return window;
    });
    entered.sort((a, b) => a - b);
    expect(new Set(entered).size).toBe(4);
    expect(entered[0]).toBe(TAU2);
    expect(result.metrics).toMatchObject({ admitted: 4, welcomed: 4, nodesActive: 5, nodesByFormula: 5 });
    // One of those listed is taken, the others find it waiting: they come again with longer chains (05 §4).
    expect(result.metrics.refused).toBeGreaterThan(0);
    expect(result.metrics.registrations).toBe((result.metrics.refused as number) + 4);
  });

  test.each([
    ['without the memo', { memo: false }, {}],
    ['with every message through its bytes', { wire: true }, {}],
    ['with hosts made in another order', {}, { reverseHosts: true }],
  ] as const)('same history %s', (_, changes, options) => {
    expect(new Run(several(changes), options).finish().traceDigest).toBe(result.traceDigest);
  });

  test('another history with another seed', () => {
    expect(new Run(several({ seed: 2 }), {}).finish().traceDigest).not.toBe(result.traceDigest);
  });

  const judged = (changed: (record: FinalRecord) => FinalRecord): number => {
    const growth = new Growth(run.genesis, [0, 0, 0, 0]);
    for (const record of records) growth.notice(0, { type: 'final', record: changed(record), round: 1 });
    return growth.metrics().entryFaults as number;
  };

  test('growth counts what 05 excludes', () => {
    const under = (admission: 'mesh' | 'protocol') => (record: FinalRecord) => {
      const { network } = record.settled;
      const rules = { ...network.rules, admission };
      return { ...record, settled: { ...record.settled, network: { ...network, rules } } };
    };
    expect(judged(under('mesh'))).toBe(0);
    // Admissions where no event is due, and their emissions.
    expect(judged(under('protocol'))).toBeGreaterThanOrEqual(6);
  });

  test('growth counts chains that are shorter than the pressure asks (05 §4)', () => {
    const shorterBy = (less: bigint) => (record: FinalRecord) => ({
      ...record,
      registrations: record.registrations.map((made) => ({ ...made, vdfChainLength: made.vdfChainLength - less })),
    });
    expect(judged(shorterBy(0n))).toBe(0);
    // The first to enter has a chain of exactly τ₂ segments, the others have hashed on meanwhile.
    expect(judged(shorterBy(1n))).toBeGreaterThanOrEqual(1);
    expect(judged(shorterBy(8n))).toBe(4);
    expect(result.metrics).toMatchObject({ poolMost: 0 });
    expect(result.metrics.longestChain).toBeGreaterThan(TAU2);
  });

  test('growth counts who left the pool because the time was over', () => {
    const expiredWith = (expires: bigint): number | undefined => {
      const growth = new Growth(run.genesis, []);
      for (const record of records) {
        const { settled } = record;
        const { state } = settled;
        const pool = settled.window === 11 ? [{ nodeId: 'ff'.repeat(32), expires }] : [];
        const changed = {
          ...{ nodes: state.nodes.bind(state), account: state.account.bind(state), node: state.node.bind(state) },
          ...{ candidate: state.candidate.bind(state), candidates: () => pool },
        };
        const copy = { ...record, settled: { ...settled, state: changed as unknown as typeof state } };
        growth.notice(0, { type: 'final', record: copy, round: 1 });
      }
      return growth.metrics().expired;
    };
    expect([12n, 13n].map(expiredWith)).toEqual([1, 0]);
  });

  test('growth counts what 02 §4.1 excludes', () => {
    const withNode = (change: Partial<NodeRecord>) => (record: FinalRecord) => {
      const { settled } = record;
      const { state } = settled;
      if (settled.window !== 11) return record;
      const nodes = [...state.nodes()].map((node, i) => (i === 0 ? { ...node, ...change } : node));
      const changed = {
        ...{ nodes: () => nodes, account: state.account.bind(state), candidate: state.candidate.bind(state) },
        candidates: state.candidates.bind(state),
        node: state.node.bind(state),
      };
      return { ...record, settled: { ...settled, state: changed as unknown as typeof state } };
    };
    expect(judged(withNode({}))).toBe(0);
    expect(judged(withNode({ chainLength: 0n }))).toBeGreaterThan(0);
    expect(judged(withNode({ suiteId: 2 }))).toBe(1);
    expect(judged(withNode({ operatorAccountId: '00'.repeat(32) }))).toBeGreaterThan(0);
    expect(judged(withNode({ chainLengthCheckpoints: [0n, 0n, 0n, 0n, 2n, 1n] }))).toBeGreaterThan(0);
  });
});

test('a node that is never included is pruned after 8τ₂ windows, and comes back as a candidate', () => {
  const scenario = pair({
    ...{ nodes: 4, windows: 86, network: { links: 3 } },
    // Too slow for its bundles, not for a chain of τ₂ segments within 2τ₂ windows.
    hosts: [{ count: 3 }, { count: 1, speed: 650 }],
  });
  const { nodeId, account } = keysOf(scenario)[3] as Founder;
  const life = seen(scenario);
  expect(unmet(life.result)).toEqual([]);
  const { windows, included } = lifeOf(life, nodeId);
  // Last seen in window 0; windows 64 and 72 are boundaries, and 8τ₂ = 64 windows without it are not yet too many.
  expect(included).toEqual([0]);
  const back = windows.find((window) => window > 72) as number;
  expect(windows).toEqual([...from(0, 71), ...from(back, 86)]);
  expect(back).toBeGreaterThanOrEqual(72 + TAU2);
  const operator = (window: number) => life.records[window]?.settled.state.account(accountId(1, account.publicKey));
  expect([71, 72, back].map((window) => operator(window)?.isNodeOperator)).toEqual([true, false, true]);
  // Without a balance the account of one who is no operator any more goes, too, at the next boundary (04 §11).
  expect([72, 79, 80].map((window) => operator(window)?.creationWindow)).toEqual([0, 0, undefined]);
  expect(operator(back)?.creationWindow).toBe(back);
  expect(life.result.metrics).toMatchObject({ pruned: 1, admitted: 1, welcomed: 1, entryFaults: 0 });
});

describe('hosts that join', () => {
  const refused = (hosts: ScenarioInput['hosts']) => () =>
    parseScenario({ title: 'T', claim: 'C', nodes: 2, windows: 1, hosts }, 'here');

  test('need somebody to join', () => {
    expect(refused([{ count: 2, joins: 0 }])).toThrow(
      'here: hosts: all of them join; a group without "joins" founds the network',
    );
  });

  test('have no past', () => {
    expect(refused([{ count: 1 }, { count: 1, joins: 0, chainLength: 2 }])).toThrow(
      'here: hosts.1.chainLength: is 2, but nodes that join begin with 1',
    );
    expect(
      refused([
        { count: 1, chainLength: 2 },
        { count: 1, joins: 0 },
      ]),
    ).not.toThrow();
  });
});
