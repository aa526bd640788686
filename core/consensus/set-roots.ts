import { concat, fromHex, type Id } from '../bytes/bytes.ts';
import { rootOf } from '../state/tree.ts';
import type { Listed, Registration } from './objects.ts';

/** Root over a proposal's list: key node_id, leaf record node_id ‖ hash (02 §6). Cached: many hosts judge the same list. */
export const listRoot = (entries: readonly Listed[]): Id => {
  let root = roots.get(entries);
  if (root === undefined) {
    root = rootOf(entries.map(({ nodeId, hash }) => [nodeId, concat(fromHex(nodeId), fromHex(hash))]));
    roots.set(entries, root);
  }
  return root;
};

const roots = new WeakMap<readonly Listed[], Id>();

/** control_root: key nodereg_hash, leaf record the registration's full bytes, signature included (02 §6). */
export const controlRoot = (registrations: readonly Pick<Registration, 'id' | 'bytes'>[]): Id =>
  rootOf(registrations.map(({ id, bytes }) => [id, bytes]));
