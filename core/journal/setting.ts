import { ascii, equalBytes } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { nodeId } from '../crypto/ids.ts';
import { buildGenesis, type Founder, foundersLayout, type Genesis, type GenesisInput } from '../genesis/genesis.ts';
import { decodeParams, paramsLayout } from '../genesis/params.ts';
import { MONTANA, PUBLISHED, type Rules, rulesSuffixLayout } from '../genesis/rules.ts';
import type { Adoption } from '../participant/context.ts';
import { ORDINARY_TIMERS, PATIENT_TIMERS, type TimerFigures } from '../participant/timers.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { decodeNodeRecord } from '../state/records.ts';
import { genesisSettled } from '../transition/genesis-settled.ts';
import type { Settled } from '../transition/settled.ts';
import type { FlatSetting } from './layouts.ts';

/** Timer figures by the name they have in a journal. */
const TIMERS: ReadonlyMap<string, TimerFigures> = new Map([
  ['ordinary', ORDINARY_TIMERS],
  ['patient', PATIENT_TIMERS],
]);

/** The suite that needs nothing but public keys to verify. */
export const SUITE_REAL = 'ml-dsa-65';

/** What a host is and how it runs, as its journal says it: all but its secret key. */
export interface HostSetting extends FlatSetting {
  readonly timers: 'ordinary' | 'patient';
  readonly adoption: Adoption;
}

/** Node records in which `settled` differs from genesis: a simulated network may have a past. */
export const changedNodes = (genesis: Genesis, settled: Settled): readonly Uint8Array[] => {
  const before = new Map(genesis.records.node);
  const changed: Uint8Array[] = [];
  for (const [id, bytes] of settled.state.range('node')) {
    const known = before.get(id);
    if (known === undefined || !equalBytes(known, bytes)) changed.push(bytes);
  }
  return changed;
};

/** What a setting stands for. */
export interface Made {
  readonly settled: Settled;
  readonly timers: TimerFigures;
  readonly adoption: Adoption;
  readonly publicKey: Uint8Array | undefined;
  readonly entry: FlatSetting['entry'];
}

/** The state before window 0 and the settings of a host; a text where the setting is none. */
export const madeOf = (setting: FlatSetting): Made | string => {
  const timers = TIMERS.get(setting.timers);
  if (timers === undefined) return `unknown timers: ${setting.timers}`;
  const { adoption, publicKey, entry } = setting;
  if (adoption !== 'bundles' && adoption !== 'certificate') return `unknown adoption: ${adoption}`;
  const settled = settledOf(setting);
  return settled === undefined ? 'its genesis is none' : { settled, timers, adoption, publicKey, entry };
};

const settledOf = ({ genesis: bytes, nodes }: FlatSetting): Settled | undefined => {
  const genesis = genesisOf(bytes);
  if (genesis === undefined) return undefined;
  const settled = genesisSettled(genesis, new MemoryBase());
  const changes: (readonly [string, Uint8Array])[] = [];
  for (const record of nodes) {
    const node = decodeNodeRecord(record);
    if (!node.ok) return undefined;
    changes.push([nodeId(node.value.nodePubkey), record]);
  }
  const { state } = settled;
  return { ...settled, state: state.with(state.apply({ node: changes }).delta) };
};

/** The network whose hash-bound bytes these are. */
const genesisOf = (bytes: Uint8Array): Genesis | undefined => {
  const input = genesisInput(bytes);
  if (input === undefined) return undefined;
  try {
    const genesis = buildGenesis(input);
    return equalBytes(genesis.paramsBytes, bytes) ? genesis : undefined;
  } catch (error) {
    // Two founders of one key.
    if (error instanceof FatalInvariant) return undefined;
    throw error;
  }
};

const genesisInput = (bytes: Uint8Array): GenesisInput | undefined => {
  const params = decodeParams(bytes.subarray(0, paramsLayout.minimum));
  if (!params.ok) return undefined;
  const { bootstrapAccountPubkey: accountPubkey, bootstrapNodePubkey: nodePubkey } = params.value;
  const rest = bytes.subarray(paramsLayout.minimum);
  const rules = rulesIn(rest);
  const others = rules === PUBLISHED ? rest : rest.subarray(rulesSuffixLayout.minimum);
  const founders = others.length === 0 ? NOBODY : foundersLayout.decode(others);
  if (!founders.ok) return undefined;
  return { params: params.value, rules, founders: [{ accountPubkey, nodePubkey }, ...founders.value.founders] };
};

const NOBODY = { ok: true, value: { founders: [] as readonly Founder[] } } as const;

const SUFFIX_TAG = ascii('mt-rules');

/** The rules of the suffix that `bytes` begin with, if they do; else the published ones (09 §1). */
const rulesIn = (bytes: Uint8Array): Rules => {
  const suffix = rulesSuffixLayout.decode(bytes.subarray(0, rulesSuffixLayout.minimum));
  if (!suffix.ok || !equalBytes(suffix.value.tag, SUFFIX_TAG)) return PUBLISHED;
  const { choices } = suffix.value;
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
  };
};
