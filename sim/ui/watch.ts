import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Scene } from '#sim/properties/types.ts';
import { type Counts, HAPPENINGS, type Happening } from '#sim/world/types.ts';
import { type Event, EventLog, hostsText } from './events.ts';
import { Histories } from './histories.ts';
import { OpenWindow, WAITING, type Weight } from './open-window.ts';

/** A window that is final at an honest node: how it closed first, and what was sent since the one before. */
export interface Closed {
  readonly window: number;
  readonly round: number;
  readonly bundles: number;
  readonly operations: number;
  /** Virtual microseconds since the window before was final. */
  readonly micros: number;
  readonly messages: number;
  readonly bytes: number;
  /** Different proposals of it that are final at honest nodes: more than one is a fork. */
  readonly proposals: number;
}

/** What is asked of a run. */
export interface Watched {
  readonly scene: Scene;
  readonly genesis: Settled;
  hostOf(nodeId: Id): number | undefined;
  readonly counts: Counts;
}

/** The group with most hosts; the lower number of equal ones. */
export const largestGroup = (groups: ArrayLike<number>): number => {
  const sizes: number[] = [];
  for (let host = 0; host < groups.length; host++) {
    const group = groups[host] as number;
    sizes[group] = (sizes[group] ?? 0) + 1;
  }
  let best = 0;
  for (let group = 1; group < sizes.length; group++) if ((sizes[group] ?? 0) > (sizes[best] ?? 0)) best = group;
  return best;
};

/** Collects what the screen shows of a run from what its hosts tell. It changes nothing, and it never asks a host. */
export class Watch {
  readonly closed: { -readonly [Field in keyof Closed]: Closed[Field] }[] = [];
  readonly histories: Histories;
  /** By host: the last final window. */
  readonly final: Int32Array;
  /** By host: whether the last closed window includes its bundle. */
  readonly included: Uint8Array;
  /** By host: its side of the cut; all 0 without one. */
  side: Uint8Array;

  readonly #run: Watched;
  readonly #nodes: number;
  readonly #log = new EventLog();
  #window: OpenWindow;
  readonly #evidence = new Set<Id>();
  /** The line of the cut that is being told of, host by host. */
  #cut: { text: string } | undefined;
  #before = { at: 0, messages: 0, bytes: 0 };

  constructor(run: Watched) {
    const nodes = run.scene.names.length;
    this.#run = run;
    this.#nodes = nodes;
    this.histories = new Histories(nodes);
    this.final = new Int32Array(nodes).fill(-1);
    this.included = new Uint8Array(nodes).fill(1);
    this.side = new Uint8Array(nodes);
    this.#window = new OpenWindow(run.genesis, run);
  }

  /** The lowest window that is final at no honest node. */
  get open(): number {
    return this.closed.length;
  }

  /** The highest round of the open window in which an honest node voted. */
  get round(): number {
    return this.#window.round;
  }

  /** By host: how far it got in the open window. */
  get stage(): Uint8Array {
    return this.#window.stage;
  }

  /** Bundles and the two phases of votes, as shares of the active weight. */
  weights(): readonly Weight[] {
    return this.#window.weights();
  }

  notice(host: number, notice: Notice, at: number): void {
    switch (notice.type) {
      case 'accepted':
      case 'published':
        this.#window.saw(host, notice.object);
        break;
      case 'final':
        this.#final(host, notice.record, notice.round, at);
        break;
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
        this.#log.penalty(this.open, at, notice.reason);
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
      if (content > 0) this.#log.gather(this.open, at, 'restart', this.#name(who));
    } else if (what === HAPPENINGS.crash) {
      this.#log.gather(this.open, at, 'crash', this.#name(who));
      this.stage[who] = WAITING;
    } else if (content === 0) {
      this.side = new Uint8Array(this.#nodes);
      this.#cut = this.#log.tell(this.open, at, who === 0 ? 'the cut heals' : 'cut', who === 0 ? 'good' : 'warn');
    } else {
      this.side[who] = content;
      const largest = largestGroup(this.side);
      const names = this.#run.scene.names.filter((_, host) => this.side[host] !== largest);
      if (this.#cut !== undefined) this.#cut.text = `cut off: ${hostsText(names)}`;
    }
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
    return this.#log.events;
  }

  #final(host: number, record: FinalRecord, round: number, at: number): void {
    const { window, side } = record.settled;
    this.final[host] = window;
    if (!this.#run.scene.isHonest(host)) return;
    if (window === this.closed.length) this.#close(record, round, at);
    const proposal = side.proposalHash;
    const what = this.histories.final(host, record.proposal.header.prevProposalHash, proposal);
    const closed = this.closed[window];
    if (what !== 'known' && closed !== undefined) closed.proposals++;
    if (what === 'fork') {
      const text = `FORK in window ${window}: ${this.#name(host)} has ${proposal.slice(0, 8)} final`;
      this.#tell(at, text, 'bad');
    }
  }

  /** A window is final at an honest node for the first time. */
  #close({ settled, entry }: FinalRecord, round: number, at: number): void {
    const { window } = settled;
    const sums = this.#sums(at);
    const before = this.#before;
    this.closed.push({
      ...{ window, round, bundles: entry.bundles.length, operations: entry.operations.length },
      ...{ micros: at - before.at, messages: sums.messages - before.messages, bytes: sums.bytes - before.bytes },
      proposals: 0,
    });
    this.#before = sums;
    if (round > 1) this.#log.tell(window, at, `closes in round ${round}`, 'warn');
    this.included.fill(0);
    for (const { nodeId } of entry.bundles) {
      const host = this.#run.hostOf(nodeId);
      if (host !== undefined) this.included[host] = 1;
    }
    this.#window = new OpenWindow(settled, this.#run);
  }

  #sums(at: number): { readonly at: number; readonly messages: number; readonly bytes: number } {
    const { deliveries, bytes } = this.#run.counts;
    return { at, messages: deliveries, bytes: bytes.reduce((sum, kind) => sum + kind, 0) };
  }

  #name(host: number): string {
    return this.#run.scene.names[host] as string;
  }

  #tell(at: number, text: string, tone: Event['tone']): void {
    this.#log.tell(this.open, at, text, tone);
  }
}
