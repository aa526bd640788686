import { EVERYTHING_HOLDS, type Lie, type ScenarioInput } from '#sim/run/scenario.ts';

/** All founders but the one farthest from the joiner. */
const LIARS = ['n000', 'n001', 'n002', 'n003'];
const JOINER = 'n005';

const lies = (hosts: string[], lie: Lie, nodes = 60) => ({
  type: 'lying-server' as const,
  hosts,
  to: [JOINER],
  lie,
  nodes,
});

/** At the true root after so many seconds at most, whatever it is told. */
const within = (seconds: number, ...refused: readonly string[]): NonNullable<ScenarioInput['expect']> => [
  ...EVERYTHING_HOLDS,
  { metric: `catchUpSeconds.${JOINER}`, least: 0, most: seconds },
  ...refused.map((reason) => ({ metric: `refused.${reason}`, least: 1 })),
];

const all = (lie: Lie, expect: NonNullable<ScenarioInput['expect']>) => ({
  set: { adversary: [lies(LIARS, lie)] },
  expect,
});

/** Behind more than 64 windows: a snapshot comes first, and the D of two epochs is measured, a window each. */
const MEASURED = 140;
const far = (adversary: ReturnType<typeof lies>[], expect: NonNullable<ScenarioInput['expect']>) => ({
  set: { adversary, windows: 78, 'faults.1.window': 72 },
  expect,
});

const lyingServer: ScenarioInput = {
  title: 'Lying servers',
  claim:
    'Somebody who comes 24 windows late knows five peers; four of them lie to him. They serve a whole history that one founder made ' +
    'up, with 60 nodes of its own (300: many), consistent in every byte and certified by a quorum of what it invented: it is refused, ' +
    'because that is no quorum of the state he trusts. Or (variants) they change one byte, say an old head, stop early, send the ' +
    'smallest parts as late as they can, or nothing, or each something else: he ends at the root of the honest one, later at most. So ' +
    'he does when he comes 72 windows late (far-…) and begins with a snapshot: a chunk with one byte changed, or all of an invented ' +
    'state, is not what the certified header says. Two minutes of those are his own hashing.',
  nodes: 6,
  windows: 27,
  profile: { tau2: 24, d0: 256 },
  hosts: [
    { count: 5, spread: 5 },
    { count: 1, joins: 1_000_000 },
  ],
  network: { links: 5 },
  workload: { transfers: 2, anchors: 2 },
  faults: [
    { type: 'crash', window: 0, hosts: [JOINER] },
    { type: 'restart', window: 24, hosts: [JOINER] },
  ],
  adversary: [lies(LIARS, 'invented')],
  measure: ['catch-up'],
  expect: within(90, 'certificate-below-the-trusted-quorum'),
  variants: {
    many: {
      set: { adversary: [lies(LIARS, 'invented', 300)] },
      expect: within(90, 'certificate-below-the-trusted-quorum'),
    },
    one: {
      set: { adversary: [lies(LIARS.slice(0, 1), 'invented')] },
      expect: within(30, 'certificate-below-the-trusted-quorum'),
    },
    header: all('header', within(30, 'archive-entry-does-not-apply')),
    lists: all('lists', within(30)),
    body: all('body', within(30)),
    certificate: all('certificate', within(30)),
    stale: all('stale', within(30)),
    'ends-early': all('ends-early', within(30)),
    drip: all('drip', within(120, 'too-slow')),
    silent: all('silent', within(60, 'no-answer')),
    mixed: {
      set: {
        adversary: (['invented', 'certificate', 'drip', 'silent'] as const).map((lie, i) =>
          lies(LIARS.slice(i, i + 1), lie),
        ),
      },
      expect: within(90, 'certificate-below-the-trusted-quorum', 'too-slow', 'no-answer'),
    },
    'far-invented': far([lies(LIARS, 'invented')], within(MEASURED + 30, 'certificate-below-the-trusted-quorum')),
    'far-chunk': far([lies(LIARS, 'chunk')], within(MEASURED + 30, 'a-snapshot-that-is-not-that-of-its-header')),
    'far-foreign': far(
      [lies(LIARS, 'foreign-anchor')],
      within(MEASURED + 30, 'a-snapshot-that-is-not-that-of-its-header'),
    ),
    'far-certificate': far([lies(LIARS, 'certificate')], within(MEASURED + 30, 'a-wrong-signature-in-a-certificate')),
    'far-drip': far([lies(LIARS, 'drip')], within(MEASURED + 180, 'too-slow')),
    'far-mixed': far(
      (['chunk', 'foreign-anchor', 'drip', 'silent'] as const).map((lie, i) => lies(LIARS.slice(i, i + 1), lie)),
      within(MEASURED + 60),
    ),
  },
};

export default lyingServer;
