import type { Id } from '../bytes/bytes.ts';
import { Random } from '../gossip/random.ts';
import { MOST_PEERS } from '../wire/payloads.ts';
import { type Address, addressKey, groupOf } from './address.ts';
import { Backoff } from './backoff.ts';
import { mayConnect, type Relaxed, type SystemOf } from './diversity.ts';
import { evictedFor } from './inbound.ts';
import { contactOf, Neighbouring, type OpenLink } from './links.ts';
import { type Contact, PeerTable } from './table.ts';

/** Bye reasons of 06 §6. */
const BYE_REFRESH = 2;
const BYE_RESOURCES = 3;
const BYE_VIOLATION = 4;

/** Peers asked for, on connect and every τ₂ (06 §9). */
const ASKED = 64;
/** The longest-lived outgoing connections, dialled first after a restart. */
const ANCHORS = 2;
/** Groups whose sample of peers is remembered. */
const MOST_SAMPLES = 1_024;
/** τ₁ that a ban lasts (06 §11 B4). */
const BAN = 24;
/** Identities whose ban is remembered; beyond, the ban that is over soonest is forgotten. */
export const MOST_BANS = 8_192;

export interface PeersConfig {
  readonly own: Id;
  /** 32 random bytes that place addresses in buckets, kept over restarts. */
  readonly secret: Uint8Array;
  /** Random bytes of this process. */
  readonly seed: Uint8Array;
  /** Contacts of the operator: dialled first, always again, no diversity asked of them. */
  readonly configured: readonly Address[];
  readonly maxOutbound: number;
  readonly maxInbound: number;
  /** Microseconds. */
  readonly tau1: number;
  /** Windows. */
  readonly tau2: number;
  /** In a test network all nodes may share one address: only identities must differ. */
  readonly isTestNetwork: boolean;
  readonly systemOf?: SystemOf;
}

/** What the machine asks of the shell. */
export interface PeersPorts {
  dial(address: Address): void;
  close(link: number, bye: number): void;
  /** A PeerListRequest. */
  ask(link: number, most: number): void;
  /** A connection that only finds out whether somebody is there: dialled, then closed. */
  feel(address: Address): void;
  /** Diversity had to be relaxed, for a log. */
  relaxed(to: Relaxed): void;
}

/** Time and place of an input. */
export interface Moment {
  /** Network time, microseconds. */
  readonly now: number;
  /** The lowest window that is not final. */
  readonly window: number;
}

/**
 * Whom a node connects to (06 §9, §11): the table of who is out there, outgoing places by the rules of diversity, incoming ones by what
 * they are worth, exchange of peers, penalties and bans. A pure machine: inputs carry the time, draws come from the seed.
 */
export class Peers {
  readonly table: PeerTable;
  readonly #config: PeersConfig;
  readonly #ports: PeersPorts;
  readonly #random: Random;
  readonly #backoff: Backoff;
  readonly #links = new Map<number, Neighbouring>();
  /** Being dialled, by the key of the address; true: a feeler. */
  readonly #dialling = new Map<string, boolean>();
  readonly #samples = new Map<string, { readonly until: number; readonly contacts: readonly Contact[] }>();
  /** Until when a node may not come back. */
  readonly #bans = new Map<Id, number>();
  #anchors: readonly Contact[] = [];
  #relaxed: Relaxed = 'all';
  /** Whether places are free because nobody fits, and since when that is so, or is not. */
  #isStarved = false;
  #starvedSince = 0;
  #feltAt = 0;
  #rotatedIn = 0;

  constructor(config: PeersConfig, ports: PeersPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#random = new Random(config.seed);
    this.#backoff = new Backoff(config.tau1);
    this.table = new PeerTable(config.own, config.secret);
    if (config.isTestNetwork) this.#relaxed = 'none';
  }

  /** First input. `anchors`: of the process before. */
  start(anchors: readonly Contact[], { now, window }: Moment): void {
    this.#anchors = anchors;
    this.#feltAt = now;
    this.#rotatedIn = window;
    this.#fill(now);
  }

