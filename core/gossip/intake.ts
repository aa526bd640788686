import { PREVOTE, type ProtocolObject, type Vote } from '../consensus/objects.ts';
import type { Condition, Verdict } from '../participant/types.ts';
import type { ObjectMessage, ObjectName } from '../wire/messages.ts';
import { classOf } from '../wire/objects.ts';
import { type Link, WIDE_LINKS } from './links.ts';
import type { NameEntry } from './names.ts';
import type { Proofs } from './proofs.ts';
import type { NamePuller } from './pull-names.ts';
import type { SlotPuller } from './pull-slots.ts';
import { isSlotted, type RoundSet, roundOf, type Slotted, setKindOf } from './sets.ts';
import type { Shared } from './shared.ts';
import type { Teller } from './tell.ts';
import type { Micros } from './types.ts';

/** Reject reason of an object whose identifier may belong to a valid one: the signature is no part of it. */
const FORGED = 'InvalidSignature';

/** What becomes of objects: judged once by the participant, then pushed and told, held, or dropped (09 §10.1, §10.4, §12.9). */
export class Intake {
  readonly #shared: Shared;
  readonly #slots: SlotPuller;
  readonly #names: NamePuller;
  readonly #proofs: Proofs;
  readonly #teller: Teller;

  constructor(shared: Shared, slots: SlotPuller, names: NamePuller, proofs: Proofs, teller: Teller) {
    this.#shared = shared;
    this.#slots = slots;
    this.#names = names;
    this.#proofs = proofs;
    this.#teller = teller;
  }

  /** An object from a link. False for a duplicate and for what no window wants any more. */
  receive(link: Link, message: ObjectMessage, now: Micros): boolean {
    const { object } = message;
    return isSlotted(object) ? this.#receiveSlotted(link, message, object, now) : this.#judge(link, message, now);
  }

  /** An own object, counted already: to eight links. */
  publish(object: ProtocolObject, now: Micros): void {
    const known = this.#shared.names.get(object.id);
    if (known?.message === undefined) this.#accept({ type: 'object', object }, undefined, now);
  }

  /** Votes of a proof the participant took: they fill their slots, and are told, not pushed. */
  proved(link: Link, votes: readonly Vote[], now: Micros): void {
    for (const vote of votes) {
      const sets = this.#shared.sets(vote.window);
      const set = sets === undefined ? undefined : this.#shared.openSet(sets, setKindOf(vote), vote.round);
      const slot = sets === undefined ? -1 : sets.roster.slotOf(vote.nodeId);
      if (sets === undefined || set === undefined || slot < 0 || set.items[slot] !== undefined) continue;
      set.put(slot, { type: 'object', object: vote });
      set.know(link.index, slot);
      sets.version++;
    }
    this.#teller.news(now);
  }

  /** Held objects that may be judged now. */
  ready(condition: Condition, now: Micros): void {
    const { held, names, ports } = this.#shared;
    for (const waiting of held.due(condition)) {
      const { message, from } = waiting;
      if (names.get(message.object.id)?.message !== undefined) {
        held.release(waiting);
        continue;
      }
      const verdict = ports.offer(message.object);
      if (verdict.type === 'hold') {
        // Where it was held before its window was open, its slot is closed only now.
        if (held.keep(waiting, verdict.until)) this.#close(message.object, true);
        else held.release(waiting);
      } else {
        held.release(waiting);
        this.#apply(verdict, message, from, now);
      }
    }
  }

  /** Bodies the participant lacks: a copy that is here is offered again, the rest is looked for. */
  need(names: readonly ObjectName[], now: Micros): void {
    const { held, ports } = this.#shared;
    const missing: ObjectName[] = [];
    for (const name of names) {
      const here = held.copies(name.id).map(({ message }) => message.object);
      const accepted = this.#shared.names.object(name);
      if (accepted !== undefined) here.push(accepted);
      if (here.length === 0) missing.push(name);
      for (const object of here) if (classOf(object) === name.class) ports.offer(object);
    }
    if (missing.length > 0) this.#names.need(missing, now);
  }

  #receiveSlotted(link: Link, message: ObjectMessage, object: Slotted, now: Micros): boolean {
    const sets = this.#shared.sets(object.window);
    if (sets !== undefined) {
      const slot = sets.roster.slotOf(object.nodeId);
      if (slot >= 0) {
        if (link.asks.length > 0 || link.overdue.length > 0) this.#slots.credit(link, object, slot, now);
        const set = sets.find(setKindOf(object), roundOf(object));
        const item = set?.items[slot];
        if (set !== undefined && item !== undefined) {
          set.know(link.index, slot);
          if (item.object.id === object.id) return false;
          // One conflicting object per slot is judged, for the evidence in it; more only when a proposal lists them.
          if (set.isConflicted(slot) && !this.#names.isNeeded(object.id)) return false;
        }
      }
    }
    return this.#isStale(object) ? false : this.#judge(link, message, now);
  }

