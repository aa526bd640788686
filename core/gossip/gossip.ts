import { ZERO_ID } from '../bytes/bytes.ts';
import { PRECOMMIT, PREVOTE, type ProtocolObject } from '../consensus/objects.ts';
import type { Roster } from '../consensus/roster.ts';
import type { Condition, Quorum, Standing } from '../participant/types.ts';
import { RECENT_CERTIFICATES } from '../snapshot/retention.ts';
import type {
  Announce,
  Have,
  Message,
  ObjectMessage,
  ObjectName,
  ObjectRequest,
  ObjectResponse,
  Status,
  StemMessage,
  Stemmed,
  Want,
} from '../wire/messages.ts';
import { MOST_ANNOUNCED, MOST_REQUESTED, MOST_SETS, MOST_WANTED } from '../wire/payloads.ts';
import { countBits } from './bits.ts';
import { Budget } from './budget.ts';
import { Intake } from './intake.ts';
import type { Link } from './links.ts';
import { isAnnounced } from './names.ts';
import { Proofs } from './proofs.ts';
import { NamePuller } from './pull-names.ts';
import { SlotPuller } from './pull-slots.ts';
import { serveObjects, serveWant } from './serve.ts';
import { WindowSets } from './sets.ts';
import { Shared } from './shared.ts';
import { Stem } from './stem.ts';
import { Teller } from './tell.ts';
import type { GossipMachine, GossipOptions, GossipPorts, Micros, Peer } from './types.ts';

/**
 * Spreads objects between nodes (09 §10, §11.3). A first, accepted object goes at once to a few eager links (push); all links are
 * told in turn, by bitmaps over the window's roster or by name, what is here (tell); what a link shows to exist is asked for
 * after a moment, one link at a time (pull). Status says where the node stands; quorums that others hold are fetched as proofs.
 *
 * `Intake` decides what becomes of an object, `SlotPuller` and `NamePuller` look for what is missing, `Teller` speaks, `Proofs`
 * keeps and fetches quorums, `Stem` passes operations on before they are spread; this class takes the calls, keeps the budgets of
 * each link and hands on.
 */
export class Gossip implements GossipMachine {
  readonly #shared: Shared;
  readonly #budget: Budget;
  readonly #slots: SlotPuller;
  readonly #names: NamePuller;
  readonly #proofs: Proofs;
  readonly #teller: Teller;
  readonly #intake: Intake;
  readonly #stem: Stem;

  constructor(ports: GossipPorts, options: GossipOptions) {
    this.#shared = new Shared(ports, options);
    this.#budget = new Budget(this.#shared);
    this.#slots = new SlotPuller(this.#shared);
    this.#names = new NamePuller(this.#shared);
    this.#proofs = new Proofs(this.#shared, (link, votes, now) => this.#intake.proved(link, votes, now));
    this.#teller = new Teller(this.#shared);
    this.#intake = new Intake(this.#shared, this.#slots, this.#names, this.#proofs, this.#teller);
    this.#stem = new Stem(this.#shared, options, (object, now) => this.#intake.publish(object, now));
  }

  peerUp(peer: Peer, outgoing: boolean, now: Micros): void {
    this.peerDown(peer, now);
    const { links, names } = this.#shared;
    const link = links.add(peer, outgoing, names.start, now);
    this.#teller.sayStatus(link, now);
    this.#teller.news(now);
  }

  peerDown(peer: Peer, now: Micros): void {
    const { links, names, current, previous } = this.#shared;
    const link = links.get(peer);
    if (link === undefined) return;
    links.remove(link);
    current?.forget(link.index);
    previous?.forget(link.index);
    names.forget(link.index);
    this.#names.forget(link);
    this.#proofs.forget(link, now);
  }

  message(peer: Peer, message: Message, now: Micros): boolean {
    const link = this.#shared.links.get(peer);
    if (link === undefined) return false;
    if (message.type === 'object') {
      return this.#budget.holdsObject(link, message, now) && this.#intake.receive(link, message, now);
    }
    if (message.type === 'stem') {
      return this.#budget.holdsObject(link, message, now) && this.#stem.receive(link, message.object, now);
    }
    return this.#other(link, message, now);
  }

