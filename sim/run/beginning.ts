import type { Id } from '#core/bytes/bytes.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import type { Notice } from '#core/host/host.ts';
import type { HostRecorder } from '#core/journal/recorder.ts';
import { NO_MEMO } from '#core/participant/evaluation.ts';
import { ORDINARY_TIMERS, PATIENT_TIMERS } from '#core/participant/timers.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { HedgedSuite } from '#sim/suite/hedged.ts';
import { NETWORK } from '#sim/world/path.ts';
import type { Strategy } from '#sim/world/strategy.ts';
import { World } from '#sim/world/world.ts';
import { type MontanaShape, montanaAdapter } from './adapter.ts';
import { type Founder, makeFounders } from './founders.ts';
import type { SharedMemo } from './memo.ts';
import type { OtherNetwork, RunOptions } from './options.ts';
import type { Scenario } from './scenario.ts';
import { hostNames } from './settings.ts';
import { genesisOf, hostSpecs, interventionsOf, suiteOf } from './setup.ts';
import { chainLengthOf, joiningOf, withPast } from './start.ts';
import { strategiesOf } from './strategies.ts';

/** What a scenario and its seed fix before anything happens. Hosts are numbered in the order of their names. */
export interface Beginning {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly suite: HedgedSuite;
  /** By number of the host: founders, and those that join later. */
  readonly members: readonly Founder[];
  /** By number of the host: since when it seeks entry; undefined: it is a founder. */
  readonly joining: readonly (number | undefined)[];
  readonly names: readonly string[];
  readonly genesis: Genesis;
  /** The state before window 0. */
  readonly settled: Settled;
  /** chain_length of a node in it. */
  readonly chainLength: (nodeId: Id) => bigint;
  /** By name of the host. */
  readonly strategies: ReadonlyMap<string, Strategy<MontanaShape>>;
  /** The host of a node. */
  readonly hostOf: (nodeId: Id) => number | undefined;
  /** Whether a host has no strategy. */
  readonly isHonest: (host: number) => boolean;
}

export const beginningOf = (scenario: Scenario, network?: OtherNetwork): Beginning => {
  const seed = String(scenario.seed);
  const suite = suiteOf(scenario, seed);
  const members = network?.members ?? makeFounders(scenario.nodes, suite);
  const joining = joiningOf(scenario);
  const founders = members.filter((_, host) => joining[host] === undefined);
  const names = hostNames(scenario.nodes);
  const genesis = genesisOf(scenario, founders, network?.constants);
  const chainLength = chainLengthOf(scenario, members);
  const settled = withPast(genesisSettled(genesis, new MemoryBase()), chainLength);
  const strategies = strategiesOf(scenario, members, suite, settled);
  const hostByNode = new Map(members.map(({ nodeId }, host) => [nodeId, host]));
  return {
    ...{ scenario, seed, suite, members, joining, names, genesis, settled, chainLength, strategies },
    hostOf: (nodeId) => hostByNode.get(nodeId),
    isHonest: (host) => !strategies.has(names[host] as string),
  };
};

export interface WorldParts extends Pick<RunOptions, 'reverseHosts' | 'happenings'> {
  /** Shared by the honest hosts, if the scenario wants it. */
  readonly memo: SharedMemo;
  /** By number of the host: who keeps a journal. */
  readonly recorders: ReadonlyMap<number, HostRecorder>;
  readonly observe: (host: number, notice: Notice, at: number) => void;
}

/** The world of a run, at time 0. */
export const worldOf = (
  { scenario, seed, suite, members, joining, names, settled, strategies, isHonest }: Beginning,
  { memo, recorders, observe, reverseHosts, happenings }: WorldParts,
): World<MontanaShape> => {
  const hosts = hostSpecs(scenario, names);
  const { loss, jitter, links } = scenario.network;
  return new World<MontanaShape>({
    seed,
    hosts: reverseHosts === true ? [...hosts].reverse() : hosts,
    adapter: montanaAdapter({
      genesis: settled,
      suite,
      memo: (host) => (scenario.memo && isHonest(host) ? memo.of(host) : NO_MEMO),
      timers: scenario.timers === 'patient' ? PATIENT_TIMERS : ORDINARY_TIMERS,
      adoption: scenario.adoption,
      identities: members.map(({ nodeId, node }) => ({ nodeId, key: node })),
      entries: members.map(({ account }, host) => ({ operator: account, from: joining[host] ?? 0 })),
      wire: scenario.wire,
      stem: scenario.network.stem,
      recorders,
    }),
    network: { ...NETWORK, loss, jitter, outgoing: links },
    strategies,
    interventions: interventionsOf(scenario, names),
    observe,
    ...(happenings === undefined ? {} : { watch: happenings }),
  });
};
