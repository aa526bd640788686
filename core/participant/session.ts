import type { Id } from '../bytes/bytes.ts';
import { IdSet } from '../collections/id-map.ts';
import { evidenceSlot, makeEvidence } from '../consensus/evidence.ts';
import { judgeBundle, judgeEndpoint } from '../consensus/judge-bundle.ts';
import { judgeEvidence } from '../consensus/judge-evidence.ts';
import { judgeProposal } from '../consensus/judge-header.ts';
import { judgeReveal } from '../consensus/judge-reveal.ts';
import { judgeVote } from '../consensus/judge-vote.ts';
import {
  type Bundle,
  EVIDENCE_BUNDLE,
  EVIDENCE_HEADER,
  EVIDENCE_REVEAL,
  EVIDENCE_VOTE,
  type Evidence,
  PRECOMMIT,
  PREVOTE,
  type Proposal,
  type Reveal,
  type Vote,
} from '../consensus/objects.ts';
import { freshForm } from '../consensus/proposal.ts';
import type { OpenWindow } from '../transition/open-window.ts';
import { Bodies } from './bodies.ts';
import { BundleKeeper } from './bundles.ts';
import type { SessionPorts } from './context.ts';
import { ProposalKeeper } from './proposals.ts';
import type { RevealKeeper } from './reveals.ts';
import type { Rounds } from './rounds.ts';
import type { Verdict } from './types.ts';
import { ACCEPT, holdUntil, rejected, STALE } from './verdicts.ts';
import { VoteKeeper, type VoteSource } from './votes.ts';

/**
 * Everything this node holds of one open window, and what it makes of each object offered for it (09 §12.7, §12.9–12.11).
 * When a rule of voting fires is `Rounds`' business; what this node says itself is the participant's.
 */
export class Session {
  readonly open: OpenWindow;
  readonly bundles: BundleKeeper;
  readonly reveals: RevealKeeper;
  /** Reveals of the window before, judged and listed while this one is open. */
  readonly revealsBefore: RevealKeeper;
  readonly votes: VoteKeeper;
  readonly proposals = new ProposalKeeper();
  readonly bodies: Bodies;
  /** T_W, once computed or adopted. */
  timechainValue: Id | undefined;
  /** Set once, right after construction. */
  rounds!: Rounds;
  readonly #ports: SessionPorts;
  /** Slots for which evidence is known: one per signer, kind and slot (09 §12.11). */
  readonly #convicted = new IdSet();
  readonly #quorums = new IdSet();

  constructor(open: OpenWindow, reveals: RevealKeeper, revealsBefore: RevealKeeper, ports: SessionPorts) {
    this.open = open;
    this.#ports = ports;
    this.bundles = new BundleKeeper(open.roster);
    this.votes = new VoteKeeper(open.roster);
    this.bodies = new Bodies(this, ports);
    this.reveals = reveals;
    this.revealsBefore = revealsBefore;
    this.timechainValue = open.timechainValue;
  }

  get window(): number {
    return this.open.window;
  }

