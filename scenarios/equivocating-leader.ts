import { EVERYTHING_HOLDS, FORKED, type ScenarioInput } from '#sim/run/scenario.ts';

/** The leader loses its two rounds, and each of the eleven others convicts it for both. */
const convicted: ScenarioInput['expect'] = [
  ...EVERYTHING_HOLDS,
  { metric: 'maxRound', least: 2, most: 2 },
  { metric: 'evidence', least: 22, most: 22 },
];

const equivocatingLeader: ScenarioInput = {
  title: 'Equivocating leader',
  claim:
    'The bootstrap node leads windows 0 and 1. For each it signs two valid proposals, one bundle apart, and shows each half of the ' +
    'network another. Votes decide neither: the window closes in round 2, and the two headers are evidence. Where the first valid ' +
    'proposal is final (variants published and first-valid), both are final after two messages; voting alone closes it (variant ' +
    'votes: all other rules as published).',
  nodes: 12,
  windows: 6,
  hosts: [{ count: 12, spread: 20 }],
  network: { links: 4 },
  workload: { transfers: 2, anchors: 2 },
  adversary: [{ type: 'equivocating-leader', hosts: ['n000'] }],
  expect: convicted,
  variants: {
    published: { set: { rules: 'published' }, expect: [...FORKED] },
    'first-valid': { set: { rules: { finality: 'first-valid' } }, expect: [...FORKED] },
    votes: { set: { rules: 'published', 'rules.finality': 'votes' }, expect: convicted },
  },
};

export default equivocatingLeader;
