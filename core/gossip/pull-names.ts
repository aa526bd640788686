import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import {
  CLASS_PROPOSAL,
  type ObjectClass,
  type ObjectName,
  type ObjectRequest,
  type ObjectResponse,
  SET_BUNDLE,
} from '../wire/messages.ts';
import { MOST_REQUESTED } from '../wire/payloads.ts';
import { LinkSet } from './bits.ts';
import type { Link, PendingRequest } from './links.ts';
import type { Shared } from './shared.ts';
import { ANSWER_MICROS, NEVER, PULL_DELAY, PULL_SLACK, REQUEST_LIFETIME, SECOND } from './timing.ts';
import type { Micros } from './types.ts';

/** Names looked for at a time; further announcements are not followed. */
export const MOST_WANTED_NAMES = 16_384;
/** Requests on their way per link. */
const MOST_REQUESTS = 16;
/** Windows a name is looked for. */
const WANT_LIFETIME = 2;

/** A named object that is looked for. */
interface NameWant {
  readonly id: Id;
  /** One class, or two when only the body tells which. */
  readonly classes: ObjectClass[];
  /** Links that say they hold it, or are likely to. */
  readonly holders: LinkSet;
  /** Needed by the participant: links that say nothing are asked too. */
  isNeeded: boolean;
  readonly since: number;
  due: Micros;
  turn: number;
}

/** Asks for named objects by 0x45: one link at a time per object, the next when it does not answer (09 §10.3, §12.13). */
export class NamePuller {
  readonly #shared: Shared;
  /** Oldest first. */
  #wants: NameWant[] = [];
  readonly #byId = new IdMap<NameWant>();
  /** Not later than any `due`. */
  #nextWant: Micros = NEVER;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** What a link says it holds (0x29), one name; the caller knows that it is not here. */
  announced(link: Link, name: ObjectName, now: Micros): void {
    this.#want(name, now + PULL_DELAY, link.index)?.holders.add(link.index);
  }

  /** The participant needs bodies: asked for at once, links likely to hold them first, then all in turn (09 §12.13). */
  need(names: readonly ObjectName[], now: Micros): void {
    for (const name of names) {
      const want = this.#want(name, now, 0);
      if (want === undefined) continue;
      want.isNeeded = true;
      this.#dueAt(want, Math.min(want.due, now));
      if (name.class !== CLASS_PROPOSAL) continue;
      for (const { index, heard } of this.#shared.links.all()) {
        if (heard?.validHash === name.id || heard?.finalHash === name.id) want.holders.add(index);
      }
    }
    this.#addListers();
    this.#pull(now);
  }

  /** Whether the participant asked for this object. */
  isNeeded(id: Id): boolean {
    return this.#byId.size > 0 && this.#byId.get(id)?.isNeeded === true;
  }

