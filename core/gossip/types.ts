import type { ProtocolObject, Vote } from '../consensus/objects.ts';
import type { Roster } from '../consensus/roster.ts';
import type { Condition, Quorum, Standing, Verdict } from '../participant/types.ts';
import type { Message, ObjectName, Status, Stemmed } from '../wire/messages.ts';

/** A link to another node, as a small integer the host chose. It may be used again after `peerDown`. */
export type Peer = number;

/** Network time in microseconds: an integer that never goes back. Network machines only, never consensus (09 §10.8). */
export type Micros = number;

/**
 * What gossip asks of its host. `offer`, `weigh`, `offerProof`, `lookup` and `certificate` are questions and answer at once; the others are effects
 * and must not call back into the machine before the call that caused them has returned.
 */
export interface GossipPorts {
  /** Hands an object to the participant. What it publishes because of it reaches gossip after this returned. */
  offer(object: ProtocolObject): Verdict;
  /** What the participant would say of an operation that is on its stem, which it must not take yet (06 §10). */
  weigh(object: Stemmed): Verdict;
  /**
   * Hands over the equal votes of a complete proof (0x48, 09 §11.3), node ids ascending, unverified. True when the participant now
   * holds that quorum; false when the votes do not make one: the peer that sent them is blamed.
   */
  offerProof(votes: readonly Vote[]): boolean;
  send(peer: Peer, message: Message): void;
  /** Wakes the machine by `timer` at this moment or later; replaces the moment asked for before. */
  timer(at: Micros): void;
  /** One penalty event (06 §11 B4): the host counts them and cuts the link. */
  penalty(peer: Peer, reason: string): void;
  /** An older body from the durable store: settled operations, registrations, bundles and reveals of closed windows. */
  lookup(name: ObjectName): ProtocolObject | undefined;
  /** Votes of a certificate that is kept, node ids ascending; empty: none is (09 §3). */
  certificate(window: number): readonly Vote[];
  /** Every Status received: sync acts on those two or more windows ahead (09 §12.16). */
  statusSeen(peer: Peer, status: Status): void;
}

export interface GossipOptions {
  /** Any number of random bytes: seeds the draws of links, and is the secret that routes stems. */
  readonly seed: Uint8Array;
  /** Operations and registrations are passed along a stem first (06 §10). Without it, what comes over one is spread at once. */
  readonly stem?: boolean;
}

/**
 * The gossip machine (09 §10, §11.3): no clock, no randomness of its own; same inputs, same effects. Calls may come in any order
 * once the call before has returned. Archive messages (0x43, 0x44) are not for it.
 */
export interface GossipMachine {
  /** A full-gossip link opened. Eager links are drawn from the outgoing ones. */
  peerUp(peer: Peer, outgoing: boolean, now: Micros): void;
  peerDown(peer: Peer, now: Micros): void;
  /** A decoded message. True if it brought anything new, false for a duplicate, which allocates nothing. */
  message(peer: Peer, message: Message, now: Micros): boolean;
  /** The moment asked for by the `timer` port, or a later one. */
  timer(now: Micros): void;

  /** `publish` of the participant: an own object, already counted there. */
  publish(object: ProtocolObject, now: Micros): void;
  /** An own operation or registration that was weighed: over a stem first, at least for one hop if there is a link for it. */
  stem(object: Stemmed, now: Micros): void;
  /** `need` of the participant: bodies to fetch; a held copy is offered again at once. */
  need(names: readonly ObjectName[], now: Micros): void;
  /** `ready` of the participant: held objects with this condition are offered again. */
  ready(condition: Condition, now: Micros): void;
  /** `entered` of the participant: slots of `window` are those of `roster`. */
  entered(window: number, roster: Roster, now: Micros): void;
  /** `standing` of the participant: what Status says from now on. */
  standing(standing: Standing, now: Micros): void;
  /** `quorum` of the participant: what 0x47 is answered from. */
  quorum(quorum: Quorum): void;
}
