import { ascii } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import type { Suite } from '#core/crypto/suite.ts';
import { buildGenesis, type Genesis } from '#core/genesis/genesis.ts';
import { simulation } from '#core/genesis/profiles.ts';
import { rulesOf } from '#core/genesis/rules.ts';
import { memoised } from '#sim/suite/memo.ts';
import { modelledSuite } from '#sim/suite/modelled.ts';
import type { HostSpec, Intervention } from '#sim/world/types.ts';
import type { MontanaShape } from './adapter.ts';
import { chosenHosts } from './chosen.ts';
import type { Founder } from './founders.ts';
import type { Scenario } from './scenario.ts';

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

/**
 * Faults as lines of data; a window becomes a moment when the first host enters it. Those that depend on what has happened by
 * then (`leaders`, a restart of all that are down) are resolved by the run at that moment.
 */
export const interventionsOf = (
  { faults }: Scenario,
  names: readonly string[],
): readonly Intervention<MontanaShape>[] =>
  faults.flatMap((fault): Intervention<MontanaShape>[] => {
    const at = { milestone: fault.window, after: fault.after * SECOND };
    switch (fault.type) {
      case 'cut':
        return [{ at, type: 'cut', groups: fault.groups }];
      case 'heal':
        return [{ at, type: 'heal' }];
      case 'restart':
        return fault.hosts === undefined ? [] : [{ at, type: 'restart', hosts: fault.hosts }];
      case 'crash': {
        if ('leaders' in fault.hosts) return [];
        const hosts = chosenHosts(fault.hosts, names).map((host) => names[host] as string);
        return [{ at, type: 'crash', hosts, ...(fault.effects === undefined ? {} : { effects: fault.effects }) }];
      }
    }
  });
