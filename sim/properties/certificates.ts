import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Settled } from '#core/transition/settled.ts';
import { type Finding, finalDeed, holds, type Observer, type Scene, violated } from './types.ts';

/** Weights of the nodes active in a window, as its basis state says (04 §3). */
interface Basis {
  readonly weights: ReadonlyMap<Id, bigint>;
  readonly active: bigint;
}

const basisOf = ({ state, window, network }: Settled): Basis => {
  const weights = new Map<Id, bigint>();
  let active = 0n;
  for (const node of state.nodes()) {
    const seen = node.lastConfirmationWindow > node.startWindow ? node.lastConfirmationWindow : node.startWindow;
    if (BigInt(window + 1) - seen > 2n * BigInt(network.params.tau2Windows)) continue;
    weights.set(node.nodeId, node.chainLength);
    active += node.chainLength;
  }
  return { weights, active };
};

/**
 * `certificate-weight`: each certificate has different signers, all for the final value in one round, of 67 % of the active weight in
 * the state that its window followed.
 */
export const certificateWeight = (scene: Scene, genesis: Settled): Observer => {
  /** By proposal hash of the window before: histories may part. Window 0 follows zero. */
  const bases = new Map<Id, Basis>([[ZERO_ID, basisOf(genesis)]]);
  let checked = 0;
  let fault: Finding | undefined;
  return {
    name: 'certificate-weight',
    notice(host, notice, at) {
      if (notice.type !== 'final' || !scene.isHonest(host)) return;
      const { certificate, settled, entry } = notice.record;
      const { window, side } = settled;
      const basis = bases.get(entry.header.prevProposalHash);
      if (!bases.has(side.proposalHash)) bases.set(side.proposalHash, basisOf(settled));
      if (certificate.length === 0 || basis === undefined) return;
      checked++;
      const found = (what: string): void => {
        fault ??= violated(`window ${window} at ${scene.names[host]}: ${what}`, [
          finalDeed(host, at, window, side.proposalHash),
        ]);
      };
      const signers = new Set<Id>();
      let weight = 0n;
      for (const vote of certificate) {
        const isFit = vote.phase === 2 && vote.window === window && vote.proposalHash === side.proposalHash;
        if (!isFit || vote.round !== certificate[0]?.round || signers.has(vote.nodeId)) {
          found('a vote does not belong to the certificate');
        }
        signers.add(vote.nodeId);
        weight += basis.weights.get(vote.nodeId) ?? 0n;
      }
      if (100n * weight < 67n * basis.active) {
        found(`weight ${weight} of ${basis.active}`);
      }
    },
    judge: () => fault ?? holds(`${checked} certificates${checked === 0 ? ': there are none without votes' : ''}`),
  };
};
