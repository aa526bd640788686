import type { Have, ObjectName, Status } from '../wire/messages.ts';
import type { Random } from './random.ts';
import type { RoundSet } from './sets.ts';
import { Silence } from './silence.ts';
import {
  Allowance,
  ANSWER_AGAIN,
  ASK_PATIENCE,
  FIRST_ROUND_TRIP,
  LONGEST_ROUND_TRIP,
  MILLISECOND,
  NEVER,
  STATUS_GAP,
  TELL_GAP,
} from './timing.ts';
import type { Micros, Peer } from './types.ts';

/** Own outgoing links that first receptions are pushed to (09 §10.1). */
export const EAGER_LINKS = 4;
/** Links that an own object or a proposal is pushed to, and that are told at a time (09 §10.1, §10.2). */
export const WIDE_LINKS = 8;
/** A link that brought no first reception for this many windows leaves the eager set (09 §10.5). */
const BARREN_WINDOWS = 4;
/** Ten Have or Want per second (09 §10.7); a stalled link may deliver two seconds' worth at once. */
const SETS_INTERVAL = 100 * MILLISECOND;

/** A Want on its way: what was asked of a link, and when it counts as not answered. */
export interface Ask {
  readonly window: number;
  readonly sets: readonly { readonly set: RoundSet; readonly bitmap: Uint8Array }[];
  readonly sentAt: Micros;
  readonly deadline: Micros;
  answered: boolean;
}

/** A 0x45 on its way. */
export interface PendingRequest {
  readonly requestId: number;
  readonly names: readonly ObjectName[];
  readonly sentAt: Micros;
  readonly deadline: Micros;
  isOverdue: boolean;
}

/** One open link and what is kept of it. Everything here goes with the link. */
export class Link {
  readonly peer: Peer;
  /** Column of this link in every bitmap by link; given again after the link closed. */
  readonly index: number;
  readonly outgoing: boolean;
  isUp = true;
  isEager = false;
  /** Demoted: not drawn as eager until it brings a first reception. */
  isBarren = false;
  /** Windows that ended since its last first reception, or since it became eager. */
  barrenWindows = 0;

  /** Its last Status. */
  heard: Status | undefined;
  statusSentAt: Micros = -STATUS_GAP;
  statusDue: Micros = NEVER;
  /** What it was last answered about the window before. */
  answeredBefore: Have | undefined;
  /** When its Status was last answered with everything of the open window. */
  answeredAt: Micros = -ANSWER_AGAIN;

  /** When it was last told anything by Have or Announce. */
  toldAt: Micros = -TELL_GAP;
  /** Position in the name table up to which it was told. */
  toldNames: number;

  readonly asks: Ask[] = [];
  /** Wants whose time is over without an answer, the latest few: one that comes late is an answer all the same. */
  overdue: Ask[] = [];
  readonly requests: PendingRequest[] = [];
  /** 0x47 on their way. */
  readonly proofRequests: number[] = [];
  readonly silence = new Silence();
  #roundTrip: Micros = 0;

  /** Windows for which it announced a valid or final value and twice did not deliver (09 §11.3.4). */
  ignoredWindow = -1;
  proofFailures = 0;

  /** Operations it sent over a stem that are on theirs still. */
  stemmed = 0;
  heldObjects = 0;
  heldOperations = 0;

  /** Have and Want: received and sent (09 §10.7). */
  readonly setsIn = new Allowance(SETS_INTERVAL, 20);
  readonly setsOut = new Allowance(SETS_INTERVAL, 10);
  readonly statusIn = new Allowance(STATUS_GAP, 8);
  readonly announceIn = new Allowance(SETS_INTERVAL, 20);
  /** This period: objects answered by kind, bytes taken in, bytes answered. */
  readonly answered: [number, number, number, number] = [0, 0, 0, 0];
  bytesIn = 0;
  bytesOut = 0;
  /** Operations it pushed or sent over a stem, and registrations of its that proved invalid. */
  operationsIn = 0;
  refusedRegistrations = 0;
  periodSince: Micros;

  constructor(peer: Peer, index: number, outgoing: boolean, toldNames: number, now: Micros) {
    this.peer = peer;
    this.index = index;
    this.outgoing = outgoing;
    this.toldNames = toldNames;
    this.periodSince = now;
  }

  get roundTrip(): Micros {
    return this.#roundTrip === 0 ? FIRST_ROUND_TRIP : this.#roundTrip;
  }

