import type { Bundle, Proposal, Reveal, Vote } from '../consensus/objects.ts';
import type { Mempool } from './mempool.ts';
import type { Candidate } from './proposals.ts';
import type { Session } from './session.ts';
import type { FinalRecord, HeldProposal, OpenRecord, StickyChoice } from './types.ts';
import type { Quorate } from './voting.ts';

/** What this node has signed in the open window, and the durable record of it (09 §8.8, §11.2.8, §12.15b). */
export class OpenRecords {
  #signed: (Bundle | Reveal | Proposal | Vote)[];
  #sticky: readonly StickyChoice[] = [];
  #stickyOf = -1;

  constructor(restart: OpenRecord | undefined) {
    this.#signed = [...(restart?.signed ?? [])];
  }

  get hasSignedBundle(): boolean {
    return this.#signed.some((object) => object.kind === 'bundle');
  }

  sign(object: Bundle | Reveal | Proposal | Vote): void {
    this.#signed.push(object);
  }

  clear(): void {
    this.#signed = [];
  }

  record(session: Session, mempool: Mempool): OpenRecord {
    const { rounds, window } = session;
    if (this.#stickyOf !== window || rounds.round === 0) {
      this.#sticky = mempool.sticky(window);
      this.#stickyOf = window;
    }
    return {
      window,
      round: rounds.round,
      signed: [...this.#signed],
      locked: held(session, rounds.locked),
      valid: held(session, rounds.valid),
      sticky: this.#sticky,
    };
  }
}

/** A proposal with its prevote quorum and every body it needs. */
const held = (session: Session, quorate: Quorate | undefined): HeldProposal | undefined => {
  const evaluation = quorate?.candidate.evaluation;
  if (quorate === undefined || evaluation === undefined) return undefined;
  const { candidate, round } = quorate;
  return {
    proposal: candidate.proposal,
    ...evaluation.bodies,
    round,
    prevotes: session.prevotes(candidate.hash, round),
  };
};

/** Puts a durable lock back: its bodies, its prevotes, its header (09 §12.15b). */
export const restoreHeld = (session: Session, record: HeldProposal | undefined, now: number): Quorate | undefined => {
  if (record === undefined) return undefined;
  const { roster } = session.open;
  session.timechainValue ??= record.proposal.header.timechainValue;
  for (const bundle of record.bundles) {
    const slot = roster.slotOf(bundle.nodeId);
    if (session.bundles.at(slot) === undefined) session.acceptBundle(slot, bundle);
    else session.bundles.keepListed(bundle);
  }
  for (const reveal of record.reveals) session.revealsBefore.accept(reveal);
  for (const object of record.operations) session.bodies.keep(object);
  for (const object of record.registrations) session.bodies.keep(object);
  for (const vote of record.prevotes) session.takeVote(vote, roster.slotOf(vote.nodeId), 'proof');
  const candidate = session.proposals.addCandidate(record.proposal, now);
  session.bodies.judge(candidate);
  return { candidate, round: record.round };
};

/** Everything a final window leaves behind (09 §12.15a). */
export const finalRecord = (session: Session, candidate: Candidate, round: number): FinalRecord => {
  const evaluation = candidate.evaluation;
  if (evaluation === undefined || !evaluation.applied.valid) throw new Error('a window closed on an unjudged proposal');
  const { outcome, settled } = evaluation.applied;
  const { proposal, hash } = candidate;
  return {
    settled,
    delta: outcome.delta,
    proposal,
    entry: {
      header: proposal.header,
      bundles: proposal.bundles,
      reveals: proposal.reveals,
      operations: outcome.applied,
      registrations: evaluation.bodies.registrations.map(({ id }) => id),
    },
    operations: evaluation.bodies.operations,
    registrations: evaluation.bodies.registrations,
    certificate: session.certificate(hash, round),
  };
};
