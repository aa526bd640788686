import type { Standing } from '../participant/types.ts';
import {
  type Announce,
  type Have,
  type ObjectName,
  SET_BUNDLE,
  SET_PRECOMMIT,
  SET_PREVOTE,
  SET_REVEAL,
  type SlotSet,
  type Status,
} from '../wire/messages.ts';
import { MOST_ANNOUNCED, MOST_SETS } from '../wire/payloads.ts';
import { type Link, WIDE_LINKS } from './links.ts';
import { isAnnounced, type NameEntry } from './names.ts';
import type { RoundSet, WindowSets } from './sets.ts';
import type { Shared } from './shared.ts';
import { ANSWER_AGAIN, NEVER, STATUS_GAP, STATUS_INTERVAL, STATUS_SLACK, TELL_GAP, TELL_INTERVAL } from './timing.ts';
import type { Micros } from './types.ts';

/** Precommit sets told to a peer one window behind: the round that decided is among the last. */
const LAST_PRECOMMITS = 4;

/** Says where this node stands and what it holds: Status, Have and Announce (09 §10, §11.3.5). */
export class Teller {
  readonly #shared: Shared;
  #status: Status | undefined;
  #tellDue: Micros = NEVER;
  /** No Status is due before. */
  #statusNext: Micros = NEVER;
  /** Answers to a Status, made once per change of the sets. */
  #answers: { readonly sets: WindowSets; readonly version: number; readonly round: number; have: Have | undefined }[] =
    [];

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** The standing changed: every link hears of it, at most four times a second. */
  standing(standing: Standing, now: Micros): void {
    this.#status = { type: 'status', ...standing };
    for (const link of this.#shared.links.all()) this.sayStatus(link, now);
  }

  /** Sends Status now, or as soon as the pace allows. */
  sayStatus(link: Link, now: Micros): void {
    if (this.#status === undefined) return;
    const earliest = link.statusSentAt + STATUS_GAP;
    if (now >= earliest) {
      link.statusSentAt = now;
      link.statusDue = now + STATUS_INTERVAL;
      this.#shared.ports.send(link.peer, this.#status);
    } else {
      link.statusDue = Math.min(link.statusDue, earliest);
    }
    this.#statusNext = Math.min(this.#statusNext, link.statusDue);
    this.#shared.alarm.by(link.statusDue);
  }

  /** Something new was accepted: links will be told. */
  news(now: Micros): void {
    if (this.#tellDue !== NEVER) return;
    this.#tellDue = now + TELL_INTERVAL;
    this.#shared.alarm.by(this.#tellDue);
  }

  timer(now: Micros): void {
    if (this.#statusNext <= now) this.#repeatStatus(now);
    if (this.#tellDue <= now) this.#tell(now);
  }

  #repeatStatus(now: Micros): void {
    this.#statusNext = NEVER;
    for (const link of this.#shared.links.all()) {
      if (link.statusDue <= now + STATUS_SLACK) this.sayStatus(link, now);
      this.#statusNext = Math.min(this.#statusNext, link.statusDue);
    }
  }

  nextDue(): Micros {
    return Math.min(this.#tellDue, this.#statusNext);
  }

  /**
   * Answers the Status of a link in the same window with everything held of it (09 §11.3.5): kinds 0 and 1, kinds 2 and 3 of the
   * own round and the one before, and the reveals of the window before (§12.9). Even if nothing is new: after lost messages
   * nothing else would repair. A link that was told everything already is told again only after a while: it loses nothing while
   * it is open.
   */
  answerSame(link: Link, now: Micros): void {
    const { current, previous } = this.#shared;
    if (current === undefined) return;
    const have = this.#answer(current, () => this.#ownSets(current));
    const isDue = !current.isTold(link.index) || now - link.answeredAt >= ANSWER_AGAIN;
    if (have !== undefined && isDue && link.setsOut.take(now)) {
      link.answeredAt = now;
      this.#markTold(link, current, have);
      this.#shared.ports.send(link.peer, have);
    }
    const before = previous && this.#answer(previous, () => held([previous.find(SET_REVEAL, 0)]));
    // A link loses nothing while it is open: what it was told of a closed window it need not hear again.
    if (before === undefined || link.answeredBefore === before || !link.setsOut.take(now)) return;
    link.answeredBefore = before;
    this.#shared.ports.send(link.peer, before);
  }

  /** What an answer said need not be told again. */
  #markTold(link: Link, sets: WindowSets, have: Have): void {
    for (const { kind, round } of have.sets) sets.find(kind, round)?.told(link.index);
    if (sets.all().every((set) => !set.hasNewsFor(link.index))) sets.told(link.index);
  }

  /** Answers the Status of a link one window behind: it may lack what closed that window, the precommits above all (09 §10.6). */
  answerBehind(link: Link, now: Micros): void {
    const { previous } = this.#shared;
    if (previous === undefined || !link.setsOut.take(now)) return;
    const sets = held([
      previous.find(SET_BUNDLE, 0),
      previous.find(SET_REVEAL, 0),
      ...previous.lastPrecommits(LAST_PRECOMMITS),
    ]);
    if (sets.length > 0) this.#shared.ports.send(link.peer, { type: 'have', window: previous.window, sets });
  }

  /** What a same-window answer contains is the same for every link until something is accepted or the round moves. */
  #answer(sets: WindowSets, make: () => readonly SlotSet[]): Have | undefined {
    const round = this.#status?.round ?? 0;
    const known = this.#answers.find((answer) => answer.sets === sets);
    if (known !== undefined && known.version === sets.version && known.round === round) return known.have;
    const made = make();
    const have: Have | undefined = made.length === 0 ? undefined : { type: 'have', window: sets.window, sets: made };
    this.#answers = this.#answers.filter(
      (answer) => answer !== known && this.#shared.sets(answer.sets.window) === answer.sets,
    );
    this.#answers.push({ sets, version: sets.version, round, have });
    return have;
  }

  #ownSets(sets: WindowSets): readonly SlotSet[] {
    // Before round 1 the votes of round 1 may already be here.
    const round = Math.max(1, this.#status?.round ?? 0);
    return held([
      sets.find(SET_BUNDLE, 0),
      sets.find(SET_REVEAL, 0),
      sets.find(SET_PREVOTE, round),
      sets.find(SET_PRECOMMIT, round),
      sets.find(SET_PREVOTE, round - 1),
      sets.find(SET_PRECOMMIT, round - 1),
    ]);
  }

  /** Have and Announce to eight links in turn whose far ends lack something they were not told of (09 §10.2). */
  #tell(now: Micros): void {
    let told = 0;
    let isMore = false;
    let last: Link | undefined;
    for (const link of this.#shared.links.inTurn()) {
      if (told >= WIDE_LINKS) {
        isMore = true;
        break;
      }
      if (now - link.toldAt < TELL_GAP) {
        isMore = true;
        continue;
      }
      const areSetsDone = this.#tellSets(link, now);
      const areNamesDone = this.#tellNames(link, now);
      if (!areSetsDone || !areNamesDone) isMore = true;
      if (link.toldAt !== now) continue;
      told++;
      last = link;
    }
    if (last !== undefined) this.#shared.links.tookTurn(last);
    this.#tellDue = isMore ? now + TELL_INTERVAL : NEVER;
  }

  /** False when the pace of the link leaves something for later. */
  #tellSets(link: Link, now: Micros): boolean {
    for (const sets of [this.#shared.current, this.#shared.previous]) {
      if (sets === undefined || sets.isTold(link.index)) continue;
      const news: RoundSet[] = [];
      for (const set of sets.all()) if (news.length < MOST_SETS && set.hasNewsFor(link.index)) news.push(set);
      if (news.length > 0 && !link.setsOut.take(now)) return false;
      if (news.length < MOST_SETS) sets.told(link.index);
      if (news.length === 0) continue;
      for (const set of news) set.told(link.index);
      this.#shared.ports.send(link.peer, { type: 'have', window: sets.window, sets: held(news) });
      link.toldAt = now;
    }
    return true;
  }

  /** Tells names accepted since the last time that the far end is not known to hold; false when 1 024 did not suffice. */
  #tellNames(link: Link, now: Micros): boolean {
    const { names } = this.#shared;
    const news: ObjectName[] = [];
    let position = Math.max(link.toldNames, names.start);
    for (; position < names.end && news.length < MOST_ANNOUNCED; position++) {
      const entry = names.at(position);
      if (entry !== undefined && this.#isTold(entry) && !entry.known.has(link.index)) {
        news.push({ class: entry.class, id: entry.id });
      }
    }
    link.toldNames = position;
    if (news.length > 0) {
      const announce: Announce = { type: 'announce', names: news };
      this.#shared.ports.send(link.peer, announce);
      link.toldAt = now;
    }
    return position === names.end;
  }

  /** Proposals and evidence are told while their window is open, operations as long as they are remembered. */
  #isTold({ class: objectClass, message }: NameEntry): boolean {
    if (message === undefined || !isAnnounced(objectClass)) return false;
    const { object } = message;
    if (object.kind === 'proposal') return object.header.window >= this.#shared.window;
    if (object.kind === 'evidence') return object.window >= this.#shared.window;
    return true;
  }
}

/** The sets that hold anything, to be sent. */
const held = (sets: readonly (RoundSet | undefined)[]): readonly SlotSet[] => {
  const slotSets: SlotSet[] = [];
  for (const set of sets) {
    if (set !== undefined && set.count > 0) slotSets.push({ kind: set.kind, round: set.round, bitmap: set.bitmap });
  }
  return slotSets;
};
