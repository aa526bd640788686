import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import type { Verify } from '#core/crypto/suite.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import { HostRecorder } from '#core/journal/recorder.ts';
import { changedNodes, SUITE_REAL } from '#core/journal/setting.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Founder } from '#sim/run/founders.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { runSecret } from '#sim/run/setup.ts';
import { modelledSuite } from '#sim/suite/modelled.ts';

/** The name of the modelled suite in a journal, with the secret of its run. */
const SUITE_MODELLED = 'modelled';

export interface HostJournals {
  readonly scenario: Scenario;
  readonly genesis: Genesis;
  /** The state before window 0. */
  readonly settled: Settled;
  readonly members: readonly Founder[];
  readonly joining: readonly (number | undefined)[];
  readonly names: readonly string[];
  /** By name of the host. */
  readonly journals: ReadonlyMap<string, (bytes: Uint8Array) => void> | undefined;
}

/** A recorder for each host that keeps a journal, by its number. Throws a RangeError for a name there is not. */
export const hostRecorders = ({
  scenario,
  genesis,
  settled,
  members,
  joining,
  names,
  journals = new Map(),
}: HostJournals): ReadonlyMap<number, HostRecorder> => {
  const recorders = new Map<number, HostRecorder>();
  for (const [name, sink] of journals) {
    const host = names.indexOf(name);
    if (host < 0) throw new RangeError(`no host is called ${name}`);
    const member = members[host];
    const setting = {
      name,
      genesis: genesis.paramsBytes,
      nodes: changedNodes(genesis, settled),
      publicKey: member?.node.publicKey,
      entry: member && { operator: member.account.publicKey, from: joining[host] ?? 0 },
      timers: scenario.timers,
      adoption: scenario.adoption,
      stem: scenario.network.stem,
      fastSync: true,
      checkpoint: undefined,
      suite: scenario.suite === 'real' ? SUITE_REAL : SUITE_MODELLED,
      secret: scenario.suite === 'real' ? new Uint8Array(0) : runSecret(String(scenario.seed)),
    };
    recorders.set(host, new HostRecorder(setting, sink));
  }
  return recorders;
};

/** How the signatures of a journal are verified, by the suite it names. */
export const verifierOf = (suite: string, secret: Uint8Array): Verify | undefined => {
  if (suite === SUITE_REAL) return mlDsa65.verify;
  return suite === SUITE_MODELLED && secret.length === 32 ? modelledSuite(secret).verify : undefined;
};
