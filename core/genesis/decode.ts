import { equalBytes } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { buildGenesis, type Founder, foundersLayout, type Genesis, type GenesisInput } from './genesis.ts';
import { decodeParams, type ParamsError, paramsLayout } from './params.ts';
import { MONTANA, PUBLISHED, type Rules, rulesSuffixLayout, SUFFIX_TAG, SUFFIX_VERSION } from './rules.ts';

/**
 * `BadFounders`: what follows the rules is no list of founders. `TwoFoundersOfOneKey`: no network is made of them. `NotCanonical`: the
 * same network has other bytes, as with founders out of order or a rules suffix of an unknown version.
 */
export type GenesisError = ParamsError | 'BadFounders' | 'TwoFoundersOfOneKey' | 'NotCanonical';

/** The network whose hash-bound bytes these are: protocol_params ‖ rules suffix ‖ founders (01 §9, 09 §1). Strict: one network, one form. */
export const decodeGenesis = (bytes: Uint8Array): Result<Genesis, GenesisError> => {
  const input = decodeGenesisInput(bytes);
  if (!input.ok) return input;
  try {
    const genesis = buildGenesis(input.value);
    return equalBytes(genesis.paramsBytes, bytes) ? ok(genesis) : fail('NotCanonical');
  } catch (error) {
    if (error instanceof FatalInvariant) return fail('TwoFoundersOfOneKey');
    throw error;
  }
};

/** What those bytes say, not yet made a network. */
export const decodeGenesisInput = (bytes: Uint8Array): Result<GenesisInput, GenesisError> => {
  const params = decodeParams(bytes.subarray(0, paramsLayout.minimum));
  if (!params.ok) return params;
  const { bootstrapAccountPubkey: accountPubkey, bootstrapNodePubkey: nodePubkey } = params.value;
  const rest = bytes.subarray(paramsLayout.minimum);
  const rules = rulesIn(rest);
  const others = rules === PUBLISHED ? rest : rest.subarray(rulesSuffixLayout.minimum);
  const founders = others.length === 0 ? NOBODY : foundersLayout.decode(others);
  if (!founders.ok) return fail('BadFounders');
  return ok({ params: params.value, rules, founders: [{ accountPubkey, nodePubkey }, ...founders.value.founders] });
};

const NOBODY = ok({ founders: [] as readonly Founder[] });

/** The rules of the suffix that `bytes` begin with, if they do; else the published ones (09 §1). */
const rulesIn = (bytes: Uint8Array): Rules => {
  const suffix = rulesSuffixLayout.decode(bytes.subarray(0, rulesSuffixLayout.minimum));
  if (!suffix.ok || !equalBytes(suffix.value.tag, SUFFIX_TAG)) return PUBLISHED;
  const { version, choices } = suffix.value;
  const choice = <K extends keyof Rules>(field: K, at: number): Rules[K] =>
    (choices[at] === 0 ? PUBLISHED : MONTANA)[field];
  return {
    activation: choice('activation', 0),
    birthFrontier: choice('birthFrontier', 1),
    creationCooldown: choice('creationCooldown', 2),
    lottery: choice('lottery', 3),
    admission: choice('admission', 4),
    entryProof: choice('entryProof', 5),
    finality: choice('finality', 6),
    collection: choice('collection', 7),
    timechainSeed: choice('timechainSeed', 8),
    controlLeaf: version === SUFFIX_VERSION.scope ? 'scope' : 'whole',
  };
};
