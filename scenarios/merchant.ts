import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

/** Nothing confirmed is lost, everything settles; half of the payments are shown confirmed within `half` s, 99 % within `most` s. */
const within = (half: number, most: number): NonNullable<ScenarioInput['expect']> => [
  ...EVERYTHING_HOLDS,
  { metric: 'paymentsLost', most: 0 },
  { metric: 'paymentsNeverSettled', most: 0 },
  { metric: 'payments', least: 1_000 },
  { metric: 'confirmP50Ms', most: half * 1_000 },
  { metric: 'confirmP99Ms', most: most * 1_000 },
];

const merchant: ScenarioInput = {
  title: 'Merchant',
  claim:
    'Two hundred shops pay each other 0.07 Ɉ a window, each within 30 s after a window is final. Half of the payments are shown ' +
    'confirmed within 45 s, with 30 % of the nodes offline within 65 s. None that was shown confirmed is lost, and all settle.',
  nodes: 100,
  windows: 28,
  hosts: [{ count: 100, spread: 20 }],
  network: { links: 6 },
  workload: { shops: { count: 200, amount: 70_000_000 } },
  // The shops have their money by then.
  faults: [{ type: 'crash', window: 13, hosts: { share: 0 } }],
  measure: ['payments'],
  expect: within(45, 90),
  variants: {
    'tenth-offline': { set: { 'faults.0.hosts.share': 10 }, expect: within(50, 100) },
    'third-offline': { set: { 'faults.0.hosts.share': 30 }, expect: within(65, 120) },
  },
};

export default merchant;
