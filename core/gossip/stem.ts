import { ascii, concat, type Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import { hash } from '../crypto/hash.ts';
import type { Verdict } from '../participant/types.ts';
import type { Stemmed } from '../wire/messages.ts';
import type { Link } from './links.ts';
import { Random } from './random.ts';
import type { Shared } from './shared.ts';
import { NEVER, STEM_PATIENCE } from './timing.ts';
import type { GossipOptions, Micros } from './types.ts';

/** Links that operations are passed on to, and windows they are kept for (06 §10). */
export const STEM_PEERS = 2;
export const STEM_EPOCH = 693;
/** Of 2³² outcomes those that end a stem: 0.4 (06 §10). */
export const FLUFF_BELOW = 1_717_986_918;
/** Operations on their stem here, in all and of one link: where there are more, a stem ends. */
export const MOST_STEMMED = 8_192;
export const MOST_STEMMED_PER_LINK = 256;
/** Operations that wait for the next final window before they go on, in all and of one link. */
export const MOST_EARLY = 1_024;
export const MOST_EARLY_PER_LINK = 64;
/** Windows an operation is kept for that cannot be spread because it is not valid any more or not yet (06 §10). */
const STEM_LIFETIME = 2;

/** An operation that was passed on and not seen in gossip since. */
interface Passed {
  readonly object: Stemmed;
  /** Undefined: an own one. */
  readonly from: Link | undefined;
  /** The open window when it was passed on. */
  readonly since: number;
  due: Micros;
}

/**
 * Dandelion++ for operations and registrations (06 §10): before it is gossiped, each goes from node to node along a stem, one link at
 * a time, and with probability 0.4 a hop is the one that spreads it. So whoever has it first from some link learns little of its
 * author. As long as it is only on its stem the participant judges it without taking it, and nobody is told or served it. A hop that
 * does not see it come back by gossip within τ₁/2 spreads it itself: a far end that keeps what it is sent delays, and loses nothing.
 */
export class Stem {
  readonly #shared: Shared;
  readonly #options: GossipOptions;
  readonly #random: Random;
  /** Gossips an accepted operation as if it were an own one: whoever sent it over the stem gets it like anybody else. */
  readonly #publish: (object: Stemmed, now: Micros) => void;
  readonly #passed = new IdMap<Passed>();
  /** The same by the time they are due, and some that left since. */
  #waiting: Passed[] = [];
  /** Not valid yet: the hop before is a final window ahead. */
  #early: { readonly object: Stemmed; readonly from: Link }[] = [];
  #peers: (Link | undefined)[] = [];
  /** When both stem peers were drawn, and when last one was. */
  #drawnIn = -STEM_EPOCH;
  #filledIn = -1;

  constructor(shared: Shared, options: GossipOptions, publish: (object: Stemmed, now: Micros) => void) {
    this.#shared = shared;
    this.#options = options;
    this.#random = new Random(concat(ascii('stem'), options.seed));
    this.#publish = publish;
  }

  /** An own one, weighed: at least one hop where there is a link for it. One that is on its way goes on. */
  begin(object: Stemmed, now: Micros): void {
    const isSpread = this.#shared.names.get(object.id)?.message !== undefined;
    if (!isSpread && !this.#passed.has(object.id)) this.#pass(object, undefined, now);
  }

  /** One that came over a stem. False if it is spread or came by here before: then it goes in circles and is spread at last. */
  receive(link: Link, object: Stemmed, now: Micros): boolean {
    if (this.#shared.names.get(object.id) !== undefined) return false;
    const passed = this.#passed.get(object.id);
    if (passed !== undefined) {
      if (this.#spread(passed.object, now)) this.#forget(passed);
      return false;
    }
    const verdict = this.#weigh(link, object);
    if (verdict.type === 'hold') this.#hold(link, object);
    else if (verdict.type === 'accept') this.#walk(link, object, now);
    return true;
  }

  /** A window is final: what came too early is weighed again, once. */
  ready(now: Micros): void {
    const early = this.#early;
    this.#early = [];
    for (const { object, from } of early) {
      const isNews = this.#shared.names.get(object.id) === undefined && !this.#passed.has(object.id);
      if (isNews && this.#weigh(from, object).type === 'accept') this.#walk(from, object, now);
    }
  }

  /** A coin decides whether the stem ends here. */
  #walk(link: Link, object: Stemmed, now: Micros): void {
    if (link.stemmed >= MOST_STEMMED_PER_LINK || this.#random.next() < FLUFF_BELOW) this.#spread(object, now);
    else this.#pass(object, link, now);
  }

  /** Spreads what gossip did not bring in time. */
  timer(now: Micros): void {
    const { window } = this.#shared;
    for (let first = this.#waiting[0]; first !== undefined && first.due <= now; first = this.#waiting[0]) {
      this.#waiting.shift();
      if (this.#passed.get(first.object.id) !== first) continue;
      if (this.#spread(first.object, now) || window >= first.since + STEM_LIFETIME) this.#forget(first);
      else this.#wait(first, now);
    }
  }

  nextDue(): Micros {
    return this.#waiting[0]?.due ?? NEVER;
  }

  #pass(object: Stemmed, from: Link | undefined, now: Micros): void {
    const next = this.#passed.size < MOST_STEMMED ? this.#route(object.id, from) : undefined;
    if (next === undefined) {
      this.#spread(object, now);
      return;
    }
    const passed: Passed = { object, from, since: this.#shared.window, due: NEVER };
    this.#passed.set(object.id, passed);
    if (from !== undefined) from.stemmed++;
    this.#wait(passed, now);
    this.#shared.ports.send(next.peer, { type: 'stem', object });
  }

  #wait(passed: Passed, now: Micros): void {
    passed.due = now + STEM_PATIENCE;
    this.#waiting.push(passed);
    this.#shared.alarm.by(passed.due);
  }

  #forget({ object, from }: Passed): void {
    this.#passed.delete(object.id);
    if (from !== undefined) from.stemmed--;
  }

  /** From here on it is gossip, if it is not already. False: it must wait for another window. */
  #spread(object: Stemmed, now: Micros): boolean {
    if (this.#shared.names.get(object.id)?.message !== undefined) return true;
    const verdict = this.#shared.ports.offer(object);
    if (verdict.type === 'accept') this.#publish(object, now);
    return verdict.type !== 'hold';
  }

  /** What is not valid goes no further; should the hop before know better, it spreads it in time. */
  #weigh(link: Link, object: Stemmed): Verdict {
    const { ports, rejected } = this.#shared;
    const verdict = rejected.has(object) ? KNOWN_INVALID : ports.weigh(object);
    if (verdict.type !== 'reject') return verdict;
    if (verdict !== KNOWN_INVALID) rejected.add(object);
    if (object.kind === 'registration') link.refusedRegistrations++;
    if (link.isUp) ports.penalty(link.peer, verdict.reason);
    return verdict;
  }

  #hold(from: Link, object: Stemmed): void {
    if (this.#early.length >= MOST_EARLY) return;
    if (this.#early.filter((held) => held.from === from).length < MOST_EARLY_PER_LINK)
      this.#early.push({ object, from });
  }

  /** The next hop: always the same one for an operation, the other one if that is gone or the sender (06 §10). */
  #route(id: Id, from: Link | undefined): Link | undefined {
    if (this.#options.stem !== true) return undefined;
    this.#draw();
    const first = (hash('mt-stem-route', this.#options.seed, id)[0] as number) & 1;
    return [this.#peers[first], this.#peers[1 - first]].find((link) => link?.isUp === true && link !== from);
  }

  /** Two outgoing links at random, for an epoch. The place of one that closed is filled once a window, not at once: nobody gets many draws. */
  #draw(): void {
    const { links, window } = this.#shared;
    if (window - this.#drawnIn >= STEM_EPOCH) {
      this.#peers = [];
      this.#drawnIn = window;
    } else if (this.#filledIn === window) return;
    for (let place = 0; place < STEM_PEERS; place++) {
      if (this.#peers[place]?.isUp === true) continue;
      const candidates = links.all().filter((link) => link.outgoing && !this.#peers.includes(link));
      if (candidates.length === 0) return;
      this.#peers[place] = candidates[this.#random.below(candidates.length)];
      this.#filledIn = window;
    }
  }
}

const KNOWN_INVALID: Verdict = { type: 'reject', reason: 'KnownInvalid' };
