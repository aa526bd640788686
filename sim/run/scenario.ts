import { z } from 'zod';
import { PARTS } from '#sim/adversary/changed-byte.ts';
import { EFFECTS, REGIONS } from '#sim/world/types.ts';
import { KINDS } from './identify.ts';

/** The observers of design §3, by name. */
export const PROPERTIES = [
  'agreement',
  'equal-roots',
  'validity',
  'supply',
  'progress',
  'presence',
  'promise-kept',
  'one-signature-per-slot',
  'certificate-weight',
] as const;
export type PropertyName = (typeof PROPERTIES)[number];

const whole = (least: number, most: number) => z.int().min(least).max(most);

const rulesSchema = z.union([
  z.enum(['published', 'montana']),
  z.strictObject({
    activation: z.literal('0x02').optional(),
    birthFrontier: z.enum(['zero', 'salted']).optional(),
    creationCooldown: z.enum(['from-last', 'from-birth']).optional(),
    lottery: z.enum(['binding', 'hybrid']).optional(),
    admission: z.enum(['protocol', 'mesh']).optional(),
    entryProof: z.enum(['full', 'sampled']).optional(),
    finality: z.enum(['first-valid', 'votes']).optional(),
    collection: z.enum(['proposer-view', 'disciplined']).optional(),
    timechainSeed: z.enum(['zero', 'genesis']).optional(),
    controlLeaf: z.enum(['whole', 'scope']).optional(),
  }),
]);

const hostsSchema = z.strictObject({
  /** How many hosts of this group; the groups together make `nodes`. */
  count: whole(1, 2_000),
  /** Continents, dealt out in turn. */
  regions: z
    .array(z.enum(REGIONS))
    .min(1)
    .default([...REGIONS]),
  /** Hash rate in thousandths of the reference machine's: 1000 closes a window in 60 s. */
  speed: whole(1, 1_000_000).default(1000),
  /** Hash rates of the group spread evenly over speed ± spread, in thousandths. */
  spread: whole(0, 900).default(0),
  /** CPU time in thousandths of the reference machine's: 2000 is half as fast. */
  cpu: whole(1, 1_000_000).default(1000),
  /** Bits per second for sending, shared by all links. */
  uplink: whole(1_000, 1_000_000_000_000).default(50_000_000),
  /** Windows each node of the group has confirmed before the run: its chain_length and snapshot in the state before window 0. */
  chainLength: whole(1, 1_000_000_000).default(1),
  /**
   * These hosts are no founders: they follow from the start, and from this window on they hash candidate chains, register, and
   * become nodes when they are admitted (05).
   */
  joins: whole(0, 1_000_000).optional(),
});

/** A moment inside a run: when the first node enters `window`, and so many virtual seconds later. */
const momentShape = { window: whole(0, 1_000_000), after: whole(0, 1_000_000).default(0) };

const names = z.array(z.string()).min(1);

/** Hosts by name, or so many percent of them, spread evenly over their numbers. */
const someHosts = z.union([names, z.strictObject({ share: whole(0, 100) })]);
export type SomeHosts = z.infer<typeof someHosts>;

const faultSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('crash'),
    ...momentShape,
    /** `leaders`: the first so many of the window's cascade. */
    hosts: z.union([names, z.strictObject({ share: whole(0, 100) }), z.strictObject({ leaders: whole(0, 1_000) })]),
    /** When it strikes: after so many more effects, or right before or after the next effect of a kind. By default at once. */
    strike: z
      .union([
        whole(0, 10_000),
        z.strictObject({ before: z.enum(EFFECTS) }),
        z.strictObject({ after: z.enum(EFFECTS) }),
      ])
      .optional(),
  }),
  /** By default of every host that is down then. */
  z.strictObject({ type: z.literal('restart'), ...momentShape, hosts: names.optional() }),
  /** From then on their machines hash at `speed`, in thousandths of the reference machine's. */
  z.strictObject({ type: z.literal('pace'), ...momentShape, hosts: someHosts, speed: whole(1, 1_000_000) }),
  z.strictObject({ type: z.literal('cut'), ...momentShape, groups: z.array(names).min(1) }),
  z.strictObject({ type: z.literal('heal'), ...momentShape }),
  /** The next message of a kind that would arrive at `to` from `from` is lost: two runs that differ in one message. */
  z.strictObject({
    type: z.literal('lose'),
    ...momentShape,
    from: z.string(),
    to: z.string(),
    kind: z.enum(KINDS),
  }),
]);

