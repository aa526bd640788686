import { ascii } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import type { Settled } from '#core/transition/settled.ts';
import { changedByte } from '#sim/adversary/changed-byte.ts';
import { Coalition } from '#sim/adversary/coalition.ts';
import { EquivocatingLeader, type EquivocatorOptions } from '#sim/adversary/equivocating-leader.ts';
import { EquivocatingVoter } from '#sim/adversary/equivocating-voters.ts';
import { Farm } from '#sim/adversary/farm.ts';
import { InventedHistory } from '#sim/adversary/invented-history.ts';
import { drip, endsEarly, foreignAnchor, invented, silent, stale } from '#sim/adversary/lies.ts';
import { type Lie, LyingServer } from '#sim/adversary/lying-server.ts';
import { PrecomputedChain, precompute } from '#sim/adversary/precomputed-chain.ts';
import { type Flood, SignatureFlood } from '#sim/adversary/signature-flood.ts';
import { SplitRegistration } from '#sim/adversary/split-registration.ts';
import { WithheldBundles } from '#sim/adversary/withheld-bundles.ts';
import { Stream } from '#sim/kernel/streams.ts';
import type { HedgedSuite } from '#sim/suite/hedged.ts';
import type { Strategy } from '#sim/world/strategy.ts';
import type { MontanaShape } from './adapter.ts';
import { chosenHosts } from './chosen.ts';
import { type Founder, nodeSeed } from './founders.ts';
import type { Scenario } from './scenario.ts';
import { hostNames } from './settings.ts';

/** Windows that a stale server is behind. */
const STALE = 16;

type Line = Scenario['adversary'][number];
type LineOf<T extends Line['type']> = Extract<Line, { readonly type: T }>;

/** By name of the host; `suite` makes keys of identities that strategies add. A host with several lines of one type in `adversary` has one strategy for them all. */
export const strategiesOf = (
  { adversary, nodes, profile, seed }: Scenario,
  founders: readonly Founder[],
  suite: HedgedSuite,
  start: Settled,
): ReadonlyMap<string, Strategy<MontanaShape>> => {
  const names = hostNames(nodes);
  const strategies = new Map<string, Strategy<MontanaShape>>();
  const linesOf = <T extends Line['type']>(type: T): readonly LineOf<T>[] =>
    adversary.filter((line): line is LineOf<T> => line.type === type);

  const floods = new Map<string, Flood[]>();
  for (const { host, target, rate, window, after, seconds } of linesOf('signature-flood')) {
    const others = floods.get(host) ?? [];
    floods.set(host, [...others, { target: names.indexOf(target), rate, window, after, seconds }]);
  }
  for (const [name, own] of floods) {
    const host = names.indexOf(name);
    const members = founders.filter((_, other) => other !== host).map(({ nodeId }) => nodeId);
    strategies.set(name, new SignatureFlood({ host, floods: own, members }));
  }

  const conspire = (
    lines: readonly LineOf<'equivocating-leader' | 'equivocating-voters'>[],
    make: (options: EquivocatorOptions) => Strategy<MontanaShape>,
  ): void => {
    const hosts = [...new Set(lines.flatMap((line) => chosenHosts(line.hosts, names)))].sort((a, b) => a - b);
    const members = hosts.map((host) => ({ host, founder: founders[host] as Founder }));
    const coalition = new Coalition(
      members.map(({ host, founder: { nodeId } }) => ({ host, nodeId })),
      nodes,
    );
    for (const { host, founder } of members) {
      const { nodeId, node: key } = founder;
      strategies.set(names[host] as string, make({ host, nodeId, key, coalition, hosts: nodes }));
    }
  };
  conspire(linesOf('equivocating-leader'), (options) => new EquivocatingLeader(options));
  conspire(linesOf('equivocating-voters'), (options) => new EquivocatingVoter(options));

  for (const { hosts, windows } of linesOf('precomputed-chain')) {
    const known = precompute(windows, profile.d0);
    for (const host of chosenHosts(hosts, names)) strategies.set(names[host] as string, new PrecomputedChain(known));
  }

  for (const { host, cores, admitted } of linesOf('farm')) {
    const keys = new Stream(`${seed}/farm/${host}`);
    strategies.set(host, new Farm({ cores, admitted, tau2: profile.tau2, suite, keys }));
  }
  for (const { host: name, second } of linesOf('split-registration')) {
    const host = names.indexOf(name);
    const rnd = sha256(ascii(`montana-sim/${seed}/split-registration/${name}`));
    const resign = (message: Uint8Array): Uint8Array => suite.hedged(nodeSeed(host), message, rnd);
    const seconds = new Set(chosenHosts(second, names));
    strategies.set(name, new SplitRegistration({ host, hosts: nodes, seconds, resign }));
  }
  for (const { hosts, seconds } of linesOf('withheld-bundles')) {
    for (const host of chosenHosts(hosts, names)) {
      const { nodeId } = founders[host] as Founder;
      strategies.set(names[host] as string, new WithheldBundles(nodeId, seconds));
    }
  }
  for (const { hosts, to, lie, nodes: admitted } of linesOf('lying-server')) {
    const liars = chosenHosts(hosts, names);
    const victims = new Set(chosenHosts(to, names));
    let known: InventedHistory | undefined;
    const founder = founders[liars[0] as number] as Founder;
    const history = (): InventedHistory => {
      known ??= new InventedHistory({
        start,
        founder: { nodeId: founder.nodeId, key: founder.node },
        nodes: admitted,
        tau2: profile.tau2,
        suite,
        keys: new Stream(`${seed}/invented/${names[liars[0] as number]}`),
      });
      return known;
    };
    for (const host of liars) {
      const name = names[host] as string;
      strategies.set(name, new LyingServer(lieOf(lie, new Stream(`${seed}/lie/${name}`), history), victims));
    }
  }
  return strategies;
};

const lieOf = (lie: LineOf<'lying-server'>['lie'], draws: Stream, history: () => InventedHistory): Lie => {
  switch (lie) {
    case 'invented':
      return invented(history);
    case 'foreign-anchor':
      return foreignAnchor(history);
    case 'stale':
      return stale(STALE);
    case 'ends-early':
      return endsEarly;
    case 'drip':
      return drip;
    case 'silent':
      return silent;
    default:
      return changedByte(lie, draws);
  }
};
