import type { Bundle, ProtocolObject, Reveal, Vote } from '../consensus/objects.ts';
import type { Roster } from '../consensus/roster.ts';
import {
  type ObjectMessage,
  SET_BUNDLE,
  SET_PRECOMMIT,
  SET_PREVOTE,
  SET_REVEAL,
  type SetKind,
  type SlotSet,
} from '../wire/messages.ts';
import { bitmapBytes, clearBit, hasBit, setBit } from './bits.ts';
import { NEVER } from './timing.ts';
import type { Micros } from './types.ts';

/** Sets of votes kept per window and phase: a round beyond them displaces the one furthest from the own round. */
export const MOST_ROUNDS = 128;

export type Slotted = Bundle | Reveal | Vote;

export const isSlotted = (object: ProtocolObject): object is Slotted =>
  object.kind === 'vote' || object.kind === 'bundle' || object.kind === 'reveal';

export const setKindOf = (object: Slotted): SetKind =>
  object.kind === 'bundle'
    ? SET_BUNDLE
    : object.kind === 'reveal'
      ? SET_REVEAL
      : object.phase === 1
        ? SET_PREVOTE
        : SET_PRECOMMIT;

export const roundOf = (object: Slotted): number => (object.kind === 'vote' ? object.round : 0);

/**
 * One kind (and round) of a window: which slots this node holds an accepted object for, and which each link is known to hold.
 * A bit of `closed` is a slot whose object is held back or was dropped: neither told nor wanted again (09 §12.10).
 */
export class RoundSet implements SlotSet {
  readonly kind: SetKind;
  readonly round: number;
  readonly size: number;
  /** Accepted objects by slot. */
  readonly items: (ObjectMessage | undefined)[];
  readonly mine: Uint8Array;
  readonly closed: Uint8Array;
  /** How many slots are held. */
  count = 0;
  /** Slots a second, conflicting object was judged for: further ones are dropped unseen. */
  #conflicted: Uint8Array | undefined;
  /** By link index. */
  readonly #known: (Uint8Array | undefined)[] = [];
  /** By link index: `count` when the link was last told. */
  readonly #told: (number | undefined)[] = [];
  /** By slot: when to ask for it next, 0 for never; and the index of the link whose turn it is. */
  #due: Float64Array | undefined;
  #turn: Uint16Array | undefined;
  /** The earliest of #due. */
  nextDue: Micros = NEVER;
  #snapshot: Uint8Array | undefined;

  constructor(kind: SetKind, round: number, size: number) {
    this.kind = kind;
    this.round = round;
    this.size = size;
    this.items = new Array<ObjectMessage | undefined>(size).fill(undefined);
    this.mine = new Uint8Array(bitmapBytes(size));
    this.closed = new Uint8Array(this.mine.length);
  }

  /** The bitmap to send: a copy that never changes. */
  get bitmap(): Uint8Array {
    this.#snapshot ??= this.mine.slice();
    return this.#snapshot;
  }

  put(slot: number, message: ObjectMessage): void {
    this.items[slot] = message;
    setBit(this.mine, slot);
    this.count++;
    this.#snapshot = undefined;
  }

  isMissing(slot: number): boolean {
    return !hasBit(this.mine, slot) && !hasBit(this.closed, slot);
  }

  /** Of the bits of byte `i` of a bitmap, those this node lacks. */
  missingAmong(i: number, bits: number): number {
    return bits & ~(this.mine[i] as number) & ~(this.closed[i] as number);
  }

  close(slot: number): void {
    setBit(this.closed, slot);
  }

  reopen(slot: number): void {
    clearBit(this.closed, slot);
  }

  isConflicted(slot: number): boolean {
    return this.#conflicted !== undefined && hasBit(this.#conflicted, slot);
  }

