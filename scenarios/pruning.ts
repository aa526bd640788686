import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

/** Who is idle vanishes, at the boundary that is due, and nothing breaks. */
const vanished: NonNullable<ScenarioInput['expect']> = [
  ...EVERYTHING_HOLDS,
  { metric: 'nodesVanished', least: 2, most: 2 },
  { metric: 'nodesVanished.72', least: 1, most: 1 },
  { metric: 'nodesVanished.80', least: 1, most: 1 },
  { metric: 'operatorAccountsVanished', least: 2, most: 2 },
  { metric: 'accountsRecreated', least: 4, most: 4 },
];

const pruning: ScenarioInput = {
  title: 'Pruning',
  claim:
    'Two nodes stop, in windows 3 and 12 of epochs of 8: both leave the state at the first boundary more than 8τ₂ later, their ' +
    'emptied operator accounts one boundary after them. Six accounts spend what they have and leave after 4τ₂, two keep 1 nɈ and ' +
    'stay. Every node agrees on each, one that was down meanwhile too. Four of the six are given 0.4 Ɉ each under their old keys, and ' +
    'somebody without a key hands in what they once signed: nothing settles again. Where a recreated account starts from 32 zero ' +
    'bytes (variant zero-frontier) all eight old payments do, and all 1.6 Ɉ are gone.',
  nodes: 10,
  windows: 97,
  profile: { tau2: 8, d0: 2_560 },
  hosts: [{ count: 10, spread: 10 }],
  network: { links: 4 },
  workload: { sleepers: { count: 8, amount: 400_000_000, dust: 2, recreated: 4 }, replayer: true },
  faults: [
    { type: 'crash', window: 3, hosts: ['n003'] },
    { type: 'crash', window: 12, hosts: ['n007'] },
    // Away while accounts vanish, for less than the 2τ₂ after which a node is inactive and others keep no archive for it.
    { type: 'crash', window: 36, hosts: ['n005'] },
    { type: 'restart', window: 50, hosts: ['n005'] },
  ],
  measure: ['pruning'],
  expect: [
    ...vanished,
    { metric: 'replayed', most: 0 },
    { metric: 'replayedLoss', most: 0 },
    { metric: 'accountsVanished', least: 8, most: 8 },
    // Dust and what the recreated accounts were given.
    { metric: 'accountsKeptByBalance', least: 6, most: 6 },
  ],
  variants: {
    'zero-frontier': {
      set: { 'rules.birthFrontier': 'zero' },
      expect: [
        ...vanished,
        { metric: 'replayed', least: 8, most: 8 },
        { metric: 'replayedLoss', least: 1_600_000_000, most: 1_600_000_000 },
        // The four recreated ones are empty again, and leave a second time.
        { metric: 'accountsVanished', least: 12, most: 12 },
        { metric: 'accountsKeptByBalance', least: 2, most: 2 },
      ],
    },
  },
};

export default pruning;