  /** Whether an object is of a window that is closed: no window wants it, but the open one reveals of the last (09 §12.9). */
  #isStale(object: Slotted): boolean {
    const { current } = this.#shared;
    if (current === undefined) return false;
    const oldest = object.kind === 'reveal' ? current.window - 1 : current.window;
    return object.window < oldest && !this.#names.isNeeded(object.id);
  }

  #judge(link: Link, message: ObjectMessage, now: Micros): boolean {
    const { object } = message;
    const { held, names, ports, rejected } = this.#shared;
    const known = names.get(object.id);
    if (known !== undefined) {
      known.known.add(link.index);
      if (known.message !== undefined || !this.#names.isNeeded(object.id)) return false;
    }
    if (held.has(object.id) && held.holds(object)) {
      this.#know(link, object);
      return false;
    }
    if (rejected.has(object)) {
      ports.penalty(link.peer, 'KnownInvalid');
      return false;
    }
    const verdict = ports.offer(object);
    if (verdict.type !== 'hold') this.#apply(verdict, message, link, now);
    else if (held.hold(message, link, verdict.until, this.#shared.window)) {
      this.#close(object, true);
      this.#know(link, object);
    }
    if (verdict.type === 'hold') this.#names.found(object.id);
    return true;
  }

  /** A link that sent an object has it, also where it is not judged yet. */
  #know(link: Link, object: ProtocolObject): void {
    if (!isSlotted(object)) return;
    const sets = this.#shared.sets(object.window);
    const slot = sets === undefined ? -1 : sets.roster.slotOf(object.nodeId);
    if (sets !== undefined && slot >= 0) {
      this.#shared.openSet(sets, setKindOf(object), roundOf(object))?.know(link.index, slot);
    }
  }

  #apply(verdict: Exclude<Verdict, { readonly type: 'hold' }>, message: ObjectMessage, link: Link, now: Micros): void {
    const { object } = message;
    if (verdict.type === 'accept') this.#accept(message, link, now);
    else if (verdict.type === 'stale') this.#drop(object, link);
    else this.#reject(object, verdict.reason, link);
  }

  #accept(message: ObjectMessage, link: Link | undefined, now: Micros): void {
    const { object } = message;
    const { names, window } = this.#shared;
    this.#names.found(object.id);
    if (link !== undefined) {
      link.barrenWindows = 0;
      link.isBarren = false;
    }
    const objectClass = classOf(object);
    const entry = objectClass === undefined ? undefined : names.add(objectClass, object.id, message, window);
    if (link !== undefined) entry?.known.add(link.index);
    if (isSlotted(object)) this.#fillSlot(message, object, link);
    else this.#push(message, link === undefined || object.kind === 'proposal', undefined, -1, entry);
    this.#teller.news(now);
    if (object.kind === 'proposal' && object.validRound > 0 && link !== undefined) {
      this.#proofs.want(link, object.header.window, PREVOTE, object.validRound, object.header.id, now);
    }
  }

  /** The first accepted object of a slot is what the slot's bit stands for; a second one travels by name or as evidence (§10.4). */
  #fillSlot(message: ObjectMessage, object: Slotted, link: Link | undefined): void {
    const sets = this.#shared.sets(object.window);
    const slot = sets === undefined ? -1 : sets.roster.slotOf(object.nodeId);
    const set = sets === undefined ? undefined : this.#shared.openSet(sets, setKindOf(object), roundOf(object));
    if (sets === undefined || set === undefined || slot < 0) {
      this.#push(message, link === undefined, undefined, -1, undefined);
      return;
    }
    const item = set.items[slot];
    if (item !== undefined) {
      if (item.object.id !== object.id) set.markConflicted(slot);
      else if (link === undefined) this.#push(message, true, set, slot, undefined);
      return;
    }
    set.put(slot, message);
    sets.version++;
    if (link !== undefined) {
      set.know(link.index, slot);
      if (object.kind === 'bundle') sets.sources[slot] = link.index + 1;
    }
    this.#push(message, link === undefined, set, slot, undefined);
  }

  /** To the eager links, or widely to eight, whose far ends are not known to have it (09 §10.1). */
  #push(
    message: ObjectMessage,
    isWide: boolean,
    set: RoundSet | undefined,
    slot: number,
    entry: NameEntry | undefined,
  ): void {
    const { links, ports } = this.#shared;
    let room = WIDE_LINKS;
    for (const link of isWide ? links.wide() : links.eager) {
      if (set?.isKnown(link.index, slot) === true || entry?.known.has(link.index) === true) continue;
      set?.know(link.index, slot);
      entry?.known.add(link.index);
      ports.send(link.peer, message);
      if (--room === 0) return;
    }
  }

  /** Of no use, but nobody's fault: remembered, so that it is not fetched again. */
  #drop(object: ProtocolObject, link: Link): void {
    const { names, window } = this.#shared;
    this.#names.found(object.id);
    const objectClass = classOf(object);
    if (isSlotted(object)) this.#close(object, true);
    else if (objectClass !== undefined) names.add(objectClass, object.id, undefined, window).known.add(link.index);
  }

  /** Invalid: only the sender is blamed, and never the identifier. A needed body that is merely not valid yet is no fault. */
  #reject(object: ProtocolObject, reason: string, link: Link): void {
    this.#close(object, false);
    if (reason !== FORGED && this.#names.isNeeded(object.id)) {
      this.#names.found(object.id);
      return;
    }
    this.#shared.rejected.add(object);
    if (object.kind === 'registration') link.refusedRegistrations++;
    if (link.isUp) this.#shared.ports.penalty(link.peer, reason);
  }

  /** A slot whose object is held back or was dropped is not asked for again; one whose object proved invalid is. */
  #close(object: ProtocolObject, isClosed: boolean): void {
    if (!isSlotted(object)) return;
    const sets = this.#shared.sets(object.window);
    const slot = sets === undefined ? -1 : sets.roster.slotOf(object.nodeId);
    const set =
      sets === undefined || slot < 0 ? undefined : this.#shared.openSet(sets, setKindOf(object), roundOf(object));
    if (set === undefined) return;
    if (!isClosed) set.reopen(slot);
    else if (set.items[slot] === undefined) set.close(slot);
    else set.markConflicted(slot);
  }
}