  /** To be called once a second. */
  timer({ now, window }: Moment): void {
    const { tau1, tau2 } = this.#config;
    if (window >= this.#rotatedIn + tau2) this.#epoch(now, window);
    if (now >= this.#feltAt + 10 * tau1) this.#feel(now);
    this.#fill(now);
  }

  /** A link is open. An incoming one beyond the cap costs another its place, or is closed. */
  opened(link: OpenLink, { now, window }: Moment): void {
    const wasFeeler = link.isOutgoing && this.#dialling.get(addressKey(link.address)) === true;
    if (link.isOutgoing) {
      this.#dialling.delete(addressKey(link.address));
      this.#backoff.succeeded(link.address);
    }
    if (this.#isBanned(link.nodeId, now)) {
      const contact = contactOf(link);
      if (contact !== undefined) this.#backoff.avoid(contact.address, now, BAN * this.#config.tau1);
      this.table.drop(link.nodeId);
      this.#ports.close(link.number, BYE_VIOLATION);
      return;
    }
    if (!link.isOutgoing && !link.isClient && !this.#admit()) {
      this.#ports.close(link.number, BYE_RESOURCES);
      return;
    }
    const contact = contactOf(link);
    if (contact !== undefined) this.table.verified(contact, window);
    if (wasFeeler) {
      this.#ports.close(link.number, BYE_REFRESH);
      return;
    }
    const neighbour = new Neighbouring(link, now, window);
    this.#links.set(link.number, neighbour);
    if (link.isOutgoing && link.isNode) this.#ask(neighbour, now);
  }

  /** A link ended; `blame`: by a Bye 4, because the far end broke the rules, or says that this node did. Either way both keep apart. */
  closed(number: number, { now }: Moment, blame?: 'theirs' | 'ours'): void {
    const neighbour = this.#links.get(number);
    if (neighbour === undefined) return;
    this.#links.delete(number);
    const contact = contactOf(neighbour.link);
    if (blame === 'theirs') this.#ban(neighbour.link, now);
    else if (contact !== undefined && blame === 'ours') {
      this.#backoff.avoid(contact.address, now, BAN * this.#config.tau1);
    } else if (neighbour.link.isOutgoing) this.#backoff.failed(neighbour.address, now);
    this.#fill(now);
  }

  /** An address was not reached, or refused the tunnel proof: then it is left alone for τ₁. */
  failed(address: Address, isRefused: boolean, { now }: Moment): void {
    this.#dialling.delete(addressKey(address));
    if (isRefused) this.#backoff.avoid(address, now, this.#config.tau1);
    else this.#backoff.failed(address, now);
  }

  /** A PeerListResponse. Nobody is believed who was not asked, or asks to be believed twice within τ₁. */
  heard(number: number, contacts: readonly Contact[], moment: Moment): void {
    const neighbour = this.#links.get(number);
    if (neighbour === undefined) return;
    if (!neighbour.isAsked || contacts.length > MOST_PEERS) {
      this.penalty(number, moment);
      return;
    }
    neighbour.isAsked = false;
    const source = groupOf(neighbour.address);
    for (const contact of contacts) this.table.heard(contact, source, moment.window);
  }

  /**
   * What a PeerListRequest is answered with: at most 100 verified ones of the last τ₂, the same for one group for τ₁. undefined: with
   * nothing, a link may ask once in τ₁; half of it is penalised, for clocks and networks differ.
   */
  asked(number: number, most: number, moment: Moment): readonly Contact[] | undefined {
    const neighbour = this.#links.get(number);
    if (neighbour === undefined) return undefined;
    const { now, window } = moment;
    const { tau1, tau2 } = this.#config;
    if (neighbour.servedAt !== undefined && 2 * (now - neighbour.servedAt) < tau1) {
      this.penalty(number, moment);
      return undefined;
    }
    neighbour.servedAt = now;
    const group = groupOf(neighbour.address);
    let sample = this.#samples.get(group);
    if (sample === undefined || sample.until <= now) {
      if (this.#samples.size >= MOST_SAMPLES) this.#samples.clear();
      sample = { until: now + tau1, contacts: this.table.sample(this.#random, MOST_PEERS, window - tau2) };
      this.#samples.set(group, sample);
    }
    return sample.contacts.slice(0, most);
  }

  /** A message came in. */
  message(number: number, { now }: Moment): void {
    this.#links.get(number)?.message(now, this.#config.tau1);
  }

  /** It was the first to bring something; a proposal counts for more. */
  useful(number: number, isProposal: boolean, { now, window }: Moment): void {
    const neighbour = this.#links.get(number);
    if (neighbour === undefined) return;
    neighbour.usefulAt = now;
    if (!isProposal) return;
    neighbour.proposalAt = now;
    neighbour.proposalWindow = window;
  }

  roundTrip(number: number, micros: number): void {
    const neighbour = this.#links.get(number);
    if (neighbour !== undefined) neighbour.roundTrip = micros;
  }

  /** A broken rule: after a hundred within τ₁ it is banned for 24 τ₁ (06 §11 B4), where most of what it sends is invalid for τ₂ (06 §9). */
  penalty(number: number, { now }: Moment): void {
    const { tau1, tau2 } = this.#config;
    const neighbour = this.#links.get(number);
    const grade = neighbour?.penalty(now, tau1);
    if (neighbour === undefined || grade === undefined) return;
    this.#links.delete(number);
    this.#ban(neighbour.link, now, grade === 'cut' ? BAN : tau2);
    this.#ports.close(number, BYE_VIOLATION);
  }

  /** How many may not come back yet. */
  banned({ now }: Moment): number {
    return [...this.#bans.values()].filter((until) => until > now).length;
  }

  #isBanned(nodeId: Id, now: number): boolean {
    return (this.#bans.get(nodeId) ?? 0) > now;
  }

  /** For so many τ₁, of which a window takes one. */
  #ban(link: OpenLink, now: number, length = BAN): void {
    const pause = length * this.#config.tau1;
    this.#backoff.avoid(link.listensAt ?? link.address, now, pause);
    this.#bans.set(link.nodeId, now + pause);
    if (this.#bans.size > MOST_BANS) this.#bans.delete(soonestOver(this.#bans));
    this.table.drop(link.nodeId);
  }

  /** The longest-lived outgoing ones, to be dialled first by the next process. */
  anchors(): readonly Contact[] {
    return this.#outgoing()
      .filter(({ link }) => link.isNode)
      .slice(0, ANCHORS)
      .map(({ link }) => link);
  }

  /** In the order they opened. */
  #outgoing(): readonly Neighbouring[] {
    return [...this.#links.values()].filter(({ link }) => link.isOutgoing);
  }

  #admit(): boolean {
    const inbound = [...this.#links.values()].filter(({ link }) => !link.isOutgoing && !link.isClient);
    if (inbound.length < this.#config.maxInbound) return true;
    const evicted = evictedFor(inbound);
    if (evicted === undefined) return false;
    this.#links.delete(evicted.number);
    this.#ports.close(evicted.number, BYE_RESOURCES);
    return true;
  }

  /** Dials for every free place: anchors and configured contacts first. */
  #fill(now: number): void {
    const outgoing = this.#outgoing().map(({ link }) => link);
    let free = this.#config.maxOutbound - outgoing.length - this.#dialling.size;
    const dial = (address: Address): void => {
      free--;
      this.#dialling.set(addressKey(address), false);
      this.#ports.dial(address);
    };
    const links = [...this.#links.values()].map(({ link }) => link);
    const linked = new Set(links.map(({ nodeId }) => nodeId));
    const taken = new Set(links.map(({ listensAt, address }) => addressKey(listensAt ?? address)));
    const isIdle = (address: Address): boolean =>
      !this.#dialling.has(addressKey(address)) && this.#backoff.isFree(address, now) && !taken.has(addressKey(address));
    const first = [...this.#anchors.map(({ address }) => address), ...this.#config.configured];
    for (const address of first) if (free > 0 && isIdle(address)) dial(address);
    this.#anchors = [];
    let isHeldBack = false;
    const isWanted = (other: Contact): boolean => {
      if (linked.has(other.nodeId) || this.#isBanned(other.nodeId, now) || !isIdle(other.address)) return false;
      const fits = this.#fits(outgoing, other);
      isHeldBack ||= !fits;
      return fits;
    };
    while (free > 0) {
      const contact = this.table.draw(this.#random, isWanted);
      if (contact === undefined) break;
      outgoing.push({ ...contact, number: -1, isOutgoing: true, isNode: true, isClient: false });
      dial(contact.address);
    }
    this.#relax(free > 0 && isHeldBack, now);
    // Who has places left and knows nobody for them asks again, once in τ₁.
    if (free > 0) for (const neighbour of this.#outgoing()) if (neighbour.link.isNode) this.#ask(neighbour, now);
  }

  #fits(outgoing: readonly OpenLink[], contact: Contact): boolean {
    const { tau2, systemOf } = this.#config;
    return mayConnect(outgoing, contact, tau2, this.#relaxed, systemOf);
  }

  /**
   * Places stay free for τ₁ because of the rules: cohorts no longer count, then systems (06 §9). When the rules held back nobody for
   * τ₁, all of them count again for the next place.
   */
  #relax(isStarved: boolean, now: number): void {
    if (isStarved !== this.#isStarved) {
      this.#isStarved = isStarved;
      this.#starvedSince = now;
    }
    if (this.#relaxed === 'none' || now - this.#starvedSince < this.#config.tau1) return;
    this.#starvedSince = now;
    const next = !isStarved ? 'all' : this.#relaxed === 'all' ? 'cohorts' : 'systems';
    if (next === this.#relaxed) return;
    this.#relaxed = next;
    this.#ports.relaxed(next);
  }

  #ask(neighbour: Neighbouring, now: number): void {
    if (neighbour.askedAt !== undefined && now - neighbour.askedAt < this.#config.tau1) return;
    neighbour.askedAt = now;
    neighbour.isAsked = true;
    this.#ports.ask(neighbour.number, ASKED);
  }

  #feel(now: number): void {
    this.#feltAt = now;
    const contact = this.table.drawNew(this.#random);
    if (contact === undefined || this.#dialling.has(addressKey(contact.address))) return;
    // Whoever has a link here exists.
    if ([...this.#links.values()].some(({ link }) => link.nodeId === contact.nodeId)) return;
    this.#dialling.set(addressKey(contact.address), true);
    this.#ports.feel(contact.address);
  }

  /** Every τ₂: who brought no proposal since leaves its place, at least one does; everybody is asked again (06 §9). */
  #epoch(now: number, window: number): void {
    const before = this.#rotatedIn;
    this.#rotatedIn = window;
    this.table.prune(window, this.#config.tau2);
    const outgoing = this.#outgoing().filter(({ address }) => !this.#isConfigured(address));
    const barren = outgoing.filter(({ proposalWindow }) => proposalWindow <= before);
    const leaving = barren.length > 0 ? barren : outgoing.toSorted((a, b) => a.proposalAt - b.proposalAt).slice(0, 1);
    for (const { number } of leaving) this.#ports.close(number, BYE_REFRESH);
    for (const neighbour of this.#outgoing()) {
      if (leaving.includes(neighbour)) continue;
      this.#ask(neighbour, now);
    }
    for (const neighbour of this.#links.values()) {
      const contact = contactOf(neighbour.link);
      if (contact !== undefined && !leaving.includes(neighbour)) this.table.verified(contact, window);
    }
  }

  #isConfigured(address: Address): boolean {
    return this.#config.configured.some((other) => addressKey(other) === addressKey(address));
  }
}

const soonestOver = (bans: ReadonlyMap<Id, number>): Id =>
  [...bans].reduce((soonest, ban) => (ban[1] < soonest[1] ? ban : soonest))[0];
