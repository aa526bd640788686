import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

type Expectations = NonNullable<ScenarioInput['expect']>;

/** What holds under both modes of admission: nothing 05 excludes, and every candidate becomes a node in the end. */
const grown = (nodes: number): Expectations => [
  ...EVERYTHING_HOLDS,
  { metric: 'entryFaults', least: 0, most: 0 },
  { metric: 'nodesActive', least: nodes, most: nodes },
  { metric: 'expired', least: 0, most: 0 },
];

/** One founder, and candidates in waves: so many, `every` windows. */
const waves = (candidates: number, size: number, every: number) => ({
  nodes: 1 + candidates,
  hosts: [
    { count: 1 },
    ...Array.from({ length: Math.ceil(candidates / size) }, (_, wave) => ({
      count: Math.min(size, candidates - size * wave),
      spread: 20,
      joins: every * wave,
    })),
  ],
});

const growth: ScenarioInput = {
  title: 'Growth',
  claim:
    'One founder and forty candidates in four waves. Each hashes its own chain for an epoch, registers, and is admitted: one in a ' +
    'window, who receives the emission of that window. As published (variant protocol) one in six windows is admitted, and the ' +
    'winners keep theirs. The number of nodes follows the formula of the rule.',
  windows: 72,
  ...waves(40, 10, 11),
  profile: { tau2: 20 },
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
        windows: 100,
        ...waves(12, 3, 11),
      },
      expect: [
        ...grown(13),
        { metric: 'welcomed', least: 0, most: 0 },
        // By the formula 4 and 8.
        { metric: 'growth.2.nodes', least: 3, most: 4 },
        { metric: 'growth.3.nodes', least: 7, most: 8 },
      ],
    },
    'protocol-fifty': {
      set: { 'rules.admission': 'protocol', ...waves(49, 2, 12), windows: 400 },
      expect: [
        ...EVERYTHING_HOLDS,
        { metric: 'entryFaults', least: 0, most: 0 },
        { metric: 'expired', least: 0, most: 0 },
        { metric: 'welcomed', least: 0, most: 0 },
        { metric: 'nodesActive', least: 40, most: 50 },
      ],
    },
    'two-hundred': {
      set: { ...waves(199, 10, 11), windows: 260 },
      expect: [...grown(200), { metric: 'welcomed', least: 199, most: 199 }],
    },
  },
};

export default growth;
