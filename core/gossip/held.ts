import { equalBytes, type Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Proposal, ProtocolObject } from '../consensus/objects.ts';
import type { Condition } from '../participant/types.ts';
import type { ObjectMessage } from '../wire/messages.ts';
import type { Link } from './links.ts';

/** Consensus objects kept for later, in all and of one link (09 §10.4, §12.9). */
export const MOST_HELD = 512;
export const MOST_HELD_PER_LINK = 256;
/** Operations, registrations and their openings kept for later, in all and of one link (09 §12.12). */
export const MOST_HELD_OPERATIONS = 16_384;
export const MOST_HELD_OPERATIONS_PER_LINK = 256;
/** An operation is offered again at this many final windows, then dropped. */
const OPERATION_OFFERS = 2;
/** Differing copies held of one identifier: an unsigned copy must not keep the real one out (09 §12.8). */
const MOST_COPIES = 4;
/** Windows anything is held at most (06 §6.1). */
const HOLD_LIFETIME = 2;

export interface HeldObject {
  readonly message: ObjectMessage;
  /** Who sent it: blamed if it turns out invalid. */
  readonly from: Link;
  until: Condition;
  /** The open window when it came. */
  readonly since: number;
  /** How often it was held. */
  times: number;
  isReleased: boolean;
}

const isKept = ({ isReleased }: HeldObject): boolean => !isReleased;

/** What belongs to no window: it waits for the state, not for a window's objects. */
const isOperation = (
  object: ProtocolObject,
): object is Extract<ProtocolObject, { readonly kind: 'operation' | 'registration' | 'openings' }> =>
  object.kind === 'operation' || object.kind === 'registration' || object.kind === 'openings';

/** The window of an object, `none` if it belongs to no window. */
const windowOf = (object: ProtocolObject, none: number): number => {
  if (isOperation(object)) return none;
  return object.kind === 'proposal' ? object.header.window : object.window;
};

/** Objects that cannot be judged yet, oldest first. When full, the newest is dropped: pull brings it back. */
export class HeldObjects {
  readonly #byId = new IdMap<readonly HeldObject[]>();
  /** Released ones are left in place until the list is gone through next. */
  #consensus: HeldObject[] = [];
  #operations: HeldObject[] = [];
  #consensusCount = 0;
  #operationCount = 0;

  /** Whether anything with this identifier is held. */
  has(id: Id): boolean {
    return this.#byId.has(id);
  }

  /** Whether this very object is held. */
  holds(object: ProtocolObject): boolean {
    return this.copies(object.id).some((held) => sameBytes(held.message.object, object));
  }

  /** What is held under an identifier, oldest first. */
  copies(id: Id): readonly HeldObject[] {
    return this.#byId.get(id) ?? [];
  }

  /** Keeps an object; false when there is no room for it. */
  hold(message: ObjectMessage, from: Link, until: Condition, window: number): boolean {
    const copies = this.copies(message.object.id);
    if (copies.length >= MOST_COPIES || !this.#hasRoom(message.object, from)) return false;
    const held: HeldObject = { message, from, until, since: window, times: 1, isReleased: false };
    this.#byId.set(message.object.id, [...copies, held]);
    (isOperation(message.object) ? this.#operations : this.#consensus).push(held);
    this.#count(held, 1);
    return true;
  }

  /** Held again under a new condition; false when an operation has had its chances. */
  keep(held: HeldObject, until: Condition): boolean {
    held.until = until;
    held.times++;
    return !isOperation(held.message.object) || held.times <= OPERATION_OFFERS;
  }

  release(held: HeldObject): void {
    if (held.isReleased) return;
    held.isReleased = true;
    const { id } = held.message.object;
    const others = this.copies(id).filter((copy) => copy !== held);
    if (others.length === 0) this.#byId.delete(id);
    else this.#byId.set(id, others);
    this.#count(held, -1);
  }

  /** Those a condition makes worth offering again, oldest first. */
  due(condition: Condition): readonly HeldObject[] {
    this.#operations = this.#operations.filter(isKept);
    this.#consensus = this.#consensus.filter(isKept);
    const list = condition.until === 'final' ? this.#operations.concat(this.#consensus) : this.#consensus;
    return list.filter(({ until }) => until.until === condition.until && until.window <= condition.window);
  }

  /** Drops what can no longer matter when `window` is open: objects of windows before, but reveals of the last; and the oldest. */
  expire(window: number): void {
    for (const list of [this.#consensus, this.#operations]) {
      for (const held of list) {
        const { object } = held.message;
        const oldest = object.kind === 'reveal' ? window - 1 : window;
        if (windowOf(object, oldest) < oldest || window - held.since > HOLD_LIFETIME) this.release(held);
      }
    }
  }

  #hasRoom(object: ProtocolObject, from: Link): boolean {
    return isOperation(object)
      ? this.#operationCount < MOST_HELD_OPERATIONS && from.heldOperations < MOST_HELD_OPERATIONS_PER_LINK
      : this.#consensusCount < MOST_HELD && from.heldObjects < MOST_HELD_PER_LINK;
  }

  #count(held: HeldObject, change: 1 | -1): void {
    if (isOperation(held.message.object)) {
      this.#operationCount += change;
      held.from.heldOperations += change;
    } else {
      this.#consensusCount += change;
      held.from.heldObjects += change;
    }
  }
}

/** Rejected objects remembered, so that a later identical copy costs no signature check. */
const MOST_REJECTED = 1024;

/** The last rejected objects. Never an identifier: a valid copy of the same identifier is not among them (09 §12.8). */
export class RejectedObjects {
  readonly #byId = new IdMap<ProtocolObject>();
  readonly #order: Id[] = [];
  #next = 0;

  has(object: ProtocolObject): boolean {
    if (this.#order.length === 0) return false;
    const known = this.#byId.get(object.id);
    return known !== undefined && sameBytes(known, object);
  }

  add(object: ProtocolObject): void {
    if (!this.#byId.has(object.id)) {
      const displaced = this.#order[this.#next];
      if (displaced !== undefined) this.#byId.delete(displaced);
      this.#order[this.#next] = object.id;
      this.#next = this.#next + 1 === MOST_REJECTED ? 0 : this.#next + 1;
    }
    this.#byId.set(object.id, object);
  }
}

/** Whether two decoded objects came from the same bytes. */
const sameBytes = (a: ProtocolObject, b: ProtocolObject): boolean => {
  if (a === b) return true;
  if (a.kind === 'proposal') return b.kind === 'proposal' && sameProposal(a, b);
  return b.kind !== 'proposal' && equalBytes(a.bytes, b.bytes);
};

const sameProposal = (a: Proposal, b: Proposal): boolean =>
  equalBytes(a.header.bytes, b.header.bytes) &&
  sameList(a.bundles, b.bundles) &&
  sameList(a.reveals, b.reveals) &&
  a.validRound === b.validRound &&
  (a.reproposal === undefined || b.reproposal === undefined
    ? a.reproposal === b.reproposal
    : a.reproposal.round === b.reproposal.round && equalBytes(a.reproposal.signature, b.reproposal.signature));

const sameList = (a: Proposal['bundles'], b: Proposal['bundles']): boolean =>
  a.length === b.length && a.every((listed, i) => listed.nodeId === b[i]?.nodeId && listed.hash === b[i]?.hash);
