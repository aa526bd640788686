import { ascii } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import type { Suite } from '#core/crypto/suite.ts';
import { buildGenesis, type Genesis } from '#core/genesis/genesis.ts';
import { simulation } from '#core/genesis/profiles.ts';
import { rulesOf } from '#core/genesis/rules.ts';
import { type Flood, SignatureFlood } from '#sim/adversary/signature-flood.ts';
import { memoised } from '#sim/suite/memo.ts';
import { modelledSuite } from '#sim/suite/modelled.ts';
import type { Strategy } from '#sim/world/strategy.ts';
import type { HostSpec, Intervention } from '#sim/world/types.ts';
import type { MontanaShape } from './adapter.ts';
import type { Founder } from './founders.ts';
import type { Scenario } from './scenario.ts';
import { hostNames } from './settings.ts';

/** Signature checks remembered at most: a few windows of a thousand nodes. */
const CHECKS = 65_536;

const SECOND = 1_000_000;

/** Inbox of a host: more than a window's traffic of a thousand nodes. */
const INBOX = 200_000;

/** Microseconds until a record is durable: one fdatasync of a solid-state disk. */
const SYNC = 1_000;

export const suiteOf = (scenario: Scenario, seed: string): Suite =>
  memoised(scenario.suite === 'real' ? mlDsa65 : modelledSuite(sha256(ascii(`montana-sim/${seed}/suite`))), CHECKS);

export const genesisOf = ({ profile, rules, nodes }: Scenario, founders: readonly Founder[]): Genesis =>
  buildGenesis({
    params: simulation({ founders: nodes, tau2Windows: profile.tau2, d0: profile.d0 }),
    rules: rulesOf(rules),
    founders: founders.map(({ account, node }) => ({ accountPubkey: account.publicKey, nodePubkey: node.publicKey })),
  });

/** Hosts in the order of their names; the groups of the scenario one after another. */
export const hostSpecs = ({ hosts, profile }: Scenario, names: readonly string[]): readonly HostSpec[] => {
  const specs: HostSpec[] = [];
  for (const { count, regions, speed, spread, cpu, uplink } of hosts) {
    for (let i = 0; i < count; i++) {
      const offset = count === 1 ? 0 : Math.round((spread * (2 * i - (count - 1))) / (count - 1));
      specs.push({
        name: names[specs.length] as string,
        region: regions[i % regions.length] as HostSpec['region'],
        rate: { iterations: profile.d0 * Math.round((speed * (1000 + offset)) / 1000), micros: 60 * SECOND * 1000 },
        cpu,
        uplink,
        sync: SYNC,
        inbox: INBOX,
      });
    }
  }
  return specs;
};

/** Faults as lines of data; a window becomes a moment when the first host enters it. */
export const interventionsOf = ({ faults }: Scenario): readonly Intervention<MontanaShape>[] =>
  faults.map((fault) => {
    const at = { milestone: fault.window, after: fault.after * SECOND };
    switch (fault.type) {
      case 'cut':
        return { at, type: 'cut', groups: fault.groups };
      case 'heal':
        return { at, type: 'heal' };
      case 'restart':
        return { at, type: 'restart', hosts: fault.hosts };
      case 'crash':
        return fault.effects === undefined
          ? { at, type: 'crash', hosts: fault.hosts }
          : { at, type: 'crash', hosts: fault.hosts, effects: fault.effects };
    }
  });

/** By name of the host. A host with several lines of `adversary` has one strategy for them all. */
export const strategiesOf = (
  { adversary, nodes }: Scenario,
  founders: readonly Founder[],
): ReadonlyMap<string, Strategy<MontanaShape>> => {
  const names = hostNames(nodes);
  const floods = new Map<string, Flood[]>();
  for (const { host, target, rate, window, after, seconds } of adversary) {
    const others = floods.get(host) ?? [];
    floods.set(host, [...others, { target: names.indexOf(target), rate, window, after, seconds }]);
  }
  return new Map(
    [...floods].map(([name, own]) => {
      const host = names.indexOf(name);
      const members = founders.filter((_, other) => other !== host).map(({ nodeId }) => nodeId);
      return [name, new SignatureFlood({ host, floods: own, members })];
    }),
  );
};
