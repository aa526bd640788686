import { FatalInvariant } from '../bytes/fatal.ts';
import type { Bundle, Operation, Proposal, Registration, Reveal, Vote } from '../consensus/objects.ts';
import type { Candidate } from './proposals.ts';
import type { Session } from './session.ts';
import type { CandidateChain, FinalRecord, HeldProposal, Memory, OpenRecord } from './types.ts';
import type { Quorate } from './voting.ts';

/** What this node has signed in the open window, and the durable record of it (09 §8.8, §11.2.8, §12.15b). */
export class OpenRecords {
  #signed: readonly (Bundle | Reveal | Proposal | Vote)[];
  #listed: OpenRecord['listed'];
  #memory: Memory;
  #certificate: readonly Vote[];
  /** Written with whatever is recorded next. */
  chain: CandidateChain | undefined;

  /** `restart`: the record of the open window, if there is one. */
  constructor(restart: OpenRecord | undefined, memory: Memory) {
    this.#signed = restart?.signed ?? [];
    this.#listed = restart?.listed ?? [];
    this.#memory = memory;
    this.#certificate = restart?.certificate ?? [];
  }

  sign(objects: readonly (Bundle | Reveal | Proposal | Vote)[]): void {
    this.#signed = [...this.#signed, ...objects];
  }

  /** The own bundle is about to list these. */
  list(bodies: readonly (Reveal | Operation | Registration)[], memory: Memory): void {
    this.#listed = bodies;
    this.#memory = memory;
  }

  /** A window is final: the record that the next one begins with. */
  next({ settled, certificate }: FinalRecord, memory: Memory): OpenRecord {
    this.#signed = [];
    this.#listed = [];
    this.#memory = memory;
    this.#certificate = certificate;
    return this.#record(settled.window + 1, 0, undefined, undefined);
  }

  record(session: Session): OpenRecord {
    const { rounds, window } = session;
    return this.#record(window, rounds.round, held(session, rounds.locked), held(session, rounds.valid));
  }

  #record(
    window: number,
    round: number,
    locked: HeldProposal | undefined,
    valid: HeldProposal | undefined,
  ): OpenRecord {
    return {
      window,
      round,
      signed: this.#signed,
      listed: this.#listed,
      locked,
      valid,
      certificate: this.#certificate,
      chain: this.chain,
      sticky: this.#memory.sticky,
      rejected: this.#memory.rejected,
    };
  }
}

/** A proposal with its prevote quorum and every body it needs. */
const held = (session: Session, quorate: Quorate | undefined): HeldProposal | undefined => {
  if (quorate === undefined) return undefined;
  const { candidate, round } = quorate;
  if (candidate.evaluation === undefined) throw new FatalInvariant('a lock without its bodies');
  return {
    proposal: candidate.proposal,
    ...candidate.evaluation.bodies,
    round,
    prevotes: session.prevotes(candidate.hash, round),
  };
};

/** Puts a durable lock back: its bodies, its prevotes, its header (09 §12.15b). T_W must be known. */
export const restoreHeld = (session: Session, record: HeldProposal | undefined, now: number): Quorate | undefined => {
  if (record === undefined) return undefined;
  const { roster } = session.open;
  for (const bundle of record.bundles) session.restoreBundle(bundle);
  for (const reveal of record.reveals) session.revealsBefore.keep(reveal);
  for (const object of [...record.operations, ...record.registrations]) session.bodies.keep(object);
  for (const vote of record.prevotes) session.takeVote(vote, roster.slotOf(vote.nodeId), 'proof');
  const candidate = session.proposals.addCandidate(record.proposal, now);
  if (session.bodies.judge(candidate) !== 'valid') throw new FatalInvariant('a durable lock that is not valid');
  return { candidate, round: record.round };
};

/** Everything a final window leaves behind (09 §12.15a). */
export const finalRecord = (session: Session, candidate: Candidate, round: number): FinalRecord => {
  const evaluation = candidate.evaluation;
  if (evaluation === undefined || !evaluation.applied.valid) throw new FatalInvariant('an unjudged proposal is final');
  const { outcome, settled } = evaluation.applied;
  const { proposal, hash } = candidate;
  const { operations, registrations } = evaluation.bodies;
  return {
    settled,
    delta: outcome.delta,
    proposal,
    entry: {
      header: proposal.header,
      bundles: proposal.bundles,
      reveals: proposal.reveals,
      operations: outcome.applied,
      registrations: registrations.map(({ id }) => id),
    },
    operations,
    registrations,
    certificate: session.certificate(hash, round),
  };
};