  /** Takes a measured round trip into the moving average. */
  measured(sample: Micros): void {
    const bounded = Math.min(LONGEST_ROUND_TRIP, Math.max(1, sample));
    this.#roundTrip = this.#roundTrip === 0 ? bounded : (this.#roundTrip * 7 + bounded) >> 3;
  }

  /** How long an answer may take before the next link is asked (09 §10.3). */
  get patience(): Micros {
    return ASK_PATIENCE + this.roundTrip;
  }

  startPeriod(now: Micros): void {
    this.answered.fill(0);
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.operationsIn = 0;
    this.refusedRegistrations = 0;
    this.periodSince = now;
  }
}

/** The open links, by peer and by index, and which of them are eager. */
export class Links {
  readonly #random: Random;
  readonly #byPeer: (Link | undefined)[] = [];
  readonly #byIndex: (Link | undefined)[] = [];
  /** Open links, ascending by index. */
  #open: readonly Link[] = [];
  /** Eager links, ascending by index. */
  eager: readonly Link[] = [];
  #turn = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get(peer: Peer): Link | undefined {
    return this.#byPeer[peer];
  }

  at(index: number): Link | undefined {
    return this.#byIndex[index];
  }

  all(): readonly Link[] {
    return this.#open;
  }

  /** One above the greatest index in use or used before. */
  get end(): number {
    return this.#byIndex.length;
  }

  add(peer: Peer, outgoing: boolean, toldNames: number, now: Micros): Link {
    let index = 0;
    while (this.#byIndex[index] !== undefined) index++;
    const link = new Link(peer, index, outgoing, toldNames, now);
    this.#byPeer[peer] = link;
    this.#byIndex[index] = link;
    this.#changed();
    return link;
  }

  remove(link: Link): void {
    link.isUp = false;
    this.#byPeer[link.peer] = undefined;
    this.#byIndex[link.index] = undefined;
    this.#changed();
  }

  /** Open links, the one whose turn it is first; the turn passes to the one after the last that `took` it. */
  *inTurn(): IterableIterator<Link> {
    const links = this.#open;
    const first = this.#turn;
    for (let i = 0; i < links.length; i++) {
      const link = links[(first + i) % links.length] as Link;
      yield link;
    }
  }

  /** The next turn begins after this link. */
  tookTurn(link: Link): void {
    const position = this.#open.indexOf(link);
    this.#turn = position + 1 === this.#open.length ? 0 : position + 1;
  }

  /** The links an own object or a proposal goes to: the eager ones, and others from a random one on. */
  *wide(): IterableIterator<Link> {
    yield* this.eager;
    const links = this.#open;
    if (links.length === this.eager.length) return;
    const first = this.#random.below(links.length);
    for (let i = 0; i < links.length; i++) {
      const link = links[(first + i) % links.length] as Link;
      if (!link.isEager) yield link;
    }
  }

  /** A window ended: eager links that brought nothing new for four leave the set (09 §10.5). */
  windowPassed(): void {
    let isDemoted = false;
    for (const link of this.eager) {
      link.barrenWindows++;
      if (link.barrenWindows < BARREN_WINDOWS) continue;
      link.isBarren = true;
      isDemoted = true;
    }
    if (isDemoted) this.#draw();
  }

  #changed(): void {
    const open: Link[] = [];
    for (const link of this.#byIndex) if (link !== undefined) open.push(link);
    this.#open = open;
    if (this.#turn >= open.length) this.#turn = 0;
    this.#draw();
  }

  /** Four of the own outgoing links, uniformly, never by latency (09 §10.1); barren ones only when there are too few others. */
  #draw(): void {
    const outgoing = this.#open.filter((link) => link.outgoing);
    const drawn: Link[] = [];
    for (const isBarren of [false, true]) {
      const candidates = outgoing.filter((link) => link.isBarren === isBarren);
      while (drawn.length < EAGER_LINKS && candidates.length > 0) {
        drawn.push(candidates.splice(this.#random.below(candidates.length), 1)[0] as Link);
      }
    }
    for (const link of this.#open) {
      const isDrawn = drawn.includes(link);
      if (isDrawn && !link.isEager) link.barrenWindows = 0;
      link.isEager = isDrawn;
    }
    this.eager = drawn.sort((a, b) => a.index - b.index);
  }
}
