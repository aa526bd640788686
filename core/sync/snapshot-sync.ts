import type { Verify } from '../crypto/suite.ts';
import type { ChainJob, ChainResult } from '../participant/types.ts';
import { Assembly } from '../snapshot/assembly.ts';
import { SideFromArchive } from '../snapshot/side-from-archive.ts';
import type { SnapshotStaging } from '../snapshot/staging.ts';
import type { State } from '../state/view.ts';
import type { Settled } from '../transition/settled.ts';
import type { Message } from '../wire/messages.ts';
import { AnchorSearch, isUpheld, type TrustedAnchor } from './anchor-search.ts';
import { ChunkDownload, TURN } from './chunk-download.ts';
import { Measuring } from './measuring.ts';
import { REFUSED } from './patience.ts';
import { BELOW_QUORUM, type Checkpoint, type Outcome, type PhasePorts } from './phase.ts';
import { type CatchUp, Telling } from './progress.ts';
import { SideDownload } from './side-download.ts';
import { anchorOf, type Stage } from './stage.ts';
import { Turns } from './turns.ts';
import { VotesOfPeers } from './votes-of-peers.ts';

/** Further behind than this, a node begins with a snapshot (04 §15, 06 §7). Windows. */
export const SNAPSHOT_GAP = 64;

const ADVICE =
  'no certificate that peers show has a quorum among the nodes known here: configure a checkpoint of the last hours';

export interface SnapshotPorts extends PhasePorts {
  readonly verify: Verify;
  readonly checkpoint: Checkpoint | undefined;
  trusted(): Settled;
  stopped(): boolean;
  /** Peers, and the lowest window that is not final at each, as it says. */
  heads(): readonly { readonly peer: number; readonly window: number }[];
  timer(at: number | undefined): void;
  staging(): SnapshotStaging;
  work(job: ChainJob): void;
  /** A verified state: it takes the place of the one before. */
  adopt(settled: Settled): void;
  progress(progress: CatchUp): void;
  advice(text: string): void;
}

/**
 * Fast sync (04 §15, 06 §7, 09 §9) of a node that is more than 64 windows behind: an anchor it may believe, the chunks of its
 * snapshot, the entries behind it, the D of its epochs, one after another, each from one peer at a time. Nothing is adopted before all
 * of it is verified: records by the roots of the header, the header by a certificate that both the trusted roster and the one of the
 * snapshot itself uphold (or by a checkpoint), entries by their parent hashes, D by hashing. What goes on from there is ordinary
 * catch-up. A process that begins again keeps the chunks, and fetches the rest anew.
 */
export class SnapshotSync {
  readonly #ports: SnapshotPorts;
  readonly #turns = new Turns();
  /** Anchors nobody served, and how long they are passed over: their files may be about to be written. */
  #unserved: readonly { readonly window: number; readonly until: number }[] = [];
  #stage: Stage | undefined;
  #measuring: Measuring | undefined;
  #peer: number | undefined;
  #disappointed = false;
  /** First turns of a download, and whose chunks were given up after one of them. */
  #turn = TURN;
  #refuted: readonly number[] = [];
  readonly #votes = new VotesOfPeers();
  /** Some peer showed a certificate that has no quorum among the nodes known here; the operator is told once. */
  #isUntrusted = false;
  #hasAdvised = false;

  constructor(ports: SnapshotPorts) {
    this.#ports = ports;
  }

  /** What a quorum of the trusted nodes signed is being downloaded. */
  get isUnderWay(): boolean {
    return this.#measuring !== undefined || (this.#stage !== undefined && this.#stage.name !== 'anchor');
  }

