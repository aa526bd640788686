import fc from 'fast-check';
import { buildGenesis, type Founder, type Genesis } from '../../genesis/genesis.ts';
import { simulation } from '../../genesis/profiles.ts';
import { MONTANA, PUBLISHED, type Rules } from '../../genesis/rules.ts';
import { cheapKey } from '../../operations/accounts.suite.ts';

/** The network of a walk. Entry chains are short enough for `full` under every rule set. */
export interface Setting {
  readonly rules: Rules;
  readonly founders: number;
  readonly tau2: number;
  readonly d0: number;
  readonly selectionInterval: number;
  readonly admissionDivisor: number;
  readonly candidateExpiry: number;
  readonly vdfEntry: number;
  /** Percent of the active nodes that may wait before entry chains grow, and how steeply they do. */
  readonly threshold: number;
  readonly multiplier: number;
  /** target(0), as a power of two. */
  readonly targetBits: number;
}

/** Keys of accounts, of their later keys, and of nodes: none is another's. */
const ACCOUNT_KEYS = 24;
const NODE_KEYS = 16;
const LATER = 0x100;
const NODE = 0x200;

export const accountKey = (k: number) => cheapKey(k % ACCOUNT_KEYS);
export const laterKey = (k: number) => cheapKey(LATER + k);
export const nodeKey = (k: number) => cheapKey(NODE + (k % NODE_KEYS));

/** Whoever knows a cheap key's public part can sign with it. */
export const keyBehind = (publicKey: Uint8Array) => cheapKey((publicKey[0] as number) + 256 * (publicKey[1] as number));

export const ACCOUNTS: readonly number[] = Array.from({ length: ACCOUNT_KEYS }, (_, k) => k);

const foundersOf = (count: number): readonly Founder[] =>
  Array.from({ length: count }, (_, k) => ({
    accountPubkey: accountKey(k).publicKey,
    nodePubkey: nodeKey(k).publicKey,
  }));

export const genesisOf = (setting: Setting): Genesis =>
  buildGenesis({
    params: {
      ...simulation({ founders: setting.founders, tau2Windows: setting.tau2, d0: setting.d0 }),
      targetZero: Uint8Array.from({ length: 32 }, (_, i) =>
        i === setting.targetBits >> 3 ? 1 << (setting.targetBits & 7) : 0,
      ),
      selectionInterval: BigInt(setting.selectionInterval),
      admissionDivisor: BigInt(setting.admissionDivisor),
      candidateExpiryWindows: BigInt(setting.candidateExpiry),
      vdfEntryWindows: BigInt(setting.vdfEntry),
      adaptiveVdfThreshold: setting.threshold,
      adaptiveVdfMultiplier: setting.multiplier,
    },
    rules: setting.rules,
    founders: foundersOf(setting.founders),
  });

/** Founders as the network orders them: bootstrap first, then ascending. */
export const foundersIn = ({ network }: Genesis, { founders }: Setting, nodeIdOf: (key: Uint8Array) => string) =>
  network.founders.map((id) => foundersOf(founders).find(({ nodePubkey }) => nodeIdOf(nodePubkey) === id) as Founder);

const mixed: fc.Arbitrary<Rules> = fc.record(
  {
    activation: fc.constant('0x02' as const),
    birthFrontier: fc.constantFrom('zero' as const, 'salted' as const),
    creationCooldown: fc.constantFrom('from-last' as const, 'from-birth' as const),
    lottery: fc.constantFrom('binding' as const, 'hybrid' as const),
    admission: fc.constantFrom('protocol' as const, 'mesh' as const),
    entryProof: fc.constantFrom('full' as const, 'sampled' as const),
    finality: fc.constantFrom('first-valid' as const, 'votes' as const),
    collection: fc.constantFrom('proposer-view' as const, 'disciplined' as const),
    timechainSeed: fc.constantFrom('zero' as const, 'genesis' as const),
    controlLeaf: fc.constantFrom('whole' as const, 'scope' as const),
  },
  { noNullPrototype: true },
);

/** Either set, or any mixture. */
export const rules: fc.Arbitrary<Rules> = fc.oneof(fc.constant(PUBLISHED), fc.constant(MONTANA), mixed);

/** Small networks with short epochs. */
export const settings: fc.Arbitrary<Setting> = fc.record(
  {
    rules,
    founders: fc.integer({ min: 1, max: 6 }),
    tau2: fc.integer({ min: 3, max: 5 }),
    d0: fc.constantFrom(1, 7, 40),
    selectionInterval: fc.integer({ min: 1, max: 7 }),
    admissionDivisor: fc.integer({ min: 1, max: 6 }),
    candidateExpiry: fc.integer({ min: 1, max: 15 }),
    vdfEntry: fc.integer({ min: 1, max: 12 }),
    threshold: fc.constantFrom(1, 20, 60),
    multiplier: fc.constantFrom(1, 20, 100),
    targetBits: fc.constantFrom(60, 62, 64, 127),
  },
  { noNullPrototype: true },
);
