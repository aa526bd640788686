import { ascii } from '../bytes/bytes.ts';
import { layout, raw, u8 } from '../bytes/layout.ts';

/** Deviations that change state or acceptance, fixed at genesis (09 §1). Code never asks which network it is on. */
export interface Rules {
  readonly activation: '0x02';
  readonly birthFrontier: 'zero' | 'salted';
  readonly creationCooldown: 'from-last' | 'from-birth';
  readonly lottery: 'binding' | 'hybrid';
  readonly admission: 'protocol' | 'mesh';
  readonly entryProof: 'full' | 'sampled';
  readonly finality: 'first-valid' | 'votes';
  readonly collection: 'proposer-view' | 'disciplined';
  readonly timechainSeed: 'zero' | 'genesis';
  /**
   * What of a registration control_root covers: all of it (02 §6), or all but the node signature. Both sets have the published value;
   * the other closes what a candidate does that signs twice.
   */
  readonly controlLeaf: 'whole' | 'scope';
}

/** v35.25.1 to the letter where it can run. */
export const PUBLISHED: Rules = {
  activation: '0x02',
  birthFrontier: 'zero',
  creationCooldown: 'from-last',
  lottery: 'binding',
  admission: 'protocol',
  entryProof: 'full',
  finality: 'first-valid',
  collection: 'proposer-view',
  timechainSeed: 'zero',
  controlLeaf: 'whole',
};

/** The default: own networks, live nodes, simulations. */
export const MONTANA: Rules = {
  activation: '0x02',
  birthFrontier: 'salted',
  creationCooldown: 'from-birth',
  lottery: 'hybrid',
  admission: 'mesh',
  entryProof: 'sampled',
  finality: 'votes',
  collection: 'disciplined',
  timechainSeed: 'genesis',
  controlLeaf: 'whole',
};

/** Which rules a network has, as people write it: a set by name, or `montana` with some fields of their own. */
export type RulesChoice = 'published' | 'montana' | { readonly [K in keyof Rules]?: Rules[K] | undefined };

/** The rules that `choice` stands for. */
export const rulesOf = (choice: RulesChoice): Rules => {
  if (choice === 'published') return PUBLISHED;
  if (choice === 'montana') return MONTANA;
  return {
    activation: choice.activation ?? MONTANA.activation,
    birthFrontier: choice.birthFrontier ?? MONTANA.birthFrontier,
    creationCooldown: choice.creationCooldown ?? MONTANA.creationCooldown,
    lottery: choice.lottery ?? MONTANA.lottery,
    admission: choice.admission ?? MONTANA.admission,
    entryProof: choice.entryProof ?? MONTANA.entryProof,
    finality: choice.finality ?? MONTANA.finality,
    collection: choice.collection ?? MONTANA.collection,
    timechainSeed: choice.timechainSeed ?? MONTANA.timechainSeed,
    controlLeaf: choice.controlLeaf ?? MONTANA.controlLeaf,
  };
};

/** Order of the fields in the suffix: the table of 09 §1. */
const FIELDS: readonly Exclude<keyof Rules, 'controlLeaf'>[] = [
  'activation',
  'birthFrontier',
  'creationCooldown',
  'lottery',
  'admission',
  'entryProof',
  'finality',
  'collection',
  'timechainSeed',
];

export const SUFFIX_TAG = ascii('mt-rules');

/** Version byte of the suffix: 1 is that of 09 §1; in 2 the fields are the same, and control_root leaves the node signature out. */
export const SUFFIX_VERSION = { whole: 1, scope: 2 } as const satisfies Record<Rules['controlLeaf'], number>;

/** What follows protocol_params in the hash-bound bytes, 18 bytes (09 §1). A choice is 0 for the published value, else 1. */
export const rulesSuffixLayout = layout('RulesSuffix', {
  tag: raw(SUFFIX_TAG.length),
  version: u8,
  choices: raw(FIELDS.length),
});

/** The suffix of a rule set; empty when every field has its published value. */
export const rulesSuffix = (rules: Rules): Uint8Array => {
  const choices = Uint8Array.from(FIELDS, (field) => (rules[field] === PUBLISHED[field] ? 0 : 1));
  if (!choices.includes(1) && rules.controlLeaf === 'whole') return new Uint8Array(0);
  return rulesSuffixLayout.encode({ tag: SUFFIX_TAG, version: SUFFIX_VERSION[rules.controlLeaf], choices });
};
