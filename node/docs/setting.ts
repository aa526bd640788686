import type { Scenario } from '#sim/run/scenario.ts';

type Fault = Scenario['faults'][number];
type Adversary = Scenario['adversary'][number];

/** The setting of a scenario as a person reads it: a line for each thing that is not as by default. */
export const settingLines = (scenario: Scenario): readonly (readonly [string, string])[] => {
  const { nodes, windows, hosts, network, workload, faults, adversary, profile, measure } = scenario;
  const shops =
    workload.shops === undefined ? [] : [`${workload.shops.count} shops, ${workload.shops.amount / 1e9} Ɉ each`];
  const { sleepers: idle } = workload;
  const sleepers =
    idle === undefined ? [] : [`${idle.count} accounts that fall idle, ${idle.recreated} of them made again`];
  const users = [
    ...(workload.transfers > 0 ? [`${workload.transfers} transfers`] : []),
    ...(workload.anchors > 0 ? [`${workload.anchors} anchors`] : []),
    ...(workload.creations > 0 ? [`${workload.creations} creations`] : []),
    ...shops,
    ...sleepers,
    ...(workload.lineage ? ['a lineage that creates as often as it may'] : []),
    ...(workload.replayer ? ['somebody who hands in old operations again'] : []),
  ];
  return [
    ['Nodes, windows', `${nodes}, ${windows}; ${network.links} connections opened by each`],
    ['Hosts', hosts.map(groupText).join('; ')],
    ...(profile.tau2 === 60 ? [] : [['τ₂', `${profile.tau2} windows`] as const]),
    ...(users.length === 0 ? [] : [['Users, a window', users.join(', ')] as const]),
    ...(faults.length === 0 ? [] : [['Faults', faults.map(faultText).join('; ')] as const]),
    ...(adversary.length === 0 ? [] : [['Adversary', adversary.map(adversaryText).join('; ')] as const]),
    ...(measure.length === 0 ? [] : [['Measured', measure.join(', ')] as const]),
  ];
};

const groupText = ({ count, speed, spread, cpu, uplink, chainLength, joins }: Scenario['hosts'][number]): string =>
  [
    `${count}`,
    ...(speed === 1000 ? [] : [`hash rate ${speed / 1000}`]),
    ...(spread === 0 ? [] : [`hash rates ± ${spread / 10} %`]),
    ...(cpu === 1000 ? [] : [`core ${1000 / cpu} of the reference`]),
    ...(uplink === 50_000_000 ? [] : [`${uplink / 1e6} Mbit/s up`]),
    ...(joins === undefined ? [] : [`seek entry from window ${joins} on`]),
    ...(chainLength === 1 ? [] : [`chain_length ${chainLength} at the start`]),
  ].join(', ');

const whenText = ({ window, after }: { readonly window: number; readonly after: number }): string =>
  `window ${window}${after === 0 ? '' : ` + ${after} s`}`;

const someText = (hosts: readonly string[] | { readonly share: number }): string =>
  'share' in hosts ? `${hosts.share} % of the hosts` : namesText(hosts);

/** Runs of numbers as first to last. */
const namesText = (names: readonly string[]): string =>
  names.length > 3 ? `${names[0]} to ${names.at(-1)}` : names.join(', ');

const faultText = (fault: Fault): string => {
  const when = whenText(fault);
  switch (fault.type) {
    case 'cut':
      return `${when}: ${fault.groups.map(namesText).join(' | ')} cut apart`;
    case 'heal':
      return `${when}: the cut heals`;
    case 'restart':
      return `${when}: ${fault.hosts === undefined ? 'whoever is down' : namesText(fault.hosts)} restarts`;
    case 'pace':
      return `${when}: ${someText(fault.hosts)} hash at ${fault.speed / 1000} of the reference rate`;
    case 'lose':
      return `${when}: the next ${fault.kind} from ${fault.from} to ${fault.to} is lost`;
    case 'crash': {
      const who = 'leaders' in fault.hosts ? `the first ${fault.hosts.leaders} leaders` : someText(fault.hosts);
      return `${when}: ${who} crash`;
    }
  }
};

const adversaryText = (line: Adversary): string => {
  switch (line.type) {
    case 'signature-flood':
      return `${line.host} against ${line.target}, ${line.rate} forged bundles a second for ${line.seconds} s from ${whenText(line)}`;
    case 'precomputed-chain':
      return `precomputed-chain: ${someText(line.hosts)}, ${line.windows} windows`;
    case 'farm':
      return `farm of ${line.cores} cores at ${line.host}; its nodes ${line.admitted === 'idle' ? 'lie idle' : 'confirm'}`;
    case 'split-registration':
      return `${line.type}: ${line.host}, its second signature for ${someText(line.second)}`;
    case 'withheld-bundles':
      return `${line.type}: ${someText(line.hosts)}${line.seconds === undefined ? '' : `, for ${line.seconds} s`}`;
    default:
      return `${line.type}: ${someText(line.hosts)}`;
  }
};
