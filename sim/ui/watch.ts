import type { Id } from '#core/bytes/bytes.ts';
import { PREVOTE, type ProtocolObject, type Vote } from '#core/consensus/objects.ts';
import { quorumOf, rosterOf } from '#core/consensus/roster.ts';
import type { Notice } from '#core/host/host.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Scene } from '#sim/properties/types.ts';
import { type Counts, HAPPENINGS, type Happening } from '#sim/world/types.ts';
import { type Event, EventLog, hostsText } from './events.ts';
import { Tally } from './tally.ts';

/** A window that is final somewhere: how it closed first, and what was sent since the one before. */
export interface Closed {
  readonly window: number;
  readonly round: number;
  readonly bundles: number;
  readonly operations: number;
  /** Virtual microseconds since the window before was final. */
  readonly micros: number;
  readonly messages: number;
  readonly bytes: number;
}

/** How far a node got in the open window. */
export const WAITING = 0;
export const BUNDLE = 1;
export const PREVOTED = 2;
export const PRECOMMITTED = 3;

/** What is asked of a run. */
export interface Watched {
  readonly scene: Scene;
  readonly genesis: Settled;
  hostOf(nodeId: Id): number | undefined;
  readonly counts: Counts;
}

/** One weight of the open window: who signed, and how many nodes hold a quorum of it. Shares of the active weight, 0 to 1. */
export interface Weight {
  readonly label: string;
  readonly signed: number;
  /** Signed for no proposal. */
  readonly nil: number;
  readonly holders: number;
}

/** Tallies of one round at most: more values than these are an attack that other lines show. */
const VALUES = 8;

/** The side of a cut with most nodes; the lower number of equal ones. */
export const largestSide = (side: Uint8Array): number => {
  const sizes: number[] = [];
  for (const group of side) sizes[group] = (sizes[group] ?? 0) + 1;
  let best = 0;
  for (let group = 1; group < sizes.length; group++) if ((sizes[group] ?? 0) > (sizes[best] ?? 0)) best = group;
  return best;
};

/** Collects what the screen shows of a run from what its hosts tell. It changes nothing, and it never asks a host. */
export class Watch {
  readonly closed: Closed[] = [];
  readonly log = new EventLog();
  /** By host: the last final window, the window it is in, how far it got there. */
  readonly final: Int32Array;
  readonly entered: Int32Array;
  readonly stage: Uint8Array;
  /** By host: whether the last closed window includes its bundle. */
  readonly included: Uint8Array;
  /** By host: its side of the cut; all 0 without one. */
  side: Uint8Array;
  /** The highest round of the open window in which somebody voted. */
  round = 1;

  readonly #run: Watched;
  readonly #nodes: number;
  /** By host, for the open window. */
  #weights: Float64Array;
  #active = 0;
  #quorum = 0;
  #bundles: Tally;
  /** By phase and value, for `round`. */
  #votes = new Map<string, Tally>();
  #nil: Id;
  readonly #evidence = new Set<Id>();
  /** The line of the cut that is being told of, host by host. */
  #cut: { text: string } | undefined;
  #before = { at: 0, messages: 0, bytes: 0 };

  constructor(run: Watched) {
    const nodes = run.scene.names.length;
    this.#run = run;
    this.#nodes = nodes;
    this.final = new Int32Array(nodes).fill(-1);
    this.entered = new Int32Array(nodes).fill(-1);
    this.stage = new Uint8Array(nodes);
    this.included = new Uint8Array(nodes).fill(1);
    this.side = new Uint8Array(nodes);
    this.#weights = new Float64Array(nodes);
    this.#nil = run.genesis.side.proposalHash;
    this.#weigh(run.genesis);
    this.#bundles = new Tally(this.#weights, this.#quorum);
  }

  /** The lowest window that is final nowhere. */
  get open(): number {
    return this.closed.length;
  }