  /** Ordinary catch-up waits for a download, and for the first search of an anchor: peers that lie about their heads cost one once. */
  get isHopeful(): boolean {
    return this.isUnderWay || (this.#stage !== undefined && !this.#disappointed);
  }

  /** Something may have changed: begins, or goes on with another peer. */
  go(now: number): void {
    if (this.#peer !== undefined || this.#measuring !== undefined || this.#ports.stopped()) return;
    for (let rounds = 0; rounds < MOST_STEPS; rounds++) {
      const stage = this.#stage;
      const peer = this.#turns.next(this.#useful(stage), now);
      if (stage?.name === 'chunks' && stage.phase.isStuck(peer)) {
        this.#startOver(stage, now);
        continue;
      }
      if (peer === undefined) {
        this.#wait(stage, now);
        return;
      }
      const phase = stage?.phase ?? this.#search(peer, now);
      this.#peer = peer;
      this.#goOn(phase.ask(peer, now), now);
      if (this.#peer !== undefined || this.#measuring !== undefined) return;
    }
  }

  /** True if the message answers a request of fast sync, or could answer no other. */
  message(peer: number, message: Message, now: number): boolean {
    const { type } = message;
    const isOwn = type === 'snapshot-chunk' || type === 'snapshot-error';
    if (!isOwn && type !== 'archive-response' && type !== 'proof-response') return false;
    const phase = this.#stage?.phase;
    if (phase === undefined || this.#peer !== peer || phase.requestId !== message.requestId) return isOwn;
    this.#goOn(phase.take(message, now), now);
    this.#tell();
    this.go(now);
    return true;
  }

  timer(now: number): void {
    const phase = this.#stage?.phase;
    const peer = this.#peer;
    if (phase !== undefined && peer !== undefined) {
      if (now >= phase.deadline) {
        const isAlone = !this.#turns.hasOther(peer, this.#useful(this.#stage), now);
        this.#goOn(phase.expired(now, isAlone), now);
      } else this.#ports.timer(phase.deadline);
    }
    this.go(now);
  }

  peerDown(peer: number, now: number): void {
    this.#turns.forget(peer);
    if (this.#peer !== peer) return;
    this.#peer = undefined;
    if (this.#stage?.name === 'anchor') {
      this.#disappointed = true;
      this.#stage = undefined;
    }
    this.go(now);
  }

  /** A stretch is measured. */
  measured(result: ChainResult, now: number): void {
    const measuring = this.#measuring;
    if (measuring?.done(result) !== 'done') return;
    this.#finish(measuring, now);
    this.go(now);
  }

  /** Peers that can be of use at this stage. */
  #useful(stage: Stage | undefined): readonly number[] {
    const least = stage === undefined || stage.name === 'anchor' ? this.#open() + SNAPSHOT_GAP : anchorOf(stage) + 1;
    const heads = this.#ports.heads().filter(({ window }) => window > least);
    return heads.map(({ peer }) => peer);
  }

  #open(): number {
    return this.#ports.trusted().window + 1;
  }

  /** The checkpoint, while history is not known to lead through it. */
  get #checkpointAhead(): Checkpoint | undefined {
    const { checkpoint } = this.#ports;
    return checkpoint !== undefined && checkpoint.window > this.#ports.trusted().window ? checkpoint : undefined;
  }

  #search(peer: number, now: number): AnchorSearch {
    const { verify } = this.#ports;
    const trusted = this.#ports.trusted();
    const head = this.#ports.heads().find((known) => known.peer === peer)?.window ?? 0;
    const context = {
      trusted,
      checkpoint: this.#checkpointAhead,
      verify,
      votes: this.#votes,
      staged: this.#ports.staging().staged()?.anchor,
      isUnserved: (window: number) => this.#unserved.some((known) => known.window === window && known.until > now),
    };
    const phase = new AnchorSearch(context, head, this.#ports);
    this.#stage = { name: 'anchor', phase };
    return phase;
  }

  #goOn(outcome: Outcome, now: number): void {
    const stage = this.#stage as Stage;
    const peer = this.#peer as number;
    if (outcome === 'more') {
      this.#ports.timer(stage.phase.deadline);
      return;
    }
    this.#peer = undefined;
    this.#ports.timer(undefined);
    if (outcome === 'done') this.#done(stage, now);
    else if (outcome === 'void') this.#giveUpAnchor(anchorOf(stage), now);
    else if (stage.name === 'anchor') this.#setAside(stage.phase, peer, now);
    else if (outcome === 'slow') this.#turns.setAside(peer, now + REFUSED);
    else if (outcome === 'contrary') this.#turns.rest(peer, now + REFUSED);
    else if (outcome === 'over') this.#turns.pass(peer);
    else this.#turns.exclude(peer);
  }

  /** The next peer is asked from the beginning. */
  #setAside({ isUntrusted }: AnchorSearch, peer: number, now: number): void {
    this.#turns.setAside(peer, now + REFUSED);
    this.#disappointed = true;
    this.#stage = undefined;
    if (isUntrusted) this.#isUntrusted = true;
  }

