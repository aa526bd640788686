import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Proposal } from '../consensus/objects.ts';
import type { Evaluation } from './evaluation.ts';

/** Proposals kept for one round (09 §12.7). */
const PER_ROUND = 2;

/** Proposals kept in all for rounds beyond the next (09 §12.7). */
const FUTURE_PROPOSALS = 64;

/** A header this node has accepted, with everything it knows about it. */
export interface Candidate {
  /** The fresh form: header and lists, valid_round 0. */
  readonly proposal: Proposal;
  readonly hash: Id;
  /** Iteration count at the first offer: the moment discipline is judged by (09 §12.6). */
  readonly offeredAt: number;
  /** Steps 9–13 of 04 §10, once every body was there. */
  evaluation: Evaluation | undefined;
}

/** How an accepted proposal stands in its round. */
export interface RoundProposal {
  readonly candidate: Candidate;
  /** 0: fresh. */
  readonly validRound: number;
}

interface Kept extends RoundProposal {
  readonly proposal: Proposal;
  readonly round: number;
}

/** The round a proposal was made in; of a fresh one the first that its depth names. */
export const roundOf = ({ header, reproposal }: Proposal): number => reproposal?.round ?? header.fallbackDepth;

/** The proposals of one window that passed 04 §10 steps 1–8 (09 §12.7), by header and by round. */
export class ProposalKeeper {
  readonly #candidates = new IdMap<Candidate>();
  readonly #kept: Kept[] = [];

  get(hash: Id): Candidate | undefined {
    return this.#candidates.get(hash);
  }

  /** Whether this very object is kept. */
  holds(proposal: Proposal): boolean {
    return this.#kept.some((kept) => kept.proposal === proposal);
  }

  /** Whether a proposal with this identifier is kept. */
  has(id: Id): boolean {
    return this.#kept.some((kept) => kept.proposal.id === id);
  }

  /** Whether the bounds leave room for one more proposal of `round`. */
  hasRoom(round: number, ownRound: number): boolean {
    let sameRound = 0;
    let future = 0;
    for (const kept of this.#kept) {
      if (kept.round === round) sameRound++;
      if (kept.round > ownRound + 1) future++;
    }
    return sameRound < PER_ROUND && (round <= ownRound + 1 || future < FUTURE_PROPOSALS);
  }

  /** Keeps a proposal as one of its round; `fresh` is its fresh form. */
  add(proposal: Proposal, fresh: Proposal, now: number): Candidate {
    const candidate = this.addCandidate(fresh, now);
    this.#kept.push({ proposal, round: roundOf(proposal), candidate, validRound: proposal.validRound });
    return candidate;
  }

  /** Keeps a header without making it the proposal of any round: a lock restored, a value with a quorum. */
  addCandidate(fresh: Proposal, now: number): Candidate {
    const known = this.#candidates.get(fresh.header.id);
    if (known !== undefined) return known;
    const candidate: Candidate = { proposal: fresh, hash: fresh.header.id, offeredAt: now, evaluation: undefined };
    this.#candidates.set(candidate.hash, candidate);
    return candidate;
  }

  /** Proposals of round r: fresh ones whose depth is depth(r), re-proposals made in r (09 §11.2.2). */
  ofRound(round: number, depth: number): readonly RoundProposal[] {
    return this.#kept.filter((kept) => kept.round === (kept.validRound === 0 ? depth : round));
  }

  /** Headers, ascending. */
  all(): IterableIterator<Candidate> {
    return this.#candidates.values();
  }

  /** Whether a kept proposal lists this bundle (09 §12.10). */
  lists(bundle: Id): boolean {
    for (const { proposal } of this.#candidates.values()) {
      if (proposal.bundles.some(({ hash }) => hash === bundle)) return true;
    }
    return false;
  }
}
