import { type Have, SET_REVEAL, type Want } from '../wire/messages.ts';
import { MOST_SETS, MOST_WANTED } from '../wire/payloads.ts';
import { hasBit, isWithin, setBit } from './bits.ts';
import type { Ask, Link } from './links.ts';
import { type RoundSet, roundOf, type Slotted, setKindOf, type WindowSets } from './sets.ts';
import type { Shared } from './shared.ts';
import { ANSWER_MICROS, NEVER, PULL_DELAY, PULL_SLACK, REQUEST_LIFETIME } from './timing.ts';
import type { Micros } from './types.ts';

/** Wants on their way per link. */
const MOST_ASKS = 8;

interface Draft {
  readonly sets: { readonly set: RoundSet; readonly bitmap: Uint8Array }[];
  bits: number;
}

/** Asks for slots that links showed to hold: one link at a time per object, the next when it does not answer (09 §10.3, §10.5). */
export class SlotPuller {
  readonly #shared: Shared;
  /** No Want on its way counts as unanswered before. */
  #deadline: Micros = NEVER;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** What a link says it holds (0x27); false when its bitmaps are of another state (09 §10.7). */
  have(link: Link, have: Have, sets: WindowSets, now: Micros): boolean {
    for (const { bitmap } of have.sets)
      if (bitmap.length !== sets.mapBytes || !isWithin(bitmap, sets.size)) return false;
    for (const { kind, round, bitmap } of have.sets) {
      const set = this.#shared.openSet(sets, kind, round);
      if (set === undefined) continue;
      const known = set.knownOf(link.index);
      const isWanted = this.#isWanted(sets, set);
      for (let i = 0; i < known.length; i++) {
        const bits = bitmap[i] as number;
        known[i] = (known[i] as number) | bits;
        const missing = set.missingAmong(i, bits);
        if (isWanted && missing !== 0) notice(set, i, missing, link, now);
      }
      this.#shared.alarm.by(set.nextDue);
    }
    return true;
  }

  /** An object that a Want asked this link for came in: the Want is answered, and shows the round trip. */
  credit(link: Link, object: Slotted, slot: number, now: Micros): void {
    const asked = link.asks.find((ask) => !ask.answered && isFor(ask, object, slot));
    if (asked !== undefined) {
      asked.answered = true;
      link.silence.broken();
      link.measured(now - asked.sentAt);
    } else if (link.overdue.some((ask) => isFor(ask, object, slot))) link.silence.broken();
  }