  notice(host: number, notice: Notice, at: number): void {
    switch (notice.type) {
      case 'accepted':
      case 'published':
        this.#signed(host, notice.object);
        break;
      case 'entered':
        this.entered[host] = notice.window;
        break;
      case 'final': {
        const { window } = notice.record.settled;
        this.final[host] = window;
        if (window === this.closed.length) this.#close(notice.record, notice.round, at);
        break;
      }
      case 'evidence': {
        const { evidence } = notice;
        if (this.#evidence.has(evidence.id)) break;
        this.#evidence.add(evidence.id);
        const who = this.#run.hostOf(evidence.signer);
        const name = who === undefined ? evidence.signer.slice(0, 8) : this.#name(who);
        this.#tell(at, `${name} signed twice: evidence`, 'odd');
        break;
      }
      case 'penalty':
        this.log.count(this.open, at, `penalty: ${notice.reason}`);
        break;
      case 'stop':
        this.#tell(at, `${this.#name(host)} stops: ${notice.reason}`, 'bad');
        break;
    }
  }

  /** What is done to the world; the world tells it to whoever watches. */
  happened(at: number, what: Happening, who: number, content: number): void {
    if (what > HAPPENINGS.cut) return;
    if (what === HAPPENINGS.start) {
      if (content > 0) this.log.gather(this.open, at, 'restart', this.#name(who));
    } else if (what === HAPPENINGS.crash) {
      this.log.gather(this.open, at, 'crash', this.#name(who));
      this.stage[who] = WAITING;
    } else if (content === 0) {
      this.side = new Uint8Array(this.#nodes);
      this.#cut = this.log.tell(this.open, at, who === 0 ? 'the cut heals' : 'cut', who === 0 ? 'good' : 'warn');
    } else {
      this.side[who] = content;
      const largest = largestSide(this.side);
      const names = this.#run.scene.names.filter((_, host) => this.side[host] !== largest);
      if (this.#cut !== undefined) this.#cut.text = `cut off: ${hostsText(names)}`;
    }
  }

  /** Bundles and the two phases of votes, as shares of the active weight. */
  weights(): readonly Weight[] {
    const weight = (label: string, tally: Tally | undefined, nil: Tally | undefined): Weight => ({
      label,
      signed: this.#share(tally?.signed ?? 0),
      nil: this.#share(nil?.signed ?? 0),
      holders: tally?.holders ?? 0,
    });
    const phases = [1, 2].map((phase) => {
      let best: Tally | undefined;
      for (const [key, tally] of this.#votes) {
        if (key.startsWith(`${phase}/`) && key !== `${phase}/${this.#nil}` && !(tally.signed <= (best?.signed ?? -1)))
          best = tally;
      }
      const label = phase === PREVOTE ? 'prevotes' : 'precommits';
      return weight(label, best, this.#votes.get(`${phase}/${this.#nil}`));
    });
    return [weight('bundles', this.#bundles, undefined), ...phases];
  }

  /** Sent since the last window closed: of an open window. */
  traffic(now: number): { readonly micros: number; readonly messages: number; readonly bytes: number } {
    const { at, messages, bytes } = this.#sums(now);
    return {
      micros: at - this.#before.at,
      messages: messages - this.#before.messages,
      bytes: bytes - this.#before.bytes,
    };
  }

  get events(): readonly Event[] {
    return this.log.events;
  }

  #share(weight: number): number {
    return this.#active === 0 ? 0 : weight / this.#active;
  }

  #signed(host: number, object: ProtocolObject): void {
    if (object.kind !== 'bundle' && object.kind !== 'vote') return;
    if (object.window !== this.open) return;
    const signer = this.#run.hostOf(object.nodeId);
    if (signer === undefined) return;
    if (object.kind === 'bundle') {
      this.#bundles.saw(host, signer);
      this.#reached(signer, BUNDLE);
    } else {
      this.#voted(host, signer, object);
    }
  }

  #voted(host: number, signer: number, vote: Vote): void {
    if (vote.round < this.round) return;
    if (vote.round > this.round) {
      this.round = vote.round;
      this.#votes.clear();
      for (let i = 0; i < this.#nodes; i++) if ((this.stage[i] as number) > BUNDLE) this.stage[i] = BUNDLE;
    }
    const key = `${vote.phase}/${vote.proposalHash}`;
    let tally = this.#votes.get(key);
    if (tally === undefined) {
      if (this.#votes.size === VALUES) return;
      tally = new Tally(this.#weights, this.#quorum);
      this.#votes.set(key, tally);
    }
    tally.saw(host, signer);
    this.#reached(signer, vote.phase === PREVOTE ? PREVOTED : PRECOMMITTED);
  }

  #reached(host: number, stage: number): void {
    if ((this.stage[host] as number) < stage) this.stage[host] = stage;
  }

  /** A window is final for the first time anywhere. */
  #close({ settled, entry }: FinalRecord, round: number, at: number): void {
    const { window } = settled;
    const sums = this.#sums(at);
    const before = this.#before;
    this.closed.push({
      ...{ window, round, bundles: entry.bundles.length, operations: entry.operations.length },
      ...{ micros: at - before.at, messages: sums.messages - before.messages, bytes: sums.bytes - before.bytes },
    });
    this.#before = sums;
    if (round > 1) this.log.tell(window, at, `closes in round ${round}`, 'warn');
    this.included.fill(0);
    for (const { nodeId } of entry.bundles) {
      const host = this.#run.hostOf(nodeId);
      if (host !== undefined) this.included[host] = 1;
    }
    this.stage.fill(WAITING);
    this.round = 1;
    this.#nil = settled.side.proposalHash;
    this.#weigh(settled);
    this.#bundles = new Tally(this.#weights, this.#quorum);
    this.#votes.clear();
  }

  /** The weights that count in the window after `settled`. */
  #weigh(settled: Settled): void {
    const tau2 = BigInt(settled.network.params.tau2Windows);
    const roster = rosterOf(settled.state.nodes(), settled.window + 1, tau2);
    this.#weights = new Float64Array(this.#nodes);
    for (const { nodeId, weight } of roster.members) {
      const host = this.#run.hostOf(nodeId);
      if (host !== undefined) this.#weights[host] = Number(weight);
    }
    this.#active = Number(roster.activeWeight);
    this.#quorum = Number(quorumOf(roster.activeWeight));
  }

  #sums(at: number): { readonly at: number; readonly messages: number; readonly bytes: number } {
    const { deliveries, bytes } = this.#run.counts;
    return { at, messages: deliveries, bytes: bytes.reduce((sum, kind) => sum + kind, 0) };
  }

  #name(host: number): string {
    return this.#run.scene.names[host] as string;
  }

  #tell(at: number, text: string, tone: Event['tone']): void {
    this.log.tell(this.open, at, text, tone);
  }
}