  offerBundle(bundle: Bundle): Verdict {
    const slot = this.open.roster.slotOf(bundle.nodeId);
    const known = slot < 0 ? undefined : this.bundles.at(slot);
    if (known?.id === bundle.id) return ACCEPT;
    const isEarly = slot >= 0 && this.bundles.isEarly(slot, bundle.id);
    if (this.timechainValue === undefined) {
      if (!isEarly) {
        const reason = judgeBundle(bundle, this.open, undefined, this.#ports.config.verify);
        if (reason !== undefined) return rejected(reason);
        this.bundles.addEarly(slot, bundle);
      }
      return holdUntil('timechain', this.window);
    }
    const reason = isEarly
      ? judgeEndpoint(bundle, this.timechainValue)
      : judgeBundle(bundle, this.open, this.timechainValue, this.#ports.config.verify);
    if (reason !== undefined) return rejected(reason);
    if (known !== undefined) {
      if (this.proposals.lists(bundle.id)) this.bundles.keepListed(bundle);
      this.bundles.equivocators.set(slot);
      this.#convict(makeEvidence(EVIDENCE_BUNDLE, known, bundle));
      return STALE;
    }
    this.acceptBundle(slot, bundle);
    return ACCEPT;
  }

  /** Counts a valid bundle; asks for bodies that reached quorum by it and says what is confirmed (04 §4, 09 §12.13). */
  acceptBundle(slot: number, bundle: Bundle): void {
    for (const id of this.bundles.accept(slot, bundle, this.#ports.now)) {
      this.#ports.emit({ type: 'confirmed', notice: { operation: id, window: this.window } });
      this.bodies.requireOperation(id);
    }
  }

  offerReveal(reveal: Reveal): Verdict {
    const isCurrent = reveal.window === this.window;
    if (isCurrent && this.timechainValue === undefined) return holdUntil('timechain', this.window);
    const keeper = isCurrent ? this.reveals : this.revealsBefore;
    const known = keeper.of(reveal.nodeId);
    if (known?.id === reveal.id) return ACCEPT;
    const lottery = isCurrent ? this.open.lottery(this.timechainValue as Id) : this.open.lotteryBefore;
    if (lottery === undefined) return STALE;
    const reason = judgeReveal(reveal, lottery, this.#ports.config.verify);
    if (reason !== undefined) return rejected(reason);
    if (known !== undefined) {
      this.#convict(makeEvidence(EVIDENCE_REVEAL, known, reveal));
      return STALE;
    }
    keeper.accept(reveal);
    return ACCEPT;
  }

  offerVote(vote: Vote): Verdict {
    const slot = this.open.roster.slotOf(vote.nodeId);
    const held = slot < 0 ? undefined : this.votes.heldBy(slot, vote.round, vote.phase);
    if (held?.id === vote.id) return ACCEPT;
    const reason = judgeVote(vote, this.open, this.#ports.config.verify);
    if (reason !== undefined) return rejected(reason);
    if (held !== undefined) {
      this.#convict(makeEvidence(EVIDENCE_VOTE, held, vote));
      return STALE;
    }
    return this.takeVote(vote, slot, 'gossip') ? ACCEPT : STALE;
  }

  /** Counts a judged vote; false when a bound refused it. */
  takeVote(vote: Vote, slot: number, source: VoteSource): boolean {
    const taken = this.votes.add(vote, slot, source, this.rounds.round);
    if (taken !== 'new') return taken === 'duplicate';
    this.rounds.voteTaken(vote);
    if (vote.proposalHash !== this.open.nilHash) this.#noteQuorum(vote);
    return true;
  }

  /** Hands a quorum over to whoever serves 0x47, once, as it was when first held (09 §12.14). */
  #noteQuorum({ round, phase, proposalHash }: Vote): void {
    const key = `${phase}:${round}:${proposalHash}`;
    if (this.#quorums.has(key) || !this.votes.hasQuorum(round, phase, proposalHash)) return;
    this.#quorums.add(key);
    const votes = this.votes.votesFor(round, phase, proposalHash);
    this.#ports.emit({ type: 'quorum', quorum: { window: this.window, phase, round, proposalHash, votes } });
  }

  /** Votes that a peer hands over as a quorum: each is judged; together they must reach Q (09 §11.3, §12.11). */
  offerProof(votes: readonly Vote[]): boolean {
    const { roster } = this.open;
    const first = votes[0];
    if (first === undefined || first.window !== this.window) return false;
    let weight = 0n;
    const judged: { readonly vote: Vote; readonly slot: number }[] = [];
    for (const vote of votes) {
      const slot = roster.slotOf(vote.nodeId);
      if (vote.phase !== first.phase || vote.round !== first.round || vote.proposalHash !== first.proposalHash)
        return false;
      const held = slot < 0 ? undefined : this.votes.heldBy(slot, vote.round, vote.phase);
      if (held?.id !== vote.id && judgeVote(vote, this.open, this.#ports.config.verify) !== undefined) continue;
      judged.push({ vote, slot });
      weight += (roster.members[slot] as { weight: bigint }).weight;
    }
    if (weight < roster.quorum) return false;
    for (const { vote, slot } of judged) {
      const held = this.votes.heldBy(slot, vote.round, vote.phase);
      this.takeVote(vote, slot, 'proof');
      if (held !== undefined && held.id !== vote.id) this.#convict(makeEvidence(EVIDENCE_VOTE, held, vote));
    }
    return true;
  }

  offerProposal(proposal: Proposal): Verdict {
    const { header } = proposal;
    if (this.proposals.has(proposal.id)) return ACCEPT;
    const isWanted = this.bodies.isWanted(header.id);
    if (this.timechainValue === undefined) {
      if (header.id !== this.rounds.decidedValue) return holdUntil('timechain', this.window);
      this.#ports.adopt(header.timechainValue);
    }
    const round = proposal.reproposal?.round ?? header.fallbackDepth;
    if (!isWanted && !this.proposals.hasRoom(round, this.rounds.round)) return STALE;
    const isKnown = this.proposals.get(header.id) !== undefined;
    const { verify } = this.#ports.config;
    const reason = judgeProposal(proposal, this.open, this.timechainValue as Id, isKnown, verify);
    if (reason !== undefined) return reason === 'LeaderNotCanonical' ? STALE : rejected(reason);
    for (const other of this.proposals.all()) {
      const rival = other.proposal.header;
      const isSameSlot = rival.proposerNodeId === header.proposerNodeId && rival.fallbackDepth === header.fallbackDepth;
      if (isSameSlot && rival.id !== header.id) this.#convict(makeEvidence(EVIDENCE_HEADER, rival, header));
    }
    this.proposals.add(proposal, freshForm(proposal), round, this.#ports.now);
    return ACCEPT;
  }

  offerEvidence(evidence: Evidence): Verdict {
    const slotKey = evidenceSlot(evidence);
    if (this.#convicted.has(slotKey)) return STALE;
    const reason = judgeEvidence(evidence, this.open, this.#ports.config.verify);
    if (reason !== undefined) return rejected(reason);
    this.#takeEvidence(evidence, slotKey);
    return ACCEPT;
  }

  /** Evidence found by this node: taken, then published (04 §10, 09 §3). */
  #convict(evidence: Evidence): void {
    const slotKey = evidenceSlot(evidence);
    if (this.#convicted.has(slotKey)) return;
    this.#takeEvidence(evidence, slotKey);
    this.#ports.emit({ type: 'publish', object: evidence });
  }

  /** Votes inside evidence count for the values they name; a convicted signer binds no discipline (09 §11.2.7, §11.4.1). */
  #takeEvidence(evidence: Evidence, slotKey: Id): void {
    this.#convicted.add(slotKey);
    const slot = this.open.roster.slotOf(evidence.signer);
    if (slot >= 0 && evidence.window === this.window) {
      for (const object of [evidence.a, evidence.b]) {
        if (object.kind === 'vote') this.takeVote(object, slot, 'evidence');
        else if (object.kind === 'bundle') this.bundles.equivocators.set(slot);
      }
    }
    this.#ports.emit({ type: 'evidence', evidence });
  }

  /** Keeps an own proposal, or one of this node's from before a restart. */
  keepOwn(proposal: Proposal): void {
    if (this.proposals.has(proposal.id)) return;
    this.timechainValue ??= proposal.header.timechainValue;
    const round = proposal.reproposal?.round ?? proposal.header.fallbackDepth;
    this.proposals.add(proposal, freshForm(proposal), round, this.#ports.now);
  }

  /** Whether this node has signed a header of this depth: in later rounds of the same depth it stands for them too (09 §11.2.1). */
  hasOwnProposalOf(depth: number): boolean {
    const own = this.#ports.config.identity?.nodeId;
    for (const { proposal } of this.proposals.all()) {
      if (proposal.header.proposerNodeId === own && proposal.header.fallbackDepth === depth) return true;
    }
    return false;
  }

  /** Whether round 1 may start: T_W known, bundles of weight ≥ Q held (09 §8.4). */
  mayStart(): boolean {
    return this.timechainValue !== undefined && this.bundles.hasQuorum;
  }

  /** Certificate of a final proposal: its precommits, node_id ascending. */
  certificate(hash: Id, round: number): readonly Vote[] {
    return this.votes.votesFor(round, PRECOMMIT, hash);
  }

  prevotes(hash: Id, round: number): readonly Vote[] {
    return this.votes.votesFor(round, PREVOTE, hash);
  }
}