  timer(now: Micros): void {
    if (this.#deadline <= now) this.#expireAll(now);
    for (const sets of [this.#shared.current, this.#shared.previous]) if (sets !== undefined) this.#pull(sets, now);
  }

  nextDue(): Micros {
    let next = NEVER;
    for (const sets of [this.#shared.current, this.#shared.previous]) {
      if (sets !== undefined) for (const set of sets.all()) next = Math.min(next, set.nextDue);
    }
    return Math.min(next, this.#deadline);
  }

  #expireAll(now: Micros): void {
    this.#deadline = NEVER;
    for (const link of this.#shared.links.all()) {
      this.#expire(link, now);
      for (const ask of link.asks) this.#deadline = Math.min(this.#deadline, ask.deadline);
    }
  }

  /** A link that twice leaves a Want without any answer loses its bits and counts a penalty (09 §10.5). */
  #expire(link: Link, now: Micros): void {
    for (let i = 0; i < link.asks.length; ) {
      const ask = link.asks[i] as Ask;
      const { sets, answered, sentAt, deadline } = ask;
      if (deadline > now) {
        i++;
        continue;
      }
      link.asks.splice(i, 1);
      const isStillMissing = sets.some(({ set, bitmap }) =>
        bitmap.some((bits, at) => set.missingAmong(at, bits) !== 0),
      );
      if (answered || !isStillMissing) continue;
      link.overdue = link.overdue.filter((late) => late.sentAt + REQUEST_LIFETIME > now).slice(1 - MOST_ASKS);
      link.overdue.push(ask);
      if (!link.silence.missed(sentAt, now)) continue;
      this.#shared.ports.penalty(link.peer, 'UnansweredWant');
      for (const { set, bitmap } of sets) set.disbelieve(link.index, bitmap);
    }
  }

  #pull(sets: WindowSets, now: Micros): void {
    /** By link index. */
    const drafts: (Draft | undefined)[] = [];
    for (const set of sets.all()) {
      if (set.nextDue > now + PULL_SLACK) continue;
      set.nextDue = NEVER;
      if (!this.#isWanted(sets, set)) continue;
      for (let slot = 0; slot < sets.size; slot++) {
        const due = set.dueAt(slot);
        if (due > now + PULL_SLACK) set.askAt(slot, due, set.turnOf(slot));
        else if (due > 0) this.#ask(drafts, sets, set, slot, now);
      }
    }
    for (let index = 0; index < drafts.length; index++) {
      const draft = drafts[index];
      if (draft !== undefined) this.#send(this.#shared.links.at(index) as Link, draft, sets.window, now);
    }
  }

  /** Of the window before, only reveals still matter (09 §12.9). */
  #isWanted(sets: WindowSets, set: RoundSet): boolean {
    return sets === this.#shared.current || set.kind === SET_REVEAL;
  }

  /** Puts a missing slot into the Want of the next link known to hold it; its next turn is set when that Want is sent. */
  #ask(drafts: (Draft | undefined)[], sets: WindowSets, set: RoundSet, slot: number, now: Micros): void {
    const index = set.isMissing(slot) ? set.holder(slot, set.turnOf(slot)) : -1;
    const link = this.#shared.links.at(index);
    if (link === undefined) {
      set.askAt(slot, 0, 0);
      return;
    }
    const bitmap = this.#draftFor(drafts, link, sets, set, now);
    if (bitmap === undefined) {
      set.askAt(slot, now + PULL_DELAY, index);
      return;
    }
    setBit(bitmap, slot);
    set.askAt(slot, 0, index + 1);
  }

  /** The bitmap of `set` in the Want drafted for a link, with one more bit counted; undefined when link or Want has no room. */
  #draftFor(
    drafts: (Draft | undefined)[],
    link: Link,
    sets: WindowSets,
    set: RoundSet,
    now: Micros,
  ): Uint8Array | undefined {
    let draft = drafts[link.index];
    if (draft === undefined) {
      if (link.asks.length >= MOST_ASKS || !link.setsOut.take(now)) return undefined;
      draft = { sets: [], bits: 0 };
      drafts[link.index] = draft;
    }
    if (draft.bits >= MOST_WANTED) return undefined;
    let entry = draft.sets[draft.sets.length - 1];
    if (entry === undefined || entry.set !== set) {
      if (draft.sets.length >= MOST_SETS) return undefined;
      entry = { set, bitmap: new Uint8Array(sets.mapBytes) };
      draft.sets.push(entry);
    }
    draft.bits++;
    return entry.bitmap;
  }

  #send(link: Link, { sets, bits }: Draft, window: number, now: Micros): void {
    const deadline = now + link.patience + bits * ANSWER_MICROS;
    for (const { set, bitmap } of sets) {
      for (let slot = 0; slot < set.size; slot++) if (hasBit(bitmap, slot)) set.askAt(slot, deadline, set.turnOf(slot));
    }
    this.#deadline = Math.min(this.#deadline, deadline);
    link.asks.push({ window, sets, sentAt: now, deadline, answered: false });
    const want: Want = {
      type: 'want',
      window,
      sets: sets.map(({ set, bitmap }) => ({ kind: set.kind, round: set.round, bitmap })),
    };
    this.#shared.ports.send(link.peer, want);
  }
}

/** Whether a Want asked for this object. */
const isFor = ({ window, sets }: Ask, object: Slotted, slot: number): boolean =>
  window === object.window &&
  sets.some(
    ({ set, bitmap }) => set.kind === setKindOf(object) && set.round === roundOf(object) && hasBit(bitmap, slot),
  );

/** Slots shown to exist for the first time are asked for after the delay, this link first. */
const notice = (set: RoundSet, byte: number, bits: number, link: Link, now: Micros): void => {
  for (let bit = 0; bit < 8; bit++) {
    const slot = byte * 8 + bit;
    if ((bits & (1 << bit)) !== 0 && set.dueAt(slot) === 0) set.askAt(slot, now + PULL_DELAY, link.index);
  }
};