const workloadSchema = z.strictObject({
  /** Operations submitted when a window becomes final for the first time anywhere. */
  transfers: whole(0, 10_000).default(0),
  anchors: whole(0, 10_000).default(0),
  /** Transfers that create their receiver. */
  creations: whole(0, 1_000).default(0),
  /** Shops, each with an account: once all are funded each makes one transfer of `amount` nɈ a window to the next (`shops.ts`). */
  shops: z.strictObject({ count: whole(2, 10_000), amount: whole(1, 1_000_000_000) }).optional(),
  /**
   * Accounts that spend `amount` nɈ and fall idle, the last `dust` of them with 1 nɈ left; the first `recreated` exist again later,
   * with the same key (`sleepers.ts`).
   */
  sleepers: z
    .strictObject({
      count: whole(1, 1_000),
      amount: whole(4, 1_000_000_000),
      dust: whole(0, 1_000).default(0),
      recreated: whole(0, 1_000).default(0),
    })
    .optional(),
  /** An attacker without a key hands in again what accounts signed that vanished and exist again (`replayer.ts`). */
  replayer: z.boolean().default(false),
  /** The descendants of one account, each of which creates another as often as the cooldown allows (`lineage.ts`). */
  lineage: z.boolean().default(false),
});

/** What a server that lies does to who catches up (`lies.ts`, `changed-byte.ts`). */
const LIES = [...PARTS, 'invented', 'foreign-anchor', 'stale', 'ends-early', 'drip', 'silent'] as const;
export type Lie = (typeof LIES)[number];

const adversarySchema = z.discriminatedUnion('type', [
  /** Sends bundles with a false signature to `target`, so many per second, from that moment of its own on for `seconds`. */
  z.strictObject({
    type: z.literal('signature-flood'),
    host: z.string(),
    target: z.string(),
    rate: whole(1, 1_000_000),
    ...momentShape,
    seconds: whole(1, 100_000),
  }),
  /** Whenever one of them leads, signs two proposals and shows each half of the network another. */
  z.strictObject({ type: z.literal('equivocating-leader'), hosts: someHosts }),
  /** Sign the two proposals of a leader among them, and vote for both: for each half of the network the one it was shown. */
  z.strictObject({ type: z.literal('equivocating-voters'), hosts: someHosts }),
  /** Have hashed the first windows of the chain that starts from 32 zero bytes before the network was launched. */
  z.strictObject({ type: z.literal('precomputed-chain'), hosts: someHosts, windows: whole(1, 100_000) }),
  /**
   * So many cores behind `host`, each of which hashes the chain of one new node after another. Nodes that are admitted lie idle, or
   * confirm every window (`farm.ts`).
   */
  z.strictObject({
    type: z.literal('farm'),
    host: z.string(),
    cores: whole(1, 256),
    admitted: z.enum(['idle', 'confirm']),
  }),
  /**
   * A host that joins signs each registration of its own twice, and shows `second` the second, everybody else the first: two objects
   * of one identifier (`split-registration.ts`).
   */
  z.strictObject({ type: z.literal('split-registration'), host: z.string(), second: someHosts }),
  /**
   * Lie to `to` when these catch up, and to nobody else. With one byte changed in each answer: `header`, `lists`, `body`,
   * `certificate`, `chunk`. `invented`: with a history of the first of `hosts`, which must be a founder, in which it let in so many
   * `nodes` of its own. `foreign-anchor`: with the truth, and the snapshot of such a history.
   * `stale`: with the head of 16 windows ago. `ends-early`: with one window of each range. `drip`: with the smallest parts, as late as
   * can be. `silent`: with nothing (`lying-server.ts`).
   */
  z.strictObject({
    type: z.literal('lying-server'),
    hosts: someHosts,
    to: names,
    lie: z.enum(LIES),
    nodes: whole(1, 1_000).default(300),
  }),
  /** Show their own bundles so many seconds after they are made; never without. */
  z.strictObject({ type: z.literal('withheld-bundles'), hosts: someHosts, seconds: whole(1, 100_000).optional() }),
]);

