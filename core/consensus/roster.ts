import { compareIds, type Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { NodeRecord } from '../state/records.ts';

/** An active node of a window: its slot is its rank by node_id (09 §10). */
export interface Member {
  readonly slot: number;
  readonly nodeId: Id;
  /** 1952 bytes. */
  readonly publicKey: Uint8Array;
  readonly suiteId: number;
  /** chain_length: quorum weight (04 §3). */
  readonly weight: bigint;
  readonly snapshot: bigint;
}

/** The nodes active(W) in S_{W−1}, ascending node_id, with the weights all votes and bundles of W count by (04 §3, D-5). */
export interface Roster {
  readonly window: number;
  readonly members: readonly Member[];
  /** A(W). */
  readonly activeWeight: bigint;
  /** Q(W). */
  readonly quorum: bigint;
  /** Slot of a node, −1 when it is not active in this window. */
  slotOf(nodeId: Id): number;
}

/** Q = (67A + 99) div 100 (04 §3, 09 §11.1). */
export const quorumOf = (activeWeight: bigint): bigint => (67n * activeWeight + 99n) / 100n;

/** Whether a sum of weights reaches the quorum of `activeWeight`: ≥, not > (04 §3). */
export const isCemented = (sum: bigint, activeWeight: bigint): boolean => sum >= quorumOf(activeWeight);

/** active(n, W): at most 2τ₂ windows since its last confirmation, or since its start (04 §3, D-3). Inclusive. */
export const isActive = (
  node: { readonly lastConfirmationWindow: bigint; readonly startWindow: bigint },
  window: bigint,
  tau2: bigint,
): boolean => {
  const seen = node.lastConfirmationWindow > node.startWindow ? node.lastConfirmationWindow : node.startWindow;
  return window <= seen || window - seen <= 2n * tau2;
};

/** The roster of `window` from the nodes of S_{W−1}; `tau2` in windows. */
export const rosterOf = (nodes: Iterable<NodeRecord>, window: number, tau2: bigint): Roster => {
  const active = [...nodes].filter((node) => isActive(node, BigInt(window), tau2));
  active.sort((a, b) => compareIds(a.nodeId, b.nodeId));
  const slots = new IdMap<number>();
  let activeWeight = 0n;
  const members = active.map((node, slot): Member => {
    slots.set(node.nodeId, slot);
    activeWeight += node.chainLength;
    return {
      slot,
      nodeId: node.nodeId,
      publicKey: node.nodePubkey,
      suiteId: node.suiteId,
      weight: node.chainLength,
      snapshot: node.chainLengthSnapshot,
    };
  });
  return {
    window,
    members,
    activeWeight,
    quorum: quorumOf(activeWeight),
    slotOf: (nodeId) => slots.get(nodeId) ?? -1,
  };
};
