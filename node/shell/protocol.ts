import type { Id } from '#core/bytes/bytes.ts';
import type { CatchUp } from '#core/sync/progress.ts';
import type { Doorkeeper } from '#node/transport/transport.ts';
import type { ProofMade } from './anchor-proofs.ts';
import type { Answered, Query } from './queries.ts';

/** The node's place in its network, for status and logs. */
export interface Standing {
  /** The lowest window that is not final. */
  readonly window: number;
  readonly round: number;
  /** Of the last final window; −1: none. */
  readonly finalWindow: number;
  readonly finalHash: Id;
  readonly stateRoot: Id;
}

/** How fast the node hashes, for status. */
export interface Pace {
  /** The hasher's count: iterations since the start. */
  readonly iterations: number;
  /** D of the open window: iterations from one timechain value to the next. */
  readonly difficulty: number;
}

/** What the protocol's thread tells the main one. */
export interface ProtocolEvents {
  /** `onStem`: for the stem's stream (06 §10). */
  send(link: number, envelope: Uint8Array, onStem: boolean): void;
  /** A link was the first to bring something. */
  useful(link: number, isProposal: boolean): void;
  /** More messages of a link wait for the protocol than may: its sender has to wait, until `resume`. */
  pause(link: number): void;
  resume(link: number): void;
  /** Much was sent to a link, and there is more: `room` is waited for. */
  crowded(link: number): void;
  /** A window became final here. */
  final(standing: Standing, operations: number): void;
  /** A snapshot took the place of the state. */
  adopted(standing: Standing): void;
  /** How far it is on its way to the others. */
  catchUp(progress: CatchUp): void;
  /** What the operator should do so that it catches up. One line. */
  advice(text: string): void;
  /** Bytes that are no message, or a broken rule: counted by the peer table. */
  penalty(link: number, reason: string): void;
  /** `accept`, `stale`, `hold`, `reject: …`; before them `scheduled` for one that waits for its window. */
  submitted(operation: Id, verdict: string): void;
  confirmed(operation: Id, window: number): void;
  /** An Anchor that this node keeps the proof of is final. */
  proof(made: ProofMade): void;
  /** Something went wrong that the node can do without. One line for the operator. */
  warning(reason: string): void;
  /** The protocol cannot go on: a safety failure, a broken store, a dead hasher. One line for the operator. */
  stopped(reason: string): void;
}

/** `Host`, its store and its hasher on a thread of their own, as the main thread sees them. */
export interface Protocol extends Doorkeeper {
  /** `far`: the node at the other end. */
  peerUp(link: number, isOutgoing: boolean, far?: Id): void;
  /** An account's client, with the key of its handshake: it is served, and takes no part in gossip. */
  clientUp(link: number, key: Uint8Array): void;
  peerDown(link: number): void;
  message(link: number, envelope: Uint8Array, onStem: boolean): void;
  /** Little waits for a link that was `crowded`. */
  room(link: number): void;
  /** An encoded operation of this node's user; the first window whose bundle may list it. */
  submit(operation: Uint8Array, notBefore?: number): void;
  standing(): Promise<Standing>;
  pace(): Promise<Pace>;
  /** Read from the settled state and what is kept; `Reads` bounds what is asked. */
  query(query: Query): Promise<Answered>;
  /** Whether nodes that are in no table may come in from now on (09 §4). */
  admitObservers(isOn: boolean): void;
  /** The store is closed when it resolves. */
  stop(): Promise<void>;
}