  /** An object came in and was judged: it is looked for no longer. */
  found(id: Id): void {
    if (this.#byId.size === 0) return;
    const want = this.#byId.get(id);
    if (want !== undefined) this.#giveUp(want);
  }

  /** The names a 0x46 answers, undefined if nobody asked. What it left out is looked for elsewhere. */
  answered(link: Link, response: ObjectResponse, now: Micros): readonly ObjectName[] | undefined {
    const position = link.requests.findIndex(({ requestId }) => requestId === response.requestId);
    const request = link.requests[position];
    if (request === undefined) return undefined;
    link.requests.splice(position, 1);
    link.measured(now - request.sentAt);
    link.silence.broken();
    for (const { id } of request.names) {
      const want = this.#byId.get(id);
      if (want === undefined || response.objects.some((object) => object.id === id)) continue;
      if (response.stopped) want.turn = link.index;
      else want.holders.delete(link.index);
      this.#dueAt(want, now);
    }
    return request.names;
  }

  timer(now: Micros): void {
    for (const link of this.#shared.links.all()) this.#expire(link, now);
    if (this.#nextWant <= now + PULL_SLACK) this.#pull(now);
  }

  nextDue(): Micros {
    let next = this.#nextWant;
    for (const link of this.#shared.links.all()) {
      for (const request of link.requests) next = Math.min(next, expiryOf(request));
    }
    return next;
  }

  /** A window was entered: names nobody delivered are given up. */
  entered(window: number): void {
    for (const want of this.#wants) if (window - want.since >= WANT_LIFETIME) this.#giveUp(want);
  }

  forget(link: Link): void {
    for (const want of this.#wants) want.holders.delete(link.index);
  }

  #want(name: ObjectName, due: Micros, turn: number): NameWant | undefined {
    let want = this.#byId.get(name.id);
    if (want === undefined) {
      if (this.#byId.size >= MOST_WANTED_NAMES) return undefined;
      const since = this.#shared.window;
      want = { id: name.id, classes: [], holders: new LinkSet(), isNeeded: false, since, due: NEVER, turn };
      this.#byId.set(name.id, want);
      this.#wants.push(want);
      this.#dueAt(want, due);
    }
    if (!want.classes.includes(name.class) && want.classes.length < 2) want.classes.push(name.class);
    return want;
  }

  #dueAt(want: NameWant, at: Micros): void {
    want.due = at;
    this.#nextWant = Math.min(this.#nextWant, at);
    this.#shared.alarm.by(at);
  }

  #giveUp(want: NameWant): void {
    this.#byId.delete(want.id);
    want.due = NEVER;
  }

  /** Links that sent a bundle listing a name are likely to hold it. */
  #addListers(): void {
    const sets = this.#shared.current;
    const bundles = sets?.find(SET_BUNDLE, 0)?.items ?? [];
    for (let slot = 0; slot < bundles.length; slot++) {
      const source = (sets?.sources[slot] ?? 0) - 1;
      const object = bundles[slot]?.object;
      if (source < 0 || object?.kind !== 'bundle') continue;
      for (const id of object.operations) this.#byId.get(id)?.holders.add(source);
      for (const id of object.reveals) this.#byId.get(id)?.holders.add(source);
    }
  }

  #pull(now: Micros): void {
    /** By link index. */
    const drafts: (ObjectName[] | undefined)[] = [];
    const { links } = this.#shared;
    this.#wants = this.#wants.filter((want) => want.due !== NEVER);
    this.#nextWant = NEVER;
    for (const want of this.#wants) {
      if (want.due > now + PULL_SLACK) {
        this.#dueAt(want, want.due);
        continue;
      }
      const link = this.#nextHolder(want);
      if (link === undefined) {
        if (want.isNeeded) this.#dueAt(want, now + SECOND);
        else this.#giveUp(want);
        continue;
      }
      const draft = drafts[link.index] ?? [];
      const isFull = link.requests.length >= MOST_REQUESTS || draft.length + want.classes.length > MOST_REQUESTED;
      want.turn = isFull ? link.index : link.index + 1;
      if (isFull) {
        this.#dueAt(want, now + PULL_DELAY);
        continue;
      }
      for (const objectClass of want.classes) draft.push({ class: objectClass, id: want.id });
      drafts[link.index] = draft;
    }
    for (let index = 0; index < drafts.length; index++) {
      const names = drafts[index];
      if (names !== undefined) this.#send(links.at(index) as Link, names, now);
    }
  }

  /** The next to ask: of those that hold it, or of all when it is needed and none says so. */
  #nextHolder(want: NameWant): Link | undefined {
    const { links } = this.#shared;
    const index = want.holders.next(want.turn, links.end);
    if (index >= 0) return links.at(index);
    if (!want.isNeeded) return undefined;
    const all = links.all();
    return all.find((link) => link.index >= want.turn) ?? all[0];
  }

  #send(link: Link, names: readonly ObjectName[], now: Micros): void {
    const deadline = now + link.patience + names.length * ANSWER_MICROS;
    for (const name of names) this.#dueAt(this.#byId.get(name.id) as NameWant, deadline);
    const request: ObjectRequest = { type: 'object-request', requestId: this.#shared.freshRequestId(), names };
    link.requests.push({ requestId: request.requestId, names, sentAt: now, deadline, isOverdue: false });
    this.#shared.ports.send(link.peer, request);
  }

  /** A link that twice leaves a request for something it announced unanswered counts a penalty and is not believed to hold it. */
  #expire(link: Link, now: Micros): void {
    for (let i = link.requests.length - 1; i >= 0; i--) {
      const request = link.requests[i] as PendingRequest;
      if (!request.isOverdue && request.deadline <= now) {
        request.isOverdue = true;
        const promised = request.names.filter(({ id }) => this.#byId.get(id)?.holders.has(link.index) === true);
        if (promised.length > 0 && link.silence.missed(request.sentAt, now)) {
          this.#shared.ports.penalty(link.peer, 'UnansweredRequest');
          for (const { id } of promised) this.#byId.get(id)?.holders.delete(link.index);
        }
      }
      if (request.sentAt + REQUEST_LIFETIME <= now) link.requests.splice(i, 1);
    }
  }
}

const expiryOf = (request: PendingRequest): Micros =>
  request.isOverdue ? request.sentAt + REQUEST_LIFETIME : request.deadline;
