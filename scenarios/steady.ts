import type { ScenarioInput } from '#sim/run/scenario.ts';

const steady: ScenarioInput = {
  title: 'Steady',
  claim:
    'Nodes whose hash rates lie within five percent of the mean close almost every window in round 1, and a restarted node of the ' +
    'faster half is included as before. The slowest third is left out of some windows: presence against speed says how many.',
  nodes: 40,
  windows: 45,
  hosts: [{ count: 40, spread: 50 }],
  workload: { transfers: 5, anchors: 5 },
  faults: [
    { type: 'crash', window: 10, after: 30, hosts: ['n035'] },
    { type: 'restart', window: 10, after: 40, hosts: ['n035'] },
  ],
};

export default steady;
