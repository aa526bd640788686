import { type Id, toHex } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Basis } from '../consensus/basis.ts';
import { rosterOf } from '../consensus/roster.ts';
import { decodeNodeRecord, type NodeRecord } from '../state/records.ts';
import { rootOf } from '../state/tree.ts';

/** Node records by node_id. */
export type NodeTable = IdMap<NodeRecord>;

/**
 * The whole Node Table under `root`, from its records in any order (03 §10 b). Undefined when one of them is none or comes twice,
 * or when the tree of all of them has another root.
 */
export const provenNodeTable = (records: readonly Uint8Array[], root: Id): NodeTable | undefined => {
  const nodes: NodeTable = new IdMap();
  for (const bytes of records) {
    const record = decodeNodeRecord(bytes);
    if (!record.ok) return undefined;
    nodes.set(record.value.nodeId, record.value);
  }
  if (nodes.size !== records.length) return undefined;
  return rootOf(records.map((bytes) => [toHex(bytes, 0, 32), bytes])) === root ? nodes : undefined;
};

/** What objects of `window` are judged by, given the nodes of the state before it (04 D-5). */
export const basisOn = (nodes: NodeTable, window: number, tau2Windows: bigint): Basis => ({
  window,
  roster: rosterOf(nodes.values(), window, tau2Windows),
  nodeOf: (nodeId) => nodes.get(nodeId),
});
