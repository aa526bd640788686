import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { IdSet } from '../collections/id-map.ts';
import { makeEvidence } from '../consensus/evidence.ts';
import { judgeBundle } from '../consensus/judge-bundle.ts';
import { judgeProposal, type ProposalFault } from '../consensus/judge-header.ts';
import { judgeReveal } from '../consensus/judge-reveal.ts';
import { judgeVote } from '../consensus/judge-vote.ts';
import {
  type Bundle,
  EVIDENCE_BUNDLE,
  EVIDENCE_HEADER,
  EVIDENCE_VOTE,
  type Header,
  PRECOMMIT,
  PREVOTE,
  type Proposal,
  type Reveal,
  type Vote,
} from '../consensus/objects.ts';
import { freshForm } from '../consensus/proposal.ts';
import type { Member } from '../consensus/roster.ts';
import type { OpenWindow } from '../transition/open-window.ts';
import { Bodies } from './bodies.ts';
import { BundleKeeper } from './bundles.ts';
import type { SessionPorts } from './context.ts';
import { Convictions, headerSlot } from './convictions.ts';
import { isCopy } from './copies.ts';
import { ProposalKeeper, roundOf } from './proposals.ts';
import type { RevealKeeper } from './reveals.ts';
import type { Rounds } from './rounds.ts';
import type { Verdict } from './types.ts';
import { ACCEPT, holdUntil, rejected, STALE } from './verdicts.ts';
import { VoteKeeper, type VoteSource } from './votes.ts';

