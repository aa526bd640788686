import { type Phase, PREVOTE, type Vote } from '../consensus/objects.ts';
import { quorumOf, type Roster } from '../consensus/roster.ts';
import { idOf } from '../operations/accounts.suite.ts';

/** A roster of nodes with these weights; nobody's key matters. */
export const rosterWith = (weights: readonly number[]): Roster => {
  const nodeIds = weights.map((_, i) => idOf(9_000 + i)).sort();
  const activeWeight = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  return {
    window: 0,
    members: weights.map((weight, slot) => ({
      slot,
      nodeId: nodeIds[slot] as string,
      publicKey: new Uint8Array(),
      suiteId: 1,
      weight: BigInt(weight),
      snapshot: 1n,
    })),
    activeWeight,
    quorum: quorumOf(activeWeight),
    slotOf: (nodeId) => nodeIds.indexOf(nodeId),
  };
};

/** A vote as far as counting looks at it. */
export const countedVote = (slot: number, round: number, value: string, phase: Phase = PREVOTE): Vote =>
  ({ kind: 'vote', id: `${slot}/${round}/${phase}/${value}`, round, phase, proposalHash: value }) as unknown as Vote;
