import type { Id } from '#core/bytes/bytes.ts';
import type { Result } from '#core/bytes/result.ts';
import type { ProofRejected } from '#core/tunnel/listener.ts';
import type { AccessLevel } from '#core/tunnel/online-proof.ts';
import type { Places } from './limits.ts';

/** A connection whose handshake and tunnel proof are done. A process never uses a number twice. */
export interface Link {
  readonly number: number;
  readonly nodeId: Id;
  /** The far end's ML-DSA-65 key, 1952 bytes, proven by the handshake. */
  readonly key: Uint8Array;
  /** Dialled by this node. */
  readonly isOutgoing: boolean;
  /** What the far end may do here; of a dialled one: what it is in our tables. */
  readonly level: AccessLevel;
  /** The window the far end's node began in (04 §3); 0 of one that is no node. */
  readonly startWindow: number;
  /** Multiaddr of the far end; of a dialled one as it was dialled. */
  readonly address: string;
}

/** Who a key is by the tables of the last final window. */
export interface Known {
  readonly level: AccessLevel;
  /** As that of a link. */
  readonly startWindow: number;
}

/** Why a link or an attempt ended: `Bye` reasons of 06 §6 by name, or what went wrong, in words for a log. */
export type ClosedReason = string;

/** Who broke the rules where a link ended with Bye 4: the far end (`theirs`), or this node, as the far end says (`ours`). */
export type Blame = 'theirs' | 'ours';

/** What the transport tells. `opened` comes before any `message` of a link, `closed` once and last. */
export interface TransportEvents {
  opened(link: Link): void;
  /**
   * One whole envelope (06 §6), header included, whose length was checked and nothing else. `onStem`: it came on
   * `/montana/stem/1.0.0` (06 §10), which nothing in its bytes tells.
   */
  message(link: Link, envelope: Uint8Array, onStem: boolean): void;
  closed(link: Link, reason: ClosedReason, blame?: Blame): void;
  /** A Pong came, so many microseconds after its Ping. */
  roundTrip(link: Link, micros: number): void;
  /** An attempt or an intruder that never became a link: `BadResponderSignature`, `UnexpectedPeer`, `FrameTooLong`, … */
  refused(address: string, reason: string): void;
  /** It cannot go on: nobody can be connected any more. One line for the operator. */
  failed(reason: string): void;
}

/** Who is who, answered where the settled state is: on the protocol's thread. */
export interface Doorkeeper {
  /** The head window of the greeting (09 §4). */
  head(): bigint;
  /** Judges a tunnel proof (06 §4.1) of somebody in a source group. `observer` links are told to `leave` when they close. */
  judge(
    advertisement: Uint8Array,
    remoteKey: Uint8Array,
    group: string,
  ): Promise<Result<Known & { readonly reply: Uint8Array; leave(): void }, ProofRejected>>;
  /** Who a listener that was dialled is; undefined: in no table. */
  classify(remoteKey: Uint8Array): Promise<Known | undefined>;
}

/** Connections to other nodes: TCP, Noise_PQ XX, Yamux, tunnel proof, uniform frames. One envelope in, one envelope out. */
export interface Transport {
  /** Listens. */
  start(): Promise<void>;
  /** Says Bye to everybody, waits τ₁/12 at most, closes. */
  stop(): Promise<void>;
  /** Multiaddrs this node can be dialled at, `/p2p/Qm…` included. */
  addresses(): readonly string[];
  /**
   * Resolves when the link is open. `/p2p/Qm…` in the address pins the far end's key; else it is one of the nodes `expected`, where they
   * are given. Rejects with one line of what went wrong: `WrongNode`, `TunnelProofRefused`, …
   */
  dial(address: string, expected?: ReadonlySet<Id>): Promise<Link>;
  /**
   * Queues an envelope, for the stem's stream where `onStem` says so (06 §10). A full queue (1 024 objects, 8 MiB) drops operations
   * and registrations first (06 §6.1).
   */
  send(link: number, envelope: Uint8Array, onStem?: boolean): void;
  /** Bytes that wait for a link; 0 of one that is gone. */
  queued(link: number): number;
  /** What the far end sends stays with it until `resume`, but for what is on its way: a few MiB at most. */
  pause(link: number): void;
  resume(link: number): void;
  /** Other places from now on; links that are open stay. */
  resize(places: Places): void;
  /** Bye with a reason of 06 §6, then close. */
  close(link: number, bye: number): void;
}
