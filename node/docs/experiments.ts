/** What is run for the figures of a scenario. */
export interface Experiment {
  readonly scenario: string;
  readonly seeds: number;
  /** As `montana sweep --vary` takes it. Without: every variant is run. */
  readonly vary?: string;
  /** Numbers to print beside those that the scenario sets limits to. */
  readonly metrics?: readonly string[];
  /** The number whose mean is drawn as bars. */
  readonly bars?: string;
}

/** Every scenario is in here, with its variants or with one field varied, or both. */
export const EXPERIMENTS: readonly Experiment[] = [
  { scenario: 'tour', seeds: 1, metrics: ['roundOneShare', 'secondsPerWindow'] },
  { scenario: 'steady', seeds: 5, metrics: ['roundOneShare', 'presence.1', 'presence.10', 'presence.n035'] },
  { scenario: 'partition-heal', seeds: 5, metrics: ['secondsPerWindow', 'maxRound'] },
  { scenario: 'signature-flood', seeds: 5, metrics: ['roundOneShare', 'coreShareMost'] },
  { scenario: 'equivocating-leader', seeds: 50, metrics: ['maxRound', 'evidence'] },
  { scenario: 'equivocating-voters', seeds: 50 },
  { scenario: 'leaders-down', seeds: 10 },
  {
    scenario: 'two-thirds-offline',
    seeds: 20,
    vary: 'faults.0.hosts.share=0..45/5',
    metrics: ['closing', 'resumeSeconds'],
    bars: 'closing',
  },
  { scenario: 'two-thirds-offline', seeds: 5, metrics: ['closing', 'resumeSeconds', 'haltSeconds'] },
  { scenario: 'split-registration', seeds: 10, metrics: ['secondsPerWindow', 'stops'] },
  { scenario: 'light-lottery', seeds: 3, metrics: ['lightShareDrawn', 'lightShareDrawnLow', 'lightShareDrawnHigh'] },
  { scenario: 'precomputed-chain', seeds: 10, metrics: ['secondsPerWindow', 'presence.1'] },
  { scenario: 'pace', seeds: 5, metrics: ['epoch.last.presence', 'epoch.last.participation', 'dRelative'] },
  {
    scenario: 'merchant',
    seeds: 3,
    metrics: [
      'confirmP50Ms',
      'confirmP99Ms',
      'confirmMaxMs',
      'settleP50Ms',
      'settleP99Ms',
      'settleMaxMs',
      'paymentsLost',
    ],
  },
  {
    scenario: 'pruning',
    seeds: 3,
    metrics: ['replayed', 'replayedLoss', 'accountsVanished', 'nodesVanished.72', 'nodesVanished.80'],
  },
  { scenario: 'lineage', seeds: 1, metrics: ['lineage.1', 'lineageForm.1', 'lineage.2', 'lineageForm.2'] },
  {
    scenario: 'growth',
    seeds: 1,
    metrics: ['nodesActive', 'nodesByFormula', 'admitted', 'registrations', 'refused', 'entryFaults', 'welcomeShare'],
  },
  {
    scenario: 'difficulty',
    seeds: 3,
    metrics: [
      ...['epoch.1.median', 'epoch.3.median', 'epoch.last.median', 'epoch.2.windowsPerMinute'],
      ...['epoch.3.windowsPerMinute', 'epoch.last.windowsPerMinute', 'epoch.last.d', 'dRelative', 'dFaults'],
    ],
  },
  {
    scenario: 'hand-over',
    seeds: 2,
    metrics: [
      ...['regimeWindow', 'foundersBelow67', 'foundersBelow67Formula', 'foundersBelow34', 'foundersBelow34Formula'],
      ...['soleQuorumUntil', 'nodesActive'],
    ],
  },
  { scenario: 'griefing-candidate', seeds: 3, metrics: ['entered.n010', 'waited.n010', 'refused', 'poolMost'] },
  {
    scenario: 'bonus-farming',
    seeds: 3,
    vary: 'adversary.0.cores=2,4,8,16,32,64',
    metrics: ['farm.shareAfter', 'farm.shareForm', 'farm.admitted', 'farm.honestAdmitted', 'farm.refused'],
    bars: 'farm.shareAfter',
  },
  {
    scenario: 'bonus-farming',
    seeds: 3,
    metrics: ['farm.shareAfter', 'farm.shareForm', 'farm.admitted', 'farm.honestAdmitted', 'farm.refused'],
  },
  {
    scenario: 'sybil-entry',
    seeds: 3,
    metrics: ['farm.third', 'farm.thirdForm', 'farm.admitted', 'farm.2.weight', 'farm.3.weight', 'farm.3.form'],
  },
  {
    scenario: 'late-joiner',
    seeds: 3,
    metrics: [
      ...['n006', 'n003'].flatMap((host) => [`behind.${host}`, `catchUpSeconds.${host}`, `catchUpKilobytes.${host}`]),
      ...['peersAsked.n006', 'peersAsked.n003', 'entered.n006'],
    ],
  },
  {
    scenario: 'lying-server',
    seeds: 3,
    metrics: ['catchUpSeconds.n005', 'catchUpWindows.n005', 'catchUpKilobytes.n005', 'peersAsked.n005', 'penalties'],
  },
];

/** A rule as published that breaks something, and the one that closes it. */
export interface Pair {
  readonly rule: string;
  readonly scenario: string;
  /** The variant with the published rule; the scenario as written has the other. */
  readonly broken: string;
  readonly closed: string;
  /** A property or a metric, and how it is called. */
  readonly shows: string;
  readonly words: string;
}

export const PAIRS: readonly Pair[] = [
  {
    rule: '`finality`: `first-valid` → `votes`',
    scenario: 'equivocating-leader',
    broken: 'first-valid',
    closed: '',
    shows: 'agreement',
    words: 'agreement',
  },
  {
    rule: '`lottery`: `binding` → `hybrid`',
    scenario: 'light-lottery',
    broken: 'binding',
    closed: '',
    shows: 'lightShareDrawn',
    words: 'share of draws won by light nodes',
  },
  {
    rule: '`timechainSeed`: `zero` → `genesis`',
    scenario: 'precomputed-chain',
    broken: 'zero-seed',
    closed: '',
    shows: 'secondsPerWindow',
    words: 'seconds a window',
  },
  {
    rule: 'adoption of T: by certificate → by bundles (09 §8.1)',
    scenario: 'pace',
    broken: 'certificate',
    closed: '',
    shows: 'epoch.last.presence',
    words: 'presence in the sixth epoch',
  },
  {
    rule: '`controlLeaf`: `whole` → `scope`',
    scenario: 'split-registration',
    broken: '',
    closed: 'scope',
    shows: 'progress',
    words: 'progress',
  },
  {
    rule: 'a coalition of 2Q − A → below',
    scenario: 'equivocating-voters',
    broken: 'beyond',
    closed: '',
    shows: 'agreement',
    words: 'agreement',
  },
  {
    rule: '`birthFrontier`: `zero` → `salted`',
    scenario: 'pruning',
    broken: 'zero-frontier',
    closed: '',
    shows: 'replayed',
    words: 'old operations that settle again',
  },
  {
    rule: '`creationCooldown`: `from-last` → `from-birth`',
    scenario: 'lineage',
    broken: 'from-last',
    closed: '',
    shows: 'lineage.2',
    words: 'accounts of one lineage after two τ₂ (16 windows each)',
  },
];
