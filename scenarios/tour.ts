import type { ScenarioInput } from '#sim/run/scenario.ts';

const tour: ScenarioInput = {
  title: 'Tour',
  claim:
    'A hundred nodes on five continents close sixty windows over a faulty network, and every node that follows the rules ends up ' +
    'with the same history: one node crashes and comes back, and a tenth of the nodes is cut off for a while.',
  nodes: 100,
  windows: 60,
  hosts: [{ count: 100, spread: 20 }],
  network: { links: 8 },
  workload: { transfers: 12, anchors: 12, creations: 1 },
  faults: [
    { type: 'crash', window: 10, after: 20, hosts: ['n042'] },
    { type: 'restart', window: 12, after: 10, hosts: ['n042'] },
    {
      type: 'cut',
      window: 25,
      after: 5,
      groups: [['n090', 'n091', 'n092', 'n093', 'n094', 'n095', 'n096', 'n097', 'n098', 'n099']],
    },
    { type: 'heal', window: 27 },
  ],
};

export default tour;
