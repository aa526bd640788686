import { ascii, type Id } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { buildGenesis, type Genesis } from '#core/genesis/genesis.ts';
import { simulation } from '#core/genesis/profiles.ts';
import { rulesOf } from '#core/genesis/rules.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { type HedgedSuite, realSuite } from '#sim/suite/hedged.ts';
import { memoised } from '#sim/suite/memo.ts';
import { modelledSuite } from '#sim/suite/modelled.ts';
import type { HostSpec, Intervention } from '#sim/world/types.ts';
import type { MontanaShape } from './adapter.ts';
import { chosenHosts } from './chosen.ts';
import type { Founder } from './founders.ts';
import { KINDS } from './identify.ts';
import type { Scenario } from './scenario.ts';

/** Signature checks remembered at most: a few windows of a thousand nodes. */
const CHECKS = 65_536;

const SECOND = 1_000_000;

/** Inbox of a host: more than a window's traffic of a thousand nodes. */
const INBOX = 200_000;

/** Microseconds until a record is durable: one fdatasync of a solid-state disk. */
const SYNC = 1_000;

/** What signatures of a run are modelled with. */
export const runSecret = (seed: string): Uint8Array => sha256(ascii(`montana-sim/${seed}/suite`));

export const suiteOf = (scenario: Scenario, seed: string): HedgedSuite =>
  memoised(scenario.suite === 'real' ? realSuite : modelledSuite(runSecret(seed)), CHECKS);

export const genesisOf = (
  { profile, rules }: Scenario,
  founders: readonly Founder[],
  constants = simulation({ founders: founders.length, tau2Windows: profile.tau2, d0: profile.d0 }),
): Genesis =>
  buildGenesis({
    params: constants,
    rules: rulesOf(rules),
    founders: founders.map(({ account, node }) => ({ accountPubkey: account.publicKey, nodePubkey: node.publicKey })),
  });

/** `speed` in thousandths of the reference machine's, which closes a window of d0 hashes in 60 s. */
const rateOf = ({ d0 }: Scenario['profile'], speed: number): HostSpec['rate'] => ({
  iterations: d0 * speed,
  micros: 60 * SECOND * 1000,
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
        rate: rateOf(profile, Math.round((speed * (1000 + offset)) / 1000)),
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
 * Faults as lines of data; a window becomes a moment when the first host enters it. A restart of nobody by name is one of all: who
 * is up does not notice. Crashes of leaders wait for `leaderCrashes`.
 */
export const interventionsOf = (
  { faults, profile }: Scenario,
  names: readonly string[],
): readonly Intervention<MontanaShape>[] =>
  faults.flatMap((fault): Intervention<MontanaShape>[] => {
    const at = { milestone: fault.window, after: fault.after * SECOND };
    switch (fault.type) {
      case 'cut':
        return [{ at, type: 'cut', groups: fault.groups }];
      case 'heal':
        return [{ at, type: 'heal' }];
      case 'lose':
        return [{ at, type: 'lose', from: fault.from, to: fault.to, kind: KINDS.indexOf(fault.kind) }];
      case 'restart':
        return [{ at, type: 'restart', hosts: fault.hosts ?? names }];
      case 'pace': {
        const hosts = chosenHosts(fault.hosts, names).map((host) => names[host] as string);
        return [{ at, type: 'pace', hosts, rate: rateOf(profile, fault.speed) }];
      }
      case 'crash': {
        if ('leaders' in fault.hosts) return [];
        const hosts = chosenHosts(fault.hosts, names).map((host) => names[host] as string);
        return [{ at, type: 'crash', hosts, ...(fault.strike === undefined ? {} : { strike: fault.strike }) }];
      }
    }
  });

/** Crashes of the first leaders of the window after `settled`, as its cascade names them (04 §7). */
export const leaderCrashes = (
  { faults }: Scenario,
  settled: Settled,
  nameOf: (nodeId: Id) => string,
): readonly Intervention<MontanaShape>[] =>
  faults.flatMap((fault): Intervention<MontanaShape>[] => {
    if (fault.type !== 'crash' || !('leaders' in fault.hosts) || fault.window !== settled.window + 1) return [];
    const hosts = openWindow(settled).cascade.slice(0, fault.hosts.leaders).map(nameOf);
    const at = { milestone: fault.window, after: fault.after * SECOND };
    return [{ at, type: 'crash', hosts, ...(fault.strike === undefined ? {} : { strike: fault.strike }) }];
  });
