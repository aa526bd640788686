import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

/** Everything holds, and windows take so many seconds. */
const paced = (least: number, most: number): ScenarioInput['expect'] => [
  ...EVERYTHING_HOLDS,
  { metric: 'secondsPerWindow', least, most },
];

const precomputedChain: ScenarioInput = {
  title: 'Precomputed chain',
  claim:
    'Nine of twelve nodes, a quorum, hashed 60 windows of the chain from 32 zero bytes before the launch. Here T_0 follows from the ' +
    'genesis hash, and that is worth nothing: a window takes 60 s. Where it does not (variants published, and zero-seed for that rule ' +
    'alone), 41 windows close in one to two minutes, with the emission of 40 minutes, and the others are in none of them after the ' +
    'first. With half of the weight (variant minority) the fastest of the others keep the pace; the slower ones are included less often.',
  nodes: 12,
  windows: 40,
  hosts: [{ count: 12, spread: 20 }],
  network: { links: 4 },
  workload: { transfers: 2, anchors: 2 },
  adversary: [{ type: 'precomputed-chain', hosts: { share: 75 }, windows: 60 }],
  expect: paced(55, 65),
  variants: {
    published: { set: { rules: 'published' }, expect: paced(0, 5) },
    'zero-seed': { set: { rules: { timechainSeed: 'zero' } }, expect: paced(0, 5) },
    minority: { set: { rules: { timechainSeed: 'zero' }, 'adversary.0.hosts': { share: 50 } } },
  },
};

export default precomputedChain;
