import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

const lightLottery: ScenarioInput = {
  title: 'Light lottery',
  claim:
    'Fifty nodes that have confirmed one window against fifty that have confirmed ten thousand: the light ones have 0.01 % of the ' +
    'weight, and win 0.01 % of 100 000 lotteries drawn with its weights. With the polynomial of the source (variant binding) they ' +
    'win 2 %, because a ticket of 0 beats any weight.',
  nodes: 100,
  windows: 3,
  hosts: [
    { count: 50, spread: 5, chainLength: 1 },
    { count: 50, spread: 5, chainLength: 10_000 },
  ],
  network: { links: 4 },
  measure: ['lottery'],
  expect: [...EVERYTHING_HOLDS, { metric: 'lightShareDrawn', least: 0.00002, most: 0.0002 }],
  variants: {
    binding: {
      set: { 'rules.lottery': 'binding' },
      expect: [...EVERYTHING_HOLDS, { metric: 'lightShareDrawn', least: 0.018, most: 0.024 }],
    },
  },
};

export default lightLottery;
