import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

const pace: ScenarioInput = {
  title: 'Pace',
  claim:
    'Hash rates within five percent, and three nodes ten percent slower. A node that adopts T from the bundles of a quorum stays with ' +
    'the others: nine tenths are included and D does not fall. Adopted with a certificate only, as the source says (variant ' +
    'certificate), who falls behind stays behind: three quarters are included, and D falls by 3 % in every epoch but the first.',
  nodes: 30,
  windows: 61,
  profile: { tau2: 10, d0: 2_560 },
  // A grown network: what six epochs add changes no node's share of the weight.
  hosts: [
    { count: 27, spread: 50, chainLength: 10_000 },
    { count: 3, speed: 900, chainLength: 10_000 },
  ],
  network: { links: 6 },
  measure: ['epochs'],
  expect: [...EVERYTHING_HOLDS, { metric: 'epoch.last.presence', least: 0.9 }, { metric: 'dRelative', least: 1 }],
  variants: {
    certificate: {
      set: { adoption: 'certificate' },
      expect: [...EVERYTHING_HOLDS, { metric: 'epoch.last.presence', most: 0.8 }, { metric: 'dRelative', most: 0.9 }],
    },
  },
};

export default pace;
