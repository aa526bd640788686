import type { ScenarioInput } from '#sim/run/scenario.ts';

const steady: ScenarioInput = {
  title: 'Steady',
  claim:
    'Nodes whose hash rates differ by five percent close almost every window in round 1, and a node that was restarted is included ' +
    'again: the timers run on each node’s own iterations, and a slow node finishes its own timechain value when it lacks little of it.',
  nodes: 40,
  windows: 45,
  hosts: [{ count: 40, spread: 50 }],
  workload: { transfers: 5, anchors: 5 },
  faults: [
    { type: 'crash', window: 10, after: 30, hosts: ['n035'] },
    { type: 'restart', window: 10, after: 40, hosts: ['n035'] },
  ],
  expect: [
    { property: 'agreement', is: 'holds' },
    { property: 'equal-roots', is: 'holds' },
    { property: 'validity', is: 'holds' },
    { property: 'supply', is: 'holds' },
    { property: 'progress', is: 'holds' },
    { property: 'promise-kept', is: 'holds' },
    { property: 'one-signature-per-slot', is: 'holds' },
    { property: 'certificate-weight', is: 'holds' },
    { property: 'presence', is: 'measured' },
  ],
};

export default steady;
