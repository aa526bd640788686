import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

/** However many are silent: nothing conflicts, and two minutes after their return a window closes. */
const always: NonNullable<ScenarioInput['expect']> = [...EVERYTHING_HOLDS, { metric: 'resumeSeconds', most: 120 }];

/** As written, for a series over shares: either may be. */
const either: typeof always = [...always, { metric: 'closing', least: 0, most: 1 }];

const closes: typeof always = [...always, { metric: 'closing', least: 1, most: 1 }];

const halts = (seconds: number): typeof always => [
  ...always,
  { metric: 'closing', least: 0, most: 0 },
  { metric: 'haltSeconds', least: seconds },
];

const hundred = { nodes: 100, 'hosts.0.count': 100, 'network.links': 4, windows: 10, 'faults.1.after': 180 };

const twoThirdsOffline: ScenarioInput = {
  title: 'Two thirds and the rest offline',
  claim:
    'Quorum is 67 % of the weight. With 30 % silent for ten minutes windows close as before; with 35 % none closes, nothing ' +
    'conflicts, and the network goes on when the silent nodes return. Of a hundred equal nodes 33 may be silent, 34 not.',
  nodes: 20,
  windows: 18,
  // So much weight before that what a window adds changes no share.
  hosts: [{ count: 20, spread: 20, chainLength: 1_000 }],
  network: { links: 6 },
  workload: { transfers: 2, anchors: 2 },
  faults: [
    { type: 'crash', window: 5, hosts: { share: 30 } },
    { type: 'restart', window: 5, after: 600 },
  ],
  measure: ['closing'],
  expect: either,
  variants: {
    below: { set: { 'faults.0.hosts.share': 30 }, expect: closes },
    above: { set: { 'faults.0.hosts.share': 35 }, expect: halts(600) },
    'hundred-33': { set: { ...hundred, 'faults.0.hosts.share': 33 }, expect: closes },
    'hundred-34': { set: { ...hundred, 'faults.0.hosts.share': 34 }, expect: halts(180) },
  },
};

export default twoThirdsOffline;