const expectSchema = z.union([
  z.strictObject({ property: z.enum(PROPERTIES), is: z.enum(['holds', 'violated', 'measured']) }),
  /** A number of the result lies between `least` and `most`, both included. */
  z.strictObject({ metric: z.string().min(1), least: z.number().optional(), most: z.number().optional() }),
]);
export type Expectation = z.infer<typeof expectSchema>;

/** Measures that a run takes only if asked: they cost time, or say nothing of most scenarios. */
export const MEASURES = [
  'lottery',
  'payments',
  'closing',
  'epochs',
  'pruning',
  'lineage',
  'growth',
  'hand-over',
  'entries',
  'farm',
  'catch-up',
] as const;

/** The same experiment under other settings, where other things are expected: the rule as published, for one. */
const variantSchema = z.strictObject({
  /** Fields by path, as `--set` names them. */
  set: z.record(z.string(), z.json()),
  /** Replaces the list of the scenario. */
  expect: z.array(expectSchema).optional(),
});

/** What a sound network shows: everything holds; presence is only measured. */
export const EVERYTHING_HOLDS = PROPERTIES.map((property) => ({
  property,
  is: property === 'presence' ? ('measured' as const) : ('holds' as const),
}));

/** What a fork shows: each side of it follows every rule on the way it was led. It may halt a side or let it go on by itself. */
export const FORKED: readonly Expectation[] = [
  { property: 'agreement', is: 'violated' },
  { property: 'equal-roots', is: 'violated' },
  { property: 'promise-kept', is: 'violated' },
  { property: 'validity', is: 'holds' },
  { property: 'supply', is: 'holds' },
  { property: 'one-signature-per-slot', is: 'holds' },
  { property: 'progress', is: 'measured' },
];

/** A scenario is data: what is run, and what is expected of it. Written by people, by the screen, by `--set`. */
export const scenarioSchema = z.strictObject({
  title: z.string().min(1),
  claim: z.string().min(1),
  nodes: whole(1, 2_000),
  /** A run ends when this window is final. */
  windows: whole(1, 1_000_000),
  seed: z.union([z.int().min(0), z.string().min(1)]).default(1),
  rules: rulesSchema.default('montana'),
  profile: z
    .strictObject({
      /** Windows of an epoch; the median index and the horizons follow. */
      tau2: whole(8, 20_160).default(60),
      /** Hashes of a window, really computed. */
      d0: whole(256, 4_294_967_295).default(2_560),
    })
    .default({ tau2: 60, d0: 2_560 }),
  suite: z.enum(['modelled', 'real']).default('modelled'),
  timers: z.enum(['ordinary', 'patient']).default('ordinary'),
  /** When T is known to a node that did not compute it: by bundles of a quorum (09 §8.1), or by a certificate only, as the source says. */
  adoption: z.enum(['bundles', 'certificate']).default('bundles'),
  hosts: z.array(hostsSchema).min(1).max(64),
  network: z
    .strictObject({
      /** Lost packets per million; a loss costs a retransmission. */
      loss: whole(0, 1_000_000).default(1_000),
      /** Greatest extra delay of a message, microseconds. */
      jitter: whole(0, 10_000_000).default(20_000),
      /** Connections each host opens. */
      links: whole(1, 1_000).default(24),
      /** Operations and registrations travel over a stem before they are gossiped (06 §10). */
      stem: z.boolean().default(false),
    })
    .default({ loss: 1_000, jitter: 20_000, links: 24, stem: false }),
  workload: workloadSchema.prefault({}),
  faults: z.array(faultSchema).max(1_000).default([]),
  adversary: z.array(adversarySchema).max(64).default([]),
  /** By default everything holds. A property that is not named here is not judged. */
  expect: z.array(expectSchema).default(EVERYTHING_HOLDS),
  measure: z.array(z.enum(MEASURES)).default([]),
  variants: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), variantSchema).default({}),
  /** Encode and decode every message: slower, same digest. */
  wire: z.boolean().default(false),
  /** Remember pure results shared by hosts: faster, same digest. */
  memo: z.boolean().default(true),
});

/** A scenario with every default filled in. */
export type Scenario = z.infer<typeof scenarioSchema>;

/** A scenario as written: defaults may be left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
