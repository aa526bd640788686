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
  };
};

/** Order of the fields in the suffix: the table of 09 §1. */
const FIELDS: readonly (keyof Rules)[] = [
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

const SUFFIX_TAG = ascii('mt-rules');
const SUFFIX_VERSION = 1;

/** What follows protocol_params in the hash-bound bytes, 18 bytes (09 §1). A choice is 0 for the published value, else 1. */
export const rulesSuffixLayout = layout('RulesSuffix', {
  tag: raw(SUFFIX_TAG.length),
  version: u8,
  choices: raw(FIELDS.length),
});

/** The suffix of a rule set; empty when every field has its published value. */
export const rulesSuffix = (rules: Rules): Uint8Array => {
  const choices = Uint8Array.from(FIELDS, (field) => (rules[field] === PUBLISHED[field] ? 0 : 1));
  if (!choices.includes(1)) return new Uint8Array(0);
  return rulesSuffixLayout.encode({ tag: SUFFIX_TAG, version: SUFFIX_VERSION, choices });
};