/** Faults of a copy, not of what its identifier covers: they blame the sender and say nothing about the proposal (09 §12.7). */
const FAULTS_OF_A_COPY: readonly ProposalFault[] = [
  'InvalidSignature',
  'BundlesRootMismatch',
  'RevealsRootMismatch',
  'LeaderNotCanonical',
  'InvalidLeaderSignature',
];

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
  readonly convictions: Convictions;
  /** Set once, right after construction. */
  rounds!: Rounds;
  readonly #ports: SessionPorts;
  #timechainValue: Id | undefined;
  readonly #quorums = new IdSet();

  constructor(open: OpenWindow, reveals: RevealKeeper, revealsBefore: RevealKeeper, ports: SessionPorts) {
    this.open = open;
    this.#ports = ports;
    this.bundles = new BundleKeeper(open.roster);
    this.votes = new VoteKeeper(open.roster, ports.config.voting);
    this.bodies = new Bodies(this, ports);
    this.convictions = new Convictions(this, ports);
    this.reveals = reveals;
    this.revealsBefore = revealsBefore;
    this.#timechainValue = open.timechainValue;
  }

  get window(): number {
    return this.open.window;
  }

  /** T_W, once computed or adopted. */
  get timechainValue(): Id | undefined {
    return this.#timechainValue;
  }

  /** T_W is known: bundles that waited for it are accepted or forgotten (09 §12.10). */
  know(timechainValue: Id): void {
    this.#timechainValue = timechainValue;
    for (const bundle of this.bundles.takeEarly(timechainValue)) this.restoreBundle(bundle);
  }

  offerBundle(bundle: Bundle): Verdict {
    const { roster } = this.open;
    const slot = roster.slotOf(bundle.nodeId);
    const known = slot < 0 ? undefined : this.bundles.at(slot);
    if (isCopy(known, bundle)) return ACCEPT;
    const early = slot < 0 ? [] : this.bundles.early(slot);
    if (early.some((held) => isCopy(held, bundle))) return holdUntil('timechain', this.window);
    const reason = judgeBundle(bundle, this.open, this.timechainValue, this.#ports.config.verify);
    if (reason !== undefined) return rejected(reason);
    const other = known ?? early.find(({ id }) => id !== bundle.id);
    if (other !== undefined && other.id !== bundle.id)
      this.convictions.found(makeEvidence(EVIDENCE_BUNDLE, other, bundle));
    if (this.timechainValue === undefined) {
      this.bundles.addEarly(slot, bundle);
      return holdUntil('timechain', this.window);
    }
    if (known === undefined) this.#acceptBundle(slot, bundle);
    else if (known.id !== bundle.id) {
      if (!this.proposals.lists(bundle.id)) return STALE;
      this.bundles.keepListed(bundle);
    }
    return ACCEPT;
  }

  /** Takes a bundle judged before: the first one of its signer counts, another one serves the proposal that lists it. */
  restoreBundle(bundle: Bundle): void {
    const slot = this.open.roster.slotOf(bundle.nodeId);
    if (this.bundles.at(slot) === undefined) this.#acceptBundle(slot, bundle);
    else this.bundles.keepListed(bundle);
  }

  /** Counts a valid bundle; asks for bodies that reached quorum by it and says what is confirmed (04 §4, 09 §12.13). */
  #acceptBundle(slot: number, bundle: Bundle): void {
    for (const id of this.bundles.accept(slot, bundle, this.#ports.now)) {
      this.#ports.cemented(id);
      this.bodies.requireOperation(id);
    }
  }

  /** No node has two valid reveals of a window: node, window and T give its endpoint, and these three are all that it says. */
  offerReveal(reveal: Reveal): Verdict {
    const isCurrent = reveal.window === this.window;
    if (isCurrent && this.timechainValue === undefined) return holdUntil('timechain', this.window);
    const keeper = isCurrent ? this.reveals : this.revealsBefore;
    const known = keeper.of(reveal.nodeId);
    if (isCopy(known, reveal)) return ACCEPT;
    const lottery = isCurrent ? this.open.lottery(this.timechainValue as Id) : this.open.lotteryBefore;
    if (lottery === undefined) return STALE;
    const reason = judgeReveal(reveal, lottery, this.#ports.config.verify);
    if (reason !== undefined) return rejected(reason);
    if (known === undefined) keeper.keep(reveal);
    return ACCEPT;
  }

  offerVote(vote: Vote): Verdict {
    const { config } = this.#ports;
    if (config.network.rules.finality !== 'votes') return STALE;
    const slot = this.open.roster.slotOf(vote.nodeId);
    const held = slot < 0 ? undefined : this.votes.heldBy(slot, vote.round, vote.phase);
    if (isCopy(held, vote)) return ACCEPT;
    if (slot >= 0 && !this.votes.hasRoom(slot, vote.round, this.rounds.round)) return STALE;
    const reason = judgeVote(vote, this.open, config.verify);
    if (reason !== undefined) return rejected(reason);
    if (held === undefined) return this.takeVote(vote, slot, 'gossip') ? ACCEPT : STALE;
    if (held.id === vote.id) return ACCEPT;
    this.convictions.found(makeEvidence(EVIDENCE_VOTE, held, vote));
    return STALE;
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

  /** Votes that a peer hands over as a quorum, node_id ascending: each is judged, together they must reach Q (09 §11.3, §12.11). */
  offerProof(votes: readonly Vote[]): boolean {
    const { roster } = this.open;
    const { config } = this.#ports;
    const [first] = votes;
    if (first === undefined || first.window !== this.window || config.network.rules.finality !== 'votes') return false;
    const { phase, round, proposalHash } = first;
    const judged: { readonly vote: Vote; readonly slot: number }[] = [];
    let weight = 0n;
    let before: Id = '';
    for (const vote of votes) {
      const isOfQuorum = vote.phase === phase && vote.round === round && vote.proposalHash === proposalHash;
      if (!isOfQuorum || vote.nodeId <= before) return false;
      before = vote.nodeId;
      const slot = roster.slotOf(vote.nodeId);
      const held = slot < 0 ? undefined : this.votes.heldBy(slot, round, phase);
      if (!isCopy(held, vote) && judgeVote(vote, this.open, config.verify) !== undefined) continue;
      judged.push({ vote, slot });
      weight += (roster.members[slot] as Member).weight;
    }
    if (weight < roster.quorum) return false;
    for (const { vote, slot } of judged) {
      const held = this.votes.heldBy(slot, round, phase);
      this.takeVote(vote, slot, 'proof');
      if (held !== undefined && held.id !== vote.id) this.convictions.found(makeEvidence(EVIDENCE_VOTE, held, vote));
    }
    return true;
  }

  offerProposal(proposal: Proposal): Verdict {
    const { header } = proposal;
    if (this.proposals.holds(proposal)) return ACCEPT;
    const isDecided = header.id === this.rounds.decidedValue;
    if (this.timechainValue === undefined) {
      if (!isDecided) return holdUntil('timechain', this.window);
      this.#ports.adopt(header.timechainValue);
    }
    const hasRoom = this.proposals.has(proposal.id) || this.proposals.hasRoom(roundOf(proposal), this.rounds.round);
    if (!hasRoom && !this.bodies.isWanted(header.id)) return STALE;
    const known = this.proposals.get(header.id);
    const { verify } = this.#ports.config;
    const isKnown = isCopy(known?.proposal.header, header);
    const fault = judgeProposal(proposal, this.open, this.timechainValue as Id, isKnown, verify);
    if (fault !== undefined) {
      // Decoded before its window was open: nobody knew the leader then, and it comes again under its right name.
      if (fault === 'LeaderNotCanonical' && proposal.reproposal?.leader === ZERO_ID) return STALE;
      if (isDecided && !FAULTS_OF_A_COPY.includes(fault)) this.#ports.stop(`a certified proposal is refused: ${fault}`);
      return rejected(fault);
    }
    if (known === undefined) this.#seekRival(header);
    if (!hasRoom) this.proposals.addCandidate(freshForm(proposal), this.#ports.now);
    else if (!this.proposals.has(proposal.id)) this.proposals.add(proposal, freshForm(proposal), this.#ports.now);
    return ACCEPT;
  }

  /** Two headers of one proposer for one depth: evidence (09 §11.4.4). */
  #seekRival(header: Header): void {
    for (const { proposal } of this.proposals.all()) {
      const rival = proposal.header;
      if (headerSlot(rival) === headerSlot(header))
        this.convictions.found(makeEvidence(EVIDENCE_HEADER, rival, header));
    }
  }

  /** Keeps an own proposal, or one of this node's from before a restart. */
  keepOwn(proposal: Proposal): void {
    if (!this.proposals.has(proposal.id)) this.proposals.add(proposal, freshForm(proposal), this.#ports.now);
  }

  /** The header this node has signed for a depth: in later rounds of the same depth it stands for them too (09 §11.2.1). */
  ownProposalOf(depth: number): Proposal | undefined {
    const own = this.#ports.config.identity?.nodeId;
    for (const { proposal } of this.proposals.all()) {
      if (proposal.header.proposerNodeId === own && proposal.header.fallbackDepth === depth) return proposal;
    }
    return undefined;
  }

  /** Whether round 1 may start: T_W known, bundles of weight ≥ Q held (09 §8.4). */
  get mayStart(): boolean {
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
