import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

/** Everything holds, and the farm has 2Q − A for the first time in one of these windows. */
const thirdWithin = (least: number, most: number): NonNullable<ScenarioInput['expect']> => [
  ...EVERYTHING_HOLDS,
  { metric: 'farm.third', least, most },
];

const sybilEntry: ScenarioInput = {
  title: 'Sybil entry',
  claim:
    'A farm keeps every node that it gets admitted confirming, and harms nobody until it has a third of the weight (2Q − A). The ' +
    'formula of the weight says when, to the window: eight honest nodes, τ₂ = 8 and one admission a window give a farm of τ₂ cores a ' +
    'third in window 23, and no more cores make it sooner (variant double); a quarter of the cores in 46. With one admission in six ' +
    'windows (variant protocol) it is 66, however many cores; where the honest nodes are 100 windows older (variant older) 43.',
  nodes: 8,
  windows: 30,
  profile: { tau2: 8, d0: 256 },
  hosts: [{ count: 8, spread: 10 }],
  network: { links: 6 },
  adversary: [{ type: 'farm', host: 'n007', cores: 8, admitted: 'confirm' }],
  measure: ['farm'],
  expect: thirdWithin(23, 24),
  variants: {
    quarter: { set: { windows: 56, 'adversary.0.cores': 2 }, expect: thirdWithin(46, 48) },
    double: { set: { 'adversary.0.cores': 16 }, expect: thirdWithin(23, 24) },
    protocol: { set: { windows: 72, 'rules.admission': 'protocol' }, expect: thirdWithin(66, 68) },
    'protocol-double': {
      set: { windows: 72, 'rules.admission': 'protocol', 'adversary.0.cores': 16 },
      expect: thirdWithin(66, 68),
    },
    older: { set: { windows: 48, 'hosts.0.chainLength': 100 }, expect: thirdWithin(43, 45) },
  },
};

export default sybilEntry;
