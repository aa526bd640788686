import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

const TAU2 = 8;

/** Founders, and candidates that come as fast as the rule admits: so many, `each` windows. */
const joining = (founders: number, candidates: number, each: number) => ({
  nodes: founders + candidates,
  hosts: [
    { count: founders },
    ...Array.from({ length: Math.ceil(candidates / 4) }, (_, wave) => ({
      count: Math.min(4, candidates - 4 * wave),
      joins: 4 * wave * each,
    })),
  ],
});

/** First windows in which the founders have less than 67 and than 34 % of the weight: by the closed form, and so much later at most. */
const falls = (below67: number, below34: number, later: number): NonNullable<ScenarioInput['expect']> => [
  ...EVERYTHING_HOLDS,
  { metric: 'entryFaults', most: 0 },
  { metric: 'foundersBelow67Formula', least: below67, most: below67 },
  { metric: 'foundersBelow67', least: below67, most: below67 + later },
  { metric: 'foundersBelow34Formula', least: below34, most: below34 },
  { metric: 'foundersBelow34', least: below34, most: below34 + later },
];

/** The first node that is no founder is admitted in window 9, or 12; its bundle is in the next (05 §1). */
const regimeEnds = (window: number) => ({ metric: 'regimeWindow', least: window, most: window });

const handOver: ScenarioInput = {
  title: 'Hand-over',
  claim:
    'Four founders, and candidates enough. The genesis regime ends with the first final proposal that includes a bundle of another ' +
    'node (regimeWindow), but the founders are a quorum by themselves for longer, and are missed by no quorum only later still: with one ' +
    'admission a window from window 30 on, where τ₂ is 8, with one in six (variant protocol) from window 112 on. As the closed form ' +
    'says, or some windows later: a candidate that finds another one waiting comes again.',
  windows: 36,
  ...joining(4, 28, 1),
  profile: { tau2: TAU2 },
  network: { links: 6 },
  measure: ['growth', 'hand-over'],
  expect: [...falls(16, 30, 3), regimeEnds(10)],
  variants: {
    one: { set: { ...joining(1, 14, 1), windows: 24 }, expect: [...falls(11, 16, 3), regimeEnds(10)] },
    thirteen: { set: { ...joining(13, 64, 1), windows: 76 }, expect: [...falls(27, 66, 4), regimeEnds(10)] },
    'protocol-one': {
      set: { 'rules.admission': 'protocol', ...joining(1, 8, 6), windows: 54 },
      expect: [...falls(21, 40, 12), regimeEnds(13)],
    },
    protocol: {
      set: { 'rules.admission': 'protocol', ...joining(4, 24, 6), windows: 138 },
      expect: [...falls(41, 112, 24), regimeEnds(13)],
    },
    // By the closed form they have 34 % until window 322.
    'protocol-thirteen': {
      set: { 'rules.admission': 'protocol', ...joining(13, 20, 6), windows: 120 },
      expect: [
        ...EVERYTHING_HOLDS,
        { metric: 'entryFaults', most: 0 },
        { metric: 'foundersBelow67Formula', least: 95, most: 95 },
        { metric: 'foundersBelow67', least: 95, most: 119 },
        { metric: 'foundersBelow34', most: -1 },
        regimeEnds(13),
      ],
    },
  },
};

export default handOver;
