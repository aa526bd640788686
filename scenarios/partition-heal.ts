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
};

export default partitionHeal;