  markConflicted(slot: number): void {
    this.#conflicted ??= new Uint8Array(this.mine.length);
    setBit(this.#conflicted, slot);
  }

  isKnown(link: number, slot: number): boolean {
    const known = this.#known[link];
    return known !== undefined && hasBit(known, slot);
  }

  know(link: number, slot: number): void {
    setBit(this.knownOf(link), slot);
  }

  /** What the far end of a link is known to hold; the caller may set and clear bits. */
  knownOf(link: number): Uint8Array {
    let known = this.#known[link];
    if (known === undefined) {
      known = new Uint8Array(this.mine.length);
      this.#known[link] = known;
    }
    return known;
  }

  /** The link is no longer believed to hold what a bitmap names. */
  disbelieve(link: number, bitmap: Uint8Array): void {
    const known = this.knownOf(link);
    for (let i = 0; i < known.length; i++) known[i] = (known[i] as number) & ~(bitmap[i] as number);
  }

  /** Whether this node holds something the link is not known to hold and was not told of. */
  hasNewsFor(link: number): boolean {
    if ((this.#told[link] ?? 0) === this.count) return false;
    const known = this.#known[link];
    if (known === undefined) return this.count > 0;
    for (let i = 0; i < known.length; i++) if (((this.mine[i] as number) & ~(known[i] as number)) !== 0) return true;
    return false;
  }

  told(link: number): void {
    this.#told[link] = this.count;
  }

  forget(link: number): void {
    this.#known[link] = undefined;
    this.#told[link] = undefined;
  }

  /** When a missing slot is to be asked for, 0 if it is not. */
  dueAt(slot: number): Micros {
    return this.#due === undefined ? 0 : (this.#due[slot] as number);
  }

  /** The link index from which on the next to ask is looked for. */
  turnOf(slot: number): number {
    return this.#turn === undefined ? 0 : (this.#turn[slot] as number);
  }

  askAt(slot: number, at: Micros, turn: number): void {
    this.#due ??= new Float64Array(this.size);
    this.#turn ??= new Uint16Array(this.size);
    this.#due[slot] = at;
    this.#turn[slot] = turn;
    if (at > 0 && at < this.nextDue) this.nextDue = at;
  }

  /** First of the known holders of a slot at or after link index `from`, going round; −1 if there is none. */
  holder(slot: number, from: number): number {
    const end = this.#known.length;
    for (let i = from; i < end; i++) if (this.isKnown(i, slot)) return i;
    for (let i = 0; i < from && i < end; i++) if (this.isKnown(i, slot)) return i;
    return -1;
  }
}

/** The sets of one window. */
export class WindowSets {
  readonly window: number;
  readonly roster: Roster;
  /** A, the roster's size. */
  readonly size: number;
  /** ⌈A/8⌉, the length of a bitmap. */
  readonly mapBytes: number;
  readonly #bundles: RoundSet;
  readonly #reveals: RoundSet;
  /** Ascending by round. */
  readonly #prevotes: RoundSet[] = [];
  readonly #precommits: RoundSet[] = [];
  #all: readonly RoundSet[] | undefined;
  /** By link index: the version it was told of. */
  readonly #told: (number | undefined)[] = [];
  /** By slot of a bundle: index of the link it first came from plus one, 0 for none. */
  readonly sources: Uint16Array;
  /** Grows with every accepted object. */
  version = 0;

  constructor(window: number, roster: Roster) {
    this.window = window;
    this.roster = roster;
    this.size = roster.members.length;
    this.mapBytes = bitmapBytes(this.size);
    this.#bundles = new RoundSet(SET_BUNDLE, 0, this.size);
    this.#reveals = new RoundSet(SET_REVEAL, 0, this.size);
    this.sources = new Uint16Array(this.size);
  }

  find(kind: SetKind, round: number): RoundSet | undefined {
    if (kind === SET_BUNDLE) return this.#bundles;
    if (kind === SET_REVEAL) return this.#reveals;
    const sets = kind === SET_PREVOTE ? this.#prevotes : this.#precommits;
    for (let i = sets.length - 1; i >= 0; i--) {
      const set = sets[i] as RoundSet;
      if (set.round === round) return set;
      if (set.round < round) return undefined;
    }
    return undefined;
  }

  /** The set of a kind and round, made if there is room for it: `current` is the own round. */
  open(kind: SetKind, round: number, current: number): RoundSet | undefined {
    const found = this.find(kind, round);
    if (found !== undefined) return found;
    const sets = kind === SET_PREVOTE ? this.#prevotes : this.#precommits;
    if (sets.length >= MOST_ROUNDS) {
      const last = (sets[sets.length - 1] as RoundSet).round;
      if (last > current + 1 && last > round) sets.pop();
      else if (round <= current + 1 && round > (sets[0] as RoundSet).round) sets.shift();
      else return undefined;
    }
    const set = new RoundSet(kind, round, this.size);
    this.#all = undefined;
    let at = sets.length;
    while (at > 0 && (sets[at - 1] as RoundSet).round > round) at--;
    sets.splice(at, 0, set);
    return set;
  }

  /** Kinds ascending, rounds ascending. */
  all(): readonly RoundSet[] {
    this.#all ??= [this.#bundles, this.#reveals, ...this.#prevotes, ...this.#precommits];
    return this.#all;
  }

  /** Whether a link was told of everything accepted so far. */
  isTold(link: number): boolean {
    return (this.#told[link] ?? -1) === this.version;
  }

  told(link: number): void {
    this.#told[link] = this.version;
  }

  /** The `most` greatest rounds with precommits, ascending. */
  lastPrecommits(most: number): readonly RoundSet[] {
    return this.#precommits.slice(-most);
  }

  forget(link: number): void {
    for (const set of this.all()) set.forget(link);
    this.#told[link] = undefined;
    for (let i = 0; i < this.size; i++) if (this.sources[i] === link + 1) this.sources[i] = 0;
  }
}
