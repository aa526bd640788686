import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

type Expectations = NonNullable<ScenarioInput['expect']>;

/** How long n010, or the last host of all, waits from the window on in which its chain is τ₂ windows old. */
const waited = (host: string, most: number): Expectations => [
  ...EVERYTHING_HOLDS,
  { metric: 'entryFaults', most: 0 },
  { metric: 'expired', most: 0 },
  { metric: `waited.${host}`, least: 1, most },
];

/** Ten nodes, so many candidates that never show a bundle, and an honest one a window behind them. */
const griefed = (griefers: number) => ({
  nodes: 11 + griefers,
  hosts: [
    { count: 10, spread: 20 },
    ...(griefers === 0 ? [] : [{ count: griefers, joins: 0 }]),
    { count: 1, joins: 1 },
  ],
  adversary: Array.from({ length: griefers }, (_, i) => ({
    type: 'withheld-bundles' as const,
    hosts: [`n0${10 + i}`],
  })),
});

const griefingCandidate: ScenarioInput = {
  title: 'Griefing candidate',
  claim:
    'A candidate registers a window before an honest one, and shows no bundle when it is a node. While it waits in the pool of a network ' +
    'of ten, the honest chain would have to be 10τ₂ long. It waits until the next selection event: of every window, and as published ' +
    '(variant protocol) of every sixth. So the honest one enters at most one event later than alone (variants alone); three griefers ' +
    'cost it three events, less than 3τ₂. Nobody expires: who is alone in the pool is the next to be selected.',
  windows: 52,
  ...griefed(1),
  profile: { tau2: 20 },
  network: { links: 6 },
  measure: ['growth', 'entries'],
  expect: waited('n011', 2),
  variants: {
    alone: { set: griefed(0), expect: waited('n010', 1) },
    three: { set: griefed(3), expect: waited('n013', 4) },
    protocol: { set: { 'rules.admission': 'protocol', ...griefed(1) }, expect: waited('n011', 9) },
    'protocol-alone': { set: { 'rules.admission': 'protocol', ...griefed(0) }, expect: waited('n010', 3) },
    'protocol-three': { set: { 'rules.admission': 'protocol', ...griefed(3) }, expect: waited('n013', 21) },
  },
};

export default griefingCandidate;