  #done(stage: Stage, now: number): void {
    if (stage.name === 'anchor') this.#beginChunks(stage.phase.found as TrustedAnchor);
    else if (stage.name === 'chunks') this.#beginSide(stage.anchor, stage.phase.state as State, now);
    else this.#measure(stage, now);
  }

  #beginChunks(anchor: TrustedAnchor): void {
    const { header } = anchor;
    const staging = this.#ports.staging();
    const staged = staging.staged();
    const isBegun = staged?.anchor.window === header.window && staged.anchor.proposalHash === header.id;
    if (!isBegun) staging.begin({ window: header.window, proposalHash: header.id });
    this.#turn = TURN;
    this.#refuted = [];
    this.#download(anchor, staging);
  }

  #download(anchor: TrustedAnchor, staging: SnapshotStaging): void {
    const assembly = new Assembly(staging);
    const phase = new ChunkDownload(assembly, anchor.header, this.#ports, this.#turn);
    const telling = new Telling('chunks', phase.done, phase.total, this.#ports.progress);
    this.#stage = { name: 'chunks', phase, anchor, assembly, telling };
  }

  /**
   * The certificate again, by the roster of the snapshot itself: then its header is the one of that window. If it is too little, whoever
   * served it left votes out, or made some up: the chunks are kept, and another peer is asked for it.
   */
  #beginSide(anchor: TrustedAnchor, state: State, now: number): void {
    const { header, peer } = anchor;
    const trusted = this.#ports.trusted();
    const { network } = trusted;
    this.#turns.again();
    if (!isUpheld(anchor, state, network.params.tau2Windows, this.#ports.verify)) {
      this.#ports.penalty(peer, BELOW_QUORUM);
      this.#turns.setAside(peer, now + REFUSED);
      this.#disappointed = true;
      this.#reset();
      return;
    }
    const ahead = this.#checkpointAhead;
    const checkpoint = ahead !== undefined && ahead.window <= header.window ? ahead : undefined;
    const pins: Checkpoint[] = [{ window: trusted.window, proposalHash: trusted.side.proposalHash }];
    if (checkpoint !== undefined) pins.push(checkpoint);
    const side = new SideFromArchive(network, state, header);
    const phase = new SideDownload(side, header, pins, checkpoint?.window ?? side.end, this.#ports);
    const telling = new Telling('side', 0, phase.total, this.#ports.progress);
    this.#stage = { name: 'side', phase, side, anchor: header, telling };
  }

  #measure({ side, anchor }: Extract<Stage, { readonly name: 'side' }>, now: number): void {
    this.#reset();
    const measuring = new Measuring(side, anchor.window, Number(this.#ports.trusted().network.params.d0), this.#ports);
    this.#measuring = measuring;
    if (measuring.begin() === 'done') this.#finish(measuring, now);
  }

  #finish({ settled, anchor }: Measuring, now: number): void {
    this.#measuring = undefined;
    if (settled === undefined || settled.window <= this.#ports.trusted().window || this.#ports.stopped()) {
      this.#giveUpAnchor(anchor, now);
      return;
    }
    this.#reset();
    this.#unserved = [];
    this.#votes.clear();
    this.#disappointed = false;
    this.#isUntrusted = false;
    this.#ports.adopt(settled);
  }

  /** Nobody is left to ask for now: a moment, or another anchor. */
  #wait(stage: Stage | undefined, now: number): void {
    if (this.#isUntrusted && !this.#hasAdvised && stage === undefined) {
      this.#hasAdvised = true;
      this.#ports.advice(ADVICE);
    }
    const useful = this.#useful(stage);
    const until = this.#turns.soonest(useful, now);
    if (until !== undefined) {
      this.#ports.timer(until);
      return;
    }
    // Whoever served it is gone, and may come back: a Status tells.
    if (stage === undefined || (stage.name !== 'anchor' && useful.length === 0)) return;
    this.#giveUpAnchor(anchorOf(stage), now);
    this.#ports.timer(now + REFUSED);
  }

  /**
   * Without whoever gave the first chunk, and those that contradicted it first. Turns are twice as long once somebody's chunks go for
   * the second time, so that the true ones come through however slowly they come.
   */
  #startOver({ anchor, assembly, phase }: Extract<Stage, { readonly name: 'chunks' }>, now: number): void {
    const first = assembly.firstHeld();
    const giver = first === undefined ? undefined : assembly.giverOf(first);
    const staging = this.#ports.staging();
    staging.begin({ window: anchor.header.window, proposalHash: anchor.header.id });
    this.#turns.again();
    for (const peer of phase.over) this.#turns.pass(peer);
    if (giver !== undefined) {
      this.#turns.exclude(giver);
      if (phase.over.includes(giver)) this.#refute(giver);
    }
    this.#turns.holdBack(phase.contrary, now, now + REFUSED);
    this.#download(anchor, staging);
  }

  #refute(giver: number): void {
    if (this.#refuted.includes(giver)) {
      this.#turn *= 2;
      this.#refuted = [];
    }
    this.#refuted = [...this.#refuted, giver];
  }

  #giveUpAnchor(window: number, now: number): void {
    this.#disappointed = true;
    this.#unserved = [...this.#unserved.slice(-MOST_UNSERVED + 1), { window, until: now + UNSERVED }];
    this.#reset();
  }

  #reset(): void {
    this.#stage = undefined;
    this.#peer = undefined;
    this.#turns.again();
    this.#ports.timer(undefined);
  }

  #tell(): void {
    const stage = this.#stage;
    if (stage === undefined || stage.name === 'anchor') return;
    stage.telling.at(stage.phase.done, stage.phase.total, this.#peer);
  }
}

/** An anchor nobody served is not looked at for so long. Microseconds. */
export const UNSERVED = 600_000_000;

/** Anchors remembered that nobody served, and turns taken at once: more than there are stages. */
const MOST_UNSERVED = 4;
const MOST_STEPS = 8;
