import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

type Expectations = NonNullable<ScenarioInput['expect']>;

/** However many cores: nodes are unharmed, no rule of admission is broken, and nobody takes more than the closed form says. */
const unharmed: Expectations = [
  ...EVERYTHING_HOLDS,
  { metric: 'entryFaults', least: 0, most: 0 },
  { metric: 'farm.shareDifference', least: -0.25, most: 0.01 },
  { metric: 'farm.third', least: -1, most: -1 },
];

/** The share of what is emitted from window τ₂ + 1 on. */
const takes = (least: number, most: number): Expectations => [...unharmed, { metric: 'farm.shareAfter', least, most }];

const bonusFarming: ScenarioInput = {
  title: 'Bonus farming',
  claim:
    'A farm gets node after node admitted for the emission of the admission, and lets them lie idle. With M cores it takes M/τ₂ of ' +
    'all emissions; with τ₂ cores or more, all but those of honest candidates, who are left one admission in as many as wait. ' +
    'Adaptive length, expiry and one node an operator do not slow it: what was refused is claimed again for another operator, without ' +
    'another hash. Where winners are paid (variant protocol) it takes no emission, but the admissions. A founder who is alone and ' +
    'young is halted: the idle weigh half as much as it does, and no window closes any more (variant young).',
  nodes: 10,
  windows: 64,
  profile: { tau2: 16, d0: 256 },
  hosts: [
    { count: 8, spread: 10, chainLength: 1_000 },
    { count: 2, spread: 10, joins: 20 },
  ],
  network: { links: 6 },
  adversary: [{ type: 'farm', host: 'n000', cores: 8, admitted: 'idle' }],
  measure: ['farm', 'growth'],
  expect: unharmed,
  variants: {
    quarter: { set: { 'adversary.0.cores': 4 }, expect: takes(0.2, 0.26) },
    whole: { set: { 'adversary.0.cores': 16 }, expect: takes(0.88, 1) },
    double: { set: { 'adversary.0.cores': 32 }, expect: takes(0.9, 1) },
    // Eight honest candidates.
    contest: {
      set: { 'adversary.0.cores': 16, nodes: 16, 'hosts.1.count': 8 },
      expect: [...takes(0.75, 0.95), { metric: 'farm.honestAdmitted', least: 3, most: 8 }],
    },
    protocol: {
      set: { 'adversary.0.cores': 16, 'rules.admission': 'protocol' },
      expect: [...takes(0, 0), { metric: 'farm.admitted', least: 6, most: 8 }],
    },
    young: {
      set: {
        nodes: 2,
        hosts: [{ count: 1 }, { count: 1, joins: 1_000 }],
        'network.links': 1,
        'adversary.0': { type: 'farm', host: 'n001', cores: 16, admitted: 'idle' },
      },
      expect: [
        ...unharmed.filter((line) => !('property' in line && line.property === 'progress')),
        { property: 'progress', is: 'violated' },
        // In window 35 the founder weighs 36 and 18 idle nodes 18: Q = 37 of 54.
        { metric: 'farm.admitted', least: 18, most: 18 },
      ],
    },
  },
};

export default bonusFarming;
