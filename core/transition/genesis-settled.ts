import { FatalInvariant } from '../bytes/fatal.ts';
import type { Genesis } from '../genesis/genesis.ts';
import type { WritableBase } from '../state/state.ts';
import { State } from '../state/view.ts';
import type { Settled } from './settled.ts';
import { genesisSide } from './side-state.ts';

/** S_{−1}: the genesis records, written into an empty base (01 §9.2). */
export const genesisSettled = ({ network, records, roots }: Genesis, base: WritableBase): Settled => {
  const { delta, roots: written } = new State(base).apply(records);
  if (written.stateRoot !== roots.stateRoot) throw new FatalInvariant('genesis does not go into this base');
  base.commit(delta);
  return { network, window: -1, state: new State(base), side: genesisSide(network) };
};
