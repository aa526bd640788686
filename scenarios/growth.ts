import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

type Expectations = NonNullable<ScenarioInput['expect']>;

/** What holds under both modes of admission: nothing 05 excludes, and every candidate becomes a node in the end. */
const grown = (nodes: number): Expectations => [
  ...EVERYTHING_HOLDS,
  { metric: 'entryFaults', least: 0, most: 0 },
  { metric: 'nodesActive', least: nodes, most: nodes },
  { metric: 'expired', least: 0, most: 0 },
];

const growth: ScenarioInput = {
  title: 'Growth',
  claim:
    'One founder and forty candidates in four waves. Each hashes its own chain for an epoch, registers, and is admitted: one in a ' +
    'window, who receives the emission of that window. As published (variant protocol) one in six windows is admitted, and the ' +
    'winners keep theirs. The number of nodes follows the formula of the rule.',
  nodes: 41,
  windows: 72,
  profile: { tau2: 20 },
  hosts: [
    { count: 1 },
    { count: 10, spread: 20, joins: 0 },
    { count: 10, spread: 20, joins: 11 },
    { count: 10, spread: 20, joins: 22 },
    { count: 10, spread: 20, joins: 33 },
  ],
  network: { links: 6 },
  measure: ['growth'],
  expect: [
    ...grown(41),
    { metric: 'welcomed', least: 40, most: 40 },
    // The formula has 21 and 39: whoever finds another candidate waiting comes again with a longer chain.
    { metric: 'growth.2.nodes', least: 18, most: 21 },
    { metric: 'growth.3.nodes', least: 35, most: 39 },
  ],
  variants: {
    protocol: {
      set: {
        'rules.admission': 'protocol',
        nodes: 13,
        windows: 100,
        'hosts.1.count': 3,
        'hosts.2.count': 3,
        'hosts.3.count': 3,
        'hosts.4.count': 3,
      },
      expect: [
        ...grown(13),
        { metric: 'welcomed', least: 0, most: 0 },
        // By the formula 4 and 8.
        { metric: 'growth.2.nodes', least: 3, most: 4 },
        { metric: 'growth.3.nodes', least: 7, most: 8 },
      ],
    },
  },
};

export default growth;