  timer(now: Micros): void {
    const { alarm } = this.#shared;
    alarm.clear();
    this.#slots.timer(now);
    this.#names.timer(now);
    this.#proofs.timer(now);
    this.#teller.timer(now);
    this.#stem.timer(now);
    for (const part of [this.#slots, this.#names, this.#proofs, this.#teller, this.#stem]) alarm.by(part.nextDue());
  }

  publish(object: ProtocolObject, now: Micros): void {
    this.#intake.publish(object, now);
  }

  stem(object: Stemmed, now: Micros): void {
    this.#stem.begin(object, now);
  }

  need(names: readonly ObjectName[], now: Micros): void {
    this.#intake.need(names, now);
  }

  ready(condition: Condition, now: Micros): void {
    this.#intake.ready(condition, now);
    if (condition.until === 'final') this.#stem.ready(now);
  }

  entered(window: number, roster: Roster, now: Micros): void {
    const shared = this.#shared;
    if (shared.current?.window === window) return;
    if (shared.current !== undefined) shared.links.windowPassed();
    shared.previous = shared.current?.window === window - 1 ? shared.current : undefined;
    shared.current = new WindowSets(window, roster);
    shared.names.expire(window);
    shared.held.expire(window);
    this.#names.entered(window);
    for (const link of shared.links.all()) link.startPeriod(now);
  }

  standing(standing: Standing, now: Micros): void {
    this.#shared.standing = standing;
    this.#proofs.advanced();
    this.#teller.standing(standing, now);
    for (const link of this.#shared.links.all()) this.#compare(link, standing, now);
  }

  quorum(quorum: Quorum): void {
    this.#proofs.keep(quorum);
  }

  #other(link: Link, message: Exclude<Message, ObjectMessage | StemMessage>, now: Micros): boolean {
    switch (message.type) {
      case 'object-response':
        return this.#response(link, message, now);
      case 'proof-response':
        if (!this.#proofs.response(link, message, now)) return this.#blame(link, 'UnexpectedResponse');
        return true;
      case 'archive-request':
      case 'archive-response':
      case 'snapshot-request':
      case 'snapshot-chunk':
      case 'snapshot-error':
        return false;
    }
    if (!this.#budget.holds(link, message, now)) return false;
    switch (message.type) {
      case 'status':
        return link.statusIn.take(now) ? this.#status(link, message, now) : this.#blame(link, 'StatusRate');
      case 'have':
        return link.setsIn.take(now) ? this.#have(link, message, now) : this.#blame(link, 'SetsRate');
      case 'want':
        return link.setsIn.take(now) ? this.#want(link, message) : this.#blame(link, 'SetsRate');
      case 'announce':
        return link.announceIn.take(now) ? this.#announce(link, message, now) : this.#blame(link, 'AnnounceRate');
      case 'object-request':
        return this.#budget.holdsAnswer(link, now) && this.#objectRequest(link, message);
      case 'proof-request':
        if (!this.#budget.holdsAnswer(link, now)) return false;
        this.#proofs.serve(link, message);
        return true;
    }
  }

  #status(link: Link, status: Status, now: Micros): boolean {
    link.heard = status;
    this.#shared.ports.statusSeen(link.peer, status);
    const own = this.#shared.standing;
    if (own === undefined) return true;
    this.#compare(link, own, now);
    if (status.window === own.window) this.#teller.answerSame(link, now);
    else if (status.window === own.window - 1) this.#teller.answerBehind(link, now);
    return true;
  }

  /** What the last Status of a link shows missing here: a certificate of the open window, or a later prevote quorum (§11.3.3). */
  #compare(link: Link, own: Standing, now: Micros): void {
    const { heard } = link;
    if (heard === undefined || heard.window < own.window) return;
    // Of a window so far back nobody has to keep the certificate: catch-up sees to it.
    if (heard.window > own.window + RECENT_CERTIFICATES) return;
    if (heard.window > own.window) {
      const hash = heard.window === own.window + 1 ? heard.finalHash : ZERO_ID;
      this.#proofs.want(link, own.window, PRECOMMIT, 0, hash, now);
    } else if (heard.validRound > own.validRound) {
      this.#proofs.want(link, own.window, PREVOTE, heard.validRound, heard.validHash, now);
    }
  }

  #have(link: Link, have: Have, now: Micros): boolean {
    if (have.sets.length > MOST_SETS) return this.#blame(link, 'TooMany');
    const sets = this.#shared.sets(have.window);
    // Bitmaps of another length come from another state: Status says which is this node's (09 §10.7).
    if (sets !== undefined && !this.#slots.have(link, have, sets, now)) this.#teller.sayStatus(link, now);
    return true;
  }

  #want(link: Link, want: Want): boolean {
    let bits = 0;
    for (const { bitmap } of want.sets) bits += countBits(bitmap);
    if (want.sets.length > MOST_SETS || bits > MOST_WANTED) return this.#blame(link, 'TooMany');
    serveWant(this.#shared, link, want);
    return true;
  }

  #announce(link: Link, announce: Announce, now: Micros): boolean {
    if (announce.names.length > MOST_ANNOUNCED) return this.#blame(link, 'TooMany');
    const { names, held } = this.#shared;
    for (const name of announce.names) {
      const known = names.get(name.id);
      if (known !== undefined) known.known.add(link.index);
      else if (!held.has(name.id) && isAnnounced(name.class)) this.#names.announced(link, name, now);
    }
    return true;
  }

  #objectRequest(link: Link, request: ObjectRequest): boolean {
    if (request.names.length > MOST_REQUESTED) return this.#blame(link, 'TooMany');
    serveObjects(this.#shared, link, request);
    return true;
  }

  /** Bodies that were asked for; anything else in the answer is refused. */
  #response(link: Link, response: ObjectResponse, now: Micros): boolean {
    const asked = this.#names.answered(link, response, now);
    if (asked === undefined) return this.#blame(link, 'UnexpectedResponse');
    let isNew = false;
    for (const object of response.objects) {
      if (!asked.some(({ id }) => id === object.id)) this.#blame(link, 'UnrequestedObject');
      else if (this.#intake.receive(link, { type: 'object', object }, now)) isNew = true;
    }
    return isNew;
  }

  #blame(link: Link, reason: string): false {
    this.#shared.ports.penalty(link.peer, reason);
    return false;
  }
}
