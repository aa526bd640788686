import type { Listed } from '../consensus/objects.ts';
import type { Roster } from '../consensus/roster.ts';
import type { NodeRecord } from '../state/records.ts';
import type { Draft } from './draft.ts';

/**
 * Step 3.5: presence. Every signer of an included bundle grows by one and is seen in this window (04 §11). Returns the signers'
 * weight of before, what participation is measured by (05 §7). Entries that name no active node, or one twice, count for nothing.
 */
export const countConfirmations = (draft: Draft, included: readonly Listed[], roster: Roster): bigint => {
  const window = BigInt(roster.window);
  let weight = 0n;
  for (const { nodeId } of included) {
    const member = roster.members[roster.slotOf(nodeId)];
    const node = draft.node(nodeId);
    if (member === undefined || node === undefined || node.chainLength !== member.weight) continue;
    weight += member.weight;
    draft.putNode(confirmed(node, window));
  }
  return weight;
};

const confirmed = (node: NodeRecord, window: bigint): NodeRecord => ({
  ...node,
  chainLength: node.chainLength + 1n,
  lastConfirmationWindow: window,
});
