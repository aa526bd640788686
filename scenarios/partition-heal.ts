import type { ScenarioInput } from '#sim/run/scenario.ts';

const group = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `n${String(from + i).padStart(3, '0')}`);

const partitionHeal: ScenarioInput = {
  title: 'Partition and heal',
  claim:
    'Cut in two halves, neither side has two thirds of the weight: no window closes, nothing conflicts. When the cut heals, the ' +
    'network goes on from where it stood.',
  nodes: 24,
  windows: 20,
  hosts: [{ count: 24, spread: 20 }],
  workload: { transfers: 4, anchors: 4 },
  faults: [
    { type: 'cut', window: 8, after: 10, groups: [group(0, 12), group(12, 24)] },
    { type: 'heal', window: 8, after: 310 },
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
  ],
};

export default partitionHeal;
