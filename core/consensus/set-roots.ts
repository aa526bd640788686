import { concat, fromHex, type Id } from '../bytes/bytes.ts';
import type { Rules } from '../genesis/rules.ts';
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

/**
 * control_root: key nodereg_hash, leaf record the registration's full bytes (02 §6), node signature included. That signature is the
 * one thing in them that the key leaves open, and whoever holds the node key can make as many as it likes: under `scope` the leaf is
 * what the key hashes, so that the root follows from the names in the bundles.
 */
export const controlRoot = (
  registrations: readonly Pick<Registration, 'id' | 'bytes' | 'scope'>[],
  leaf: Rules['controlLeaf'],
): Id => rootOf(registrations.map(({ id, bytes, scope }) => [id, leaf === 'scope' ? scope : bytes]));
