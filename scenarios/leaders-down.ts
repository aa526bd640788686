import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

/** One round for each dead leader, one for a live one. */
const expect = (leaders: number): NonNullable<ScenarioInput['expect']> => [
  ...EVERYTHING_HOLDS,
  { metric: 'maxRound', least: leaders + 1, most: leaders + 1 },
];

const dead = (leaders: number) => ({ set: { 'faults.0.hosts.leaders': leaders }, expect: expect(leaders) });

const leadersDown: ScenarioInput = {
  title: 'Leaders down',
  claim:
    'The first three leaders of a window die when it begins and stay dead: that window closes in round 4, one round for each dead ' +
    'leader and one for a live one, and no later window takes more.',
  nodes: 20,
  windows: 12,
  hosts: [{ count: 20, spread: 20, chainLength: 1_000 }],
  network: { links: 6 },
  workload: { transfers: 4, anchors: 4 },
  faults: [{ type: 'crash', window: 4, hosts: { leaders: 3 } }],
  measure: ['closing'],
  expect: expect(3),
  variants: {
    none: dead(0),
    one: dead(1),
    two: dead(2),
    four: dead(4),
    five: dead(5),
  },
};

export default leadersDown;
