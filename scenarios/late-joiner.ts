import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';

const HOST = 'n006';
const FOUNDER = 'n003';

/** `host` is down from window `from` on and back in window `to`; the run ends `more` windows later. */
const away = (host: string, from: number, to: number, more: number) => ({
  windows: to + more,
  faults: [
    { type: 'crash' as const, window: from, hosts: [host] },
    { type: 'restart' as const, window: to, hosts: [host] },
  ],
});

/** At the head within a minute, and one more for each D behind a snapshot: only hashing a window again proves it. */
const soon = (host: string, measured = 0): NonNullable<ScenarioInput['expect']> => [
  ...EVERYTHING_HOLDS,
  { metric: `catchUpSeconds.${host}`, least: 0, most: 60 + 70 * measured },
  { metric: `catchUpWindows.${host}`, least: 0, most: 1 + measured },
];

const follows = { 'hosts.1.joins': 1_000_000, measure: ['catch-up'] };
const long = { 'profile.tau2': 60, ...follows };

const lateJoiner: ScenarioInput = {
  title: 'Late joiner',
  claim:
    'A host that is started for the first time 40 windows after the others is at the head within a window, seeks entry and gets it ' +
    'one τ₂ later. A founder that was away for so long is back as soon (variant away): certificates made without it are too little by ' +
    'the state it trusts, so it takes a smaller window first, or the votes that several peers serve together. Beyond 64 windows (above, ' +
    'away-above), and beyond 2τ₂, from where on nobody has the bodies any more (beyond, away-beyond), it begins with a snapshot: as ' +
    'soon but for one window of hashing for each τ₂ boundary behind it.',
  nodes: 7,
  ...away(HOST, 0, 40, 28),
  profile: { tau2: 24, d0: 256 },
  hosts: [
    { count: 6, spread: 10 },
    { count: 1, joins: 0 },
  ],
  network: { links: 4 },
  workload: { transfers: 3, anchors: 3 },
  measure: ['catch-up', 'entries'],
  expect: [...soon(HOST), { metric: `entered.${HOST}`, least: 64 }],
  variants: {
    away: { set: { ...follows, ...away(FOUNDER, 4, 44, 5) }, expect: soon(FOUNDER) },
    above: { set: { ...long, ...away(HOST, 0, 100, 5) }, expect: soon(HOST, 1) },
    'away-above': { set: { ...long, ...away(FOUNDER, 4, 104, 5) }, expect: soon(FOUNDER, 1) },
    beyond: { set: { ...follows, ...away(HOST, 0, 70, 5) }, expect: soon(HOST, 2) },
    'away-beyond': { set: { ...follows, ...away(FOUNDER, 4, 74, 5) }, expect: soon(FOUNDER, 2) },
  },
};

export default lateJoiner;
