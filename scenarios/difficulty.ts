import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

type Expectations = NonNullable<ScenarioInput['expect']>;

/** D of every window is what 05 §7 says, from two windows after the end of an epoch on. */
const lawful: Expectations = [...EVERYTHING_HOLDS, { metric: 'dFaults', most: 0 }];

/** From 2 560, 3 % more in each of six epochs. */
const rising: Expectations = [...lawful, { metric: 'epoch.last.d', least: 3_053, most: 3_053 }];

/** Windows a minute in an epoch. */
const pace = (epoch: number, least: number, most: number): Expectations[number] => ({
  metric: `epoch.${epoch}.windowsPerMinute`,
  least,
  most,
});

const difficulty: ScenarioInput = {
  title: 'Difficulty',
  claim:
    'D follows who takes part, not how long a window lasts. With everybody included it grows by 3 % in every epoch, whatever the ' +
    'machines do: they become twice as fast (variant faster) or half as fast (slower), windows with them, and nothing answers. Where ' +
    'three tenths fall to 0.8 of the others (behind), D falls until they keep up. A tenth of the weight that withholds its bundles ' +
    '(withheld) stops the growth of D for 2τ₂, until it counts as inactive, and never makes D fall; bundles 8 s late (late) are ' +
    'included all the same, 30 s late (too-late) they are not.',
  nodes: 20,
  windows: 49,
  profile: { tau2: 8, d0: 2_560 },
  // A grown network: what six epochs add changes no node's share of the weight.
  hosts: [{ count: 20, spread: 20, chainLength: 10_000 }],
  network: { links: 6 },
  measure: ['epochs'],
  expect: [...rising, pace(1, 0.95, 1.05), pace(6, 0.8, 0.9)],
  variants: {
    faster: {
      set: { faults: [{ type: 'pace', window: 17, hosts: { share: 100 }, speed: 2_000 }] },
      expect: [...rising, pace(2, 0.9, 1), pace(3, 1.8, 2)],
    },
    slower: {
      set: { faults: [{ type: 'pace', window: 17, hosts: { share: 100 }, speed: 500 }] },
      expect: [...rising, pace(2, 0.9, 1), pace(3, 0.4, 0.5)],
    },
    behind: {
      set: { faults: [{ type: 'pace', window: 17, hosts: { share: 30 }, speed: 800 }] },
      expect: [
        ...lawful,
        { metric: 'epoch.2.d', least: 2_715, most: 2_715 },
        { metric: 'epoch.3.median', most: 0.85 },
        { metric: 'epoch.4.median', most: 0.85 },
        { metric: 'epoch.4.d', most: 2_560 },
        { metric: 'epoch.last.median', least: 0.85 },
      ],
    },
    withheld: {
      set: { adversary: [{ type: 'withheld-bundles', hosts: { share: 10 } }] },
      expect: [
        ...lawful,
        { metric: 'epoch.1.median', least: 0.9, most: 0.9 },
        { metric: 'epoch.2.d', least: 2_560, most: 2_560 },
        { metric: 'epoch.last.median', least: 0.95 },
        { metric: 'dRelative', least: 1 },
      ],
    },
    late: {
      set: { adversary: [{ type: 'withheld-bundles', hosts: { share: 10 }, seconds: 8 }] },
      expect: rising,
    },
    'too-late': {
      set: { adversary: [{ type: 'withheld-bundles', hosts: { share: 10 }, seconds: 30 }] },
      expect: [
        ...lawful,
        { metric: 'epoch.1.median', least: 0.9, most: 0.9 },
        { metric: 'epoch.2.d', least: 2_560, most: 2_560 },
        { metric: 'dRelative', least: 1 },
      ],
    },
  },
};

export default difficulty;
