import type { ScenarioInput } from '#sim/run/scenario.ts';

const windows = [3, 4, 5, 6, 7, 8];

const signatureFlood: ScenarioInput = {
  title: 'Signature flood',
  claim:
    'Four nodes send a fifth one 2 000 forged bundles a second while it votes. To refuse one takes 190 µs of its core, 38 % in all: ' +
    'it votes in round 1 with everybody else, and no property breaks.',
  nodes: 20,
  windows: 10,
  hosts: [
    { count: 16, spread: 5 },
    { count: 4, spread: 5, uplink: 1_000_000_000 },
  ],
  workload: { transfers: 5, anchors: 5 },
  adversary: ['n016', 'n017', 'n018', 'n019'].flatMap((host) =>
    windows.map((window) => ({
      type: 'signature-flood' as const,
      host,
      target: 'n003',
      rate: 500,
      window,
      after: 58,
      seconds: 4,
    })),
  ),
};

export default signatureFlood;
