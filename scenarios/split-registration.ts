import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

/** The network does not reach the last window; nothing else breaks, and nobody can be accused of anything. */
const stuck = (stops: number): ScenarioInput['expect'] => [
  ...EVERYTHING_HOLDS.map((line) => (line.property === 'progress' ? { ...line, is: 'violated' as const } : line)),
  { metric: 'stops', least: stops, most: stops },
  { metric: 'evidence', least: 0, most: 0 },
  { metric: 'penalties', least: 0, most: 0 },
];

const splitRegistration: ScenarioInput = {
  title: 'Split registration',
  claim:
    'A candidate without any weight signs its registration twice, which ML-DSA allows, and gives five of ten nodes the one and five ' +
    'the other: one identifier, two valid objects. As published control_root covers the signature, so the halves never vote for ' +
    'one proposal: the window that lists it never closes. Shown to one node alone (variant one), the other nine close it, and that ' +
    'one refuses what they certified and stops for ever. Where control_root covers what was signed (variants scope, scope-one) the ' +
    'candidate is admitted in round 1 like any other.',
  nodes: 11,
  windows: 12,
  profile: { tau2: 8 },
  hosts: [
    { count: 10, spread: 5 },
    { count: 1, joins: 0 },
  ],
  workload: { transfers: 2, anchors: 2 },
  adversary: [{ type: 'split-registration', host: 'n010', second: ['n001', 'n003', 'n005', 'n007', 'n009'] }],
  expect: stuck(0),
  variants: {
    one: { set: { 'adversary.0.second': ['n003'] }, expect: stuck(1) },
    scope: {
      set: { rules: { controlLeaf: 'scope' } },
      expect: [...EVERYTHING_HOLDS, { metric: 'maxRound', least: 1, most: 1 }],
    },
    'scope-one': {
      set: { rules: { controlLeaf: 'scope' }, 'adversary.0.second': ['n003'] },
      expect: [...EVERYTHING_HOLDS, { metric: 'stops', least: 0, most: 0 }],
    },
  },
};

export default splitRegistration;
