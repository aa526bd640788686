import { equalBytes } from '../bytes/bytes.ts';
import { nodeId } from '../crypto/ids.ts';
import { decodeGenesis } from '../genesis/decode.ts';
import type { Genesis } from '../genesis/genesis.ts';
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
  readonly stem: boolean;
  readonly fastSync: boolean;
  readonly checkpoint: FlatSetting['checkpoint'];
  readonly publicKey: Uint8Array | undefined;
  readonly entry: FlatSetting['entry'];
}

/** The state before window 0 and the settings of a host; a text where the setting is none. */
export const madeOf = (setting: FlatSetting): Made | string => {
  const timers = TIMERS.get(setting.timers);
  if (timers === undefined) return `unknown timers: ${setting.timers}`;
  const { adoption, stem, fastSync, checkpoint, publicKey, entry } = setting;
  if (adoption !== 'bundles' && adoption !== 'certificate') return `unknown adoption: ${adoption}`;
  const settled = settledOf(setting);
  if (settled === undefined) return 'its genesis is none';
  return { settled, timers, adoption, stem, fastSync, checkpoint, publicKey, entry };
};

const settledOf = ({ genesis: bytes, nodes }: FlatSetting): Settled | undefined => {
  const genesis = decodeGenesis(bytes);
  if (!genesis.ok) return undefined;
  const settled = genesisSettled(genesis.value, new MemoryBase());
  const changes: (readonly [string, Uint8Array])[] = [];
  for (const record of nodes) {
    const node = decodeNodeRecord(record);
    if (!node.ok) return undefined;
    changes.push([nodeId(node.value.nodePubkey), record]);
  }
  const { state } = settled;
  return { ...settled, state: state.with(state.apply({ node: changes }).delta) };
};
