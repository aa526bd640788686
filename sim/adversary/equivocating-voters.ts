import { type Phase, PRECOMMIT, PREVOTE, type Proposal, type Vote } from '#core/consensus/objects.ts';
import { makeVote } from '#core/consensus/vote.ts';
import type { Notice } from '#core/host/host.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { Port } from '#sim/world/strategy.ts';
import type { Pair } from './coalition.ts';
import { EquivocatingLeader } from './equivocating-leader.ts';

/** Microseconds from the signing of a pair to its way to the halves: every bundle has spread by then. */
const LEAD = 2_000_000;

/** Microseconds in which votes spread. A half then lacks the coalition's alone, and has a quorum when they come. */
const SPREAD = 1_000_000;

/**
 * A member of a coalition that leads two ways and votes two ways: when one of them has signed a pair, each prevotes and precommits
 * the first proposal towards the half that is shown it and the second towards the other, with its own key. It votes last, so
 * that a half has its quorum before the votes of the other half reach it. Its machine goes on by the rules, but what the machine
 * votes in such a round stays inside.
 */
export class EquivocatingVoter extends EquivocatingLeader {
  /** Pairs it voted for. */
  readonly #voted = new Set<Pair>();
  /** The last pair's window and round. */
  #round: { readonly window: number; readonly round: number } | undefined;

  protected override get lead(): number {
    return LEAD;
  }

  /** A proposal is told before the vote that its machine casts on it. */
  protected override noticed(notice: Notice, port: Port<MontanaShape>): void {
    super.noticed(notice, port);
    if (notice.type !== 'published' && notice.type !== 'accepted') return;
    const { object } = notice;
    if (object.kind === 'proposal') this.#vote(object, port);
    else if (object.kind === 'vote' && notice.type === 'published' && this.#isCast(object))
      this.options.coalition.conceal(object.id);
  }

  /** Votes both ways: prevotes when those of the others have spread, precommits likewise. */
  #vote({ header }: Proposal, port: Port<MontanaShape>): void {
    const { coalition, nodeId, key } = this.options;
    const pair = coalition.pairOf(header);
    if (pair === undefined || this.#voted.has(pair)) return;
    this.#voted.add(pair);
    const { window, fallbackDepth: round } = header;
    this.#round = { window, round };
    const [first, second] = pair.proposals;
    const votes = (phase: Phase): readonly [Vote, Vote] => [
      makeVote({ phase, round, window, proposalHash: first.id, nodeId }, key),
      makeVote({ phase, round, window, proposalHash: second.id, nodeId }, key),
    ];
    const until = Math.max(0, pair.from - port.now);
    // Over the shortest way there is: whoever sees the other proposal first votes for neither (09 §11.4.4).
    if (nodeId !== header.proposerNodeId) this.show(pair.proposals, port, until);
    for (const phase of [PREVOTE, PRECOMMIT] as const) this.show(votes(phase), port, until + phase * SPREAD);
  }

  #isCast({ window, round }: Vote): boolean {
    return this.#round?.window === window && this.#round.round === round;
  }
}
