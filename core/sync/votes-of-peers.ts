import { IdMap } from '../collections/id-map.ts';
import type { Vote } from '../consensus/objects.ts';

/** Proposals whose votes are kept. */
export const MOST_PROPOSALS = 8;

/**
 * Precommits that several peers served, put together. Each froze those it had when they were enough by its own state (09 §12.14), so
 * that one certificate can be too little by the state that is trusted here, and those of several peers enough.
 */
export class VotesOfPeers {
  #kept: readonly (readonly Vote[])[] = [];

  /** Votes for one proposal and round with those kept for the same: one of each signer, signers ascending. */
  with(votes: readonly Vote[]): readonly Vote[] {
    const all = new IdMap<Vote>();
    for (const others of [...this.#kept.filter((kept) => areForTheSame(kept, votes)), votes]) {
      for (const vote of others) all.set(vote.nodeId, vote);
    }
    return [...all.values()];
  }

  /** Keeps votes for one proposal and round whose signatures hold. Of too many proposals those with the fewest go. */
  keep(votes: readonly Vote[]): void {
    const others = this.#kept.filter((kept) => !areForTheSame(kept, votes));
    const all = [this.with(votes), ...others].filter(({ length }) => length > 0);
    this.#kept = all.sort((a, b) => b.length - a.length).slice(0, MOST_PROPOSALS);
  }

  clear(): void {
    this.#kept = [];
  }
}

const areForTheSame = ([a]: readonly Vote[], [b]: readonly Vote[]): boolean =>
  a !== undefined && a.proposalHash === b?.proposalHash && a.round === b.round;
