import type { Message, SnapshotRequest } from '../wire/messages.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import type { SnapshotSource } from './source.ts';

/** Why a snapshot is not served, with the code of FastSyncError (06 §6). */
export const SERVE_ERRORS = { SnapshotUnavailable: 1, SnapshotTooLarge: 2, ResourceExhausted: 4 } as const;
export type ServeError = keyof typeof SERVE_ERRORS;

/** Sessions served at a time (06 §7). */
export const MOST_SESSIONS = 2;

/** Chunks sent at a time, 1 MiB at most of accounts and nodes: then whoever pumps looks whether the link takes more. */
export const CHUNKS_AT_A_TIME = 16;

/** The chunks of one anchor, kept elsewhere: a file of a live node, a state of a simulated one. */
export interface ServerPorts {
  anchor(window: number): SnapshotSource | undefined;
  send(peer: number, message: Message): void;
}

interface Session {
  readonly peer: number;
  readonly requestId: number;
  readonly source: SnapshotSource;
  /** Microseconds. */
  readonly since: number;
  next: number;
}

/**
 * Answers 0x40 (06 §7): chunks `resume_offset` … last of exactly the anchor that was asked for, to whoever asked and nobody else, as
 * fast as it is pumped. At most two sessions, one a peer, one request a peer and τ₁; beyond that `ResourceExhausted`. Who asks again
 * listens to the answer of before no more; a session that has lasted τ₁ makes room for another peer, so that nobody who reads slowly,
 * or not at all, keeps others out.
 */
export class SnapshotServer {
  readonly #ports: ServerPorts;
  readonly #tau1Micros: number;
  #sessions: Session[] = [];
  /** Who asked less than τ₁ ago, and when. */
  #asked: readonly { readonly peer: number; readonly at: number }[] = [];

  constructor(ports: ServerPorts, tau1Micros: number) {
    this.#ports = ports;
    this.#tau1Micros = tau1Micros;
  }

  /** `now` in microseconds. A request that is taken is then answered by `pump`. */
  request(peer: number, message: SnapshotRequest, now: number): void {
    const { requestId, anchorWindow, resumeOffset } = message;
    this.#asked = this.#asked.filter(({ at }) => now - at < this.#tau1Micros);
    const hasAsked = this.#asked.some((known) => known.peer === peer);
    if (!hasAsked) this.#end(peer);
    if (hasAsked || !this.#hasRoom(now)) {
      this.#refuse(peer, requestId, 'ResourceExhausted');
      return;
    }
    this.#asked = [...this.#asked, { peer, at: now }];
    const source = this.#ports.anchor(anchorWindow);
    if (source === undefined || resumeOffset >= source.totalChunks) {
      this.#refuse(peer, requestId, 'SnapshotUnavailable');
    } else if (source.isTooLarge === true) this.#refuse(peer, requestId, 'SnapshotTooLarge');
    else this.#sessions.push({ peer, requestId, source, since: now, next: resumeOffset });
  }

  /** Whether one more may be served, if need be in the place of the one that has been served longest. */
  #hasRoom(now: number): boolean {
    const [first] = this.#sessions;
    if (first === undefined || this.#sessions.length < MOST_SESSIONS) return true;
    if (now - first.since < this.#tau1Micros) return false;
    this.#end(first.peer);
    this.#refuse(first.peer, first.requestId, 'ResourceExhausted');
    return true;
  }

  /** Sends the next chunks to a peer, at most 16; false: it has all that it asked for, or asked for nothing. */
  pump(peer: number): boolean {
    const session = this.#sessions.find((known) => known.peer === peer);
    if (session === undefined) return false;
    const { requestId, source } = session;
    const end = Math.min(source.totalChunks, session.next + CHUNKS_AT_A_TIME);
    for (; session.next < end; session.next++) {
      const chunk: FastSyncResponse | undefined = source.chunk(session.next);
      if (chunk === undefined) {
        // The anchor was given up meanwhile.
        this.#refuse(peer, requestId, 'SnapshotUnavailable');
        this.#end(peer);
        return false;
      }
      this.#ports.send(peer, { type: 'snapshot-chunk', requestId, ...chunk });
    }
    if (session.next < source.totalChunks) return true;
    this.#end(peer);
    return false;
  }

  /** Its number is never another's within τ₁, so that its request still counts. */
  peerDown(peer: number): void {
    this.#end(peer);
  }

  #end(peer: number): void {
    this.#sessions = this.#sessions.filter((session) => session.peer !== peer);
  }

  #refuse(peer: number, requestId: number, error: ServeError): void {
    this.#ports.send(peer, { type: 'snapshot-error', requestId, code: SERVE_ERRORS[error], message: [] });
  }
}
