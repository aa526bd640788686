import { EVERYTHING_HOLDS, FORKED, type ScenarioInput } from '#sim/run/scenario.ts';

/** Whoever holds votes of one member for both proposals has evidence. */
const safe: ScenarioInput['expect'] = [...EVERYTHING_HOLDS, { metric: 'evidence', least: 1 }];

/** The votes of each side make certificates of sufficient weight. */
const forked: ScenarioInput['expect'] = [...FORKED, { property: 'certificate-weight', is: 'holds' }];

/** Honest weight 66 000 in six equal parts, so that it splits evenly. The coalition weighs four times `hosts.0.chainLength`. */
const equivocatingVoters: ScenarioInput = {
  title: 'Equivocating voters',
  claim:
    'Four nodes lead and vote two ways: two proposals, and two prevotes and precommits of each member, for each half of the honest ' +
    'nodes the one it was shown. With 33 % of the weight, with 30 % (variant thirty) and with 33.97 % (variant edge) no half reaches ' +
    'Q, and agreement holds. With 34 000 of 100 000, which is 2Q − A, both halves do (variant beyond): two proposals of window 0 are final.',
  nodes: 10,
  windows: 6,
  hosts: [
    { count: 4, spread: 10, chainLength: 8_125 },
    { count: 6, spread: 10, chainLength: 11_000 },
  ],
  network: { links: 4 },
  workload: { transfers: 2, anchors: 2 },
  adversary: [{ type: 'equivocating-voters', hosts: ['n000', 'n001', 'n002', 'n003'] }],
  expect: safe,
  variants: {
    thirty: { set: { 'hosts.0.chainLength': 7_075 } },
    edge: { set: { 'hosts.0.chainLength': 8_490 } },
    beyond: {
      set: { 'hosts.0.chainLength': 8_500 },
      expect: forked,
    },
  },
};

export default equivocatingVoters;
