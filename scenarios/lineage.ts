import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

/** After one and two τ₂ there are so many accounts, and in every window as many as the closed form says. */
const grown = (one: number, two: number): NonNullable<ScenarioInput['expect']> => [
  ...EVERYTHING_HOLDS,
  { metric: 'lineageDifference', most: 0 },
  { metric: 'lineage.1', least: one, most: one },
  { metric: 'lineage.2', least: two, most: two },
];

const lineage: ScenarioInput = {
  title: 'Lineage',
  claim:
    'One account, and every descendant of it, creates another as often as the cooldown allows. Counted from birth they double each ' +
    'τ₂: 4 accounts after one, 8 after two. Counted from the last creation (variant from-last), as the source says, a newborn need ' +
    'not wait: 19 after one τ₂ of 16 windows and 188 after two; the same closed form gives 20 163 and 203 283 364 for the τ₂ of the ' +
    'main network. Each costs 1 nɈ, and stays as long as it keeps that.',
  nodes: 6,
  windows: 40,
  profile: { tau2: 16, d0: 2_560 },
  hosts: [{ count: 6, spread: 10 }],
  network: { links: 5 },
  workload: { lineage: true },
  measure: ['lineage'],
  expect: grown(4, 8),
  variants: { 'from-last': { set: { 'rules.creationCooldown': 'from-last' }, expect: grown(19, 188) } },
};

export default lineage;
