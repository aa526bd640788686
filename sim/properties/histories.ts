import type { Id } from '#core/bytes/bytes.ts';
import type { FinalRecord } from '#core/participant/types.ts';

/** What the final proposal of a window fixes, with bodies. */
export type Closed = Pick<FinalRecord, 'entry' | 'operations' | 'registrations'>;

/** What the naive model says of a window. */
export interface Judgement {
  /** The first field of the header that it has otherwise, in words. */
  readonly difference: string | undefined;
  /** The state root it has. */
  readonly stateRoot: Id;
}

/** Judges the windows of one history, one after another. Throws where it cannot settle one. */
export type Judge = (closed: Closed) => Judgement;

interface Judged {
  readonly closed: Closed;
  readonly judgement: Judgement;
}

/**
 * Judges every final proposal after the one that its header names as its parent. Where a history parts, the second branch gets a
 * judge of its own, who begins again with window 0.
 */
export class Histories {
  readonly #begin: () => Judge;
  /** By proposal hash. */
  readonly #judged = new Map<Id, Judged>();
  /** Who has come as far as a proposal. */
  readonly #judges = new Map<Id, Judge>();

  constructor(begin: () => Judge) {
    this.#begin = begin;
  }

  /** Proposals judged. */
  get count(): number {
    return this.#judged.size;
  }

  /** Undefined: its parent is not known. */
  judge({ settled, entry, operations, registrations }: FinalRecord): Judgement | undefined {
    const hash = settled.side.proposalHash;
    const known = this.#judged.get(hash);
    if (known !== undefined) return known.judgement;
    const parent = entry.header.prevProposalHash;
    const judge = settled.window === 0 ? this.#begin() : (this.#judges.get(parent) ?? this.#again(parent));
    if (judge === undefined) return undefined;
    const closed = { entry, operations, registrations };
    const judgement = settle(judge, closed);
    this.#judges.delete(parent);
    this.#judges.set(hash, judge);
    this.#judged.set(hash, { closed, judgement });
    return judgement;
  }

  /** A judge who has come as far as `last`, which another one has left behind. */
  #again(last: Id): Judge | undefined {
    const branch: Closed[] = [];
    for (let next = this.#judged.get(last); next !== undefined; ) {
      branch.push(next.closed);
      next = this.#judged.get(next.closed.entry.header.prevProposalHash);
    }
    if (branch.length === 0) return undefined;
    const judge = this.#begin();
    for (const closed of branch.reverse()) settle(judge, closed);
    return judge;
  }
}

const settle = (judge: Judge, closed: Closed): Judgement => {
  try {
    return judge(closed);
  } catch (error) {
    return { difference: `the naive model cannot settle it: ${String(error)}`, stateRoot: '' };
  }
};
