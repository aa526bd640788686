import { IdMap, IdSet } from '../collections/id-map.ts';
import { signersWeight } from '../consensus/certificate.ts';
import { judgeVote } from '../consensus/judge-vote.ts';
import { type Operation, PRECOMMIT, type ProtocolObject, type Registration, type Vote } from '../consensus/objects.ts';
import { voteOf } from '../consensus/vote.ts';
import type { ParticipantConfig } from '../participant/context.ts';
import type { FinalRecord } from '../participant/types.ts';
import { type OpenWindow, openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import {
  type ArchiveEntry,
  CLASS_OPERATION,
  CLASS_REGISTRATION,
  type Message,
  type ObjectName,
  type ProofResponse,
  type ProofSignature,
  type Status,
} from '../wire/messages.ts';
import { replayEntry } from './replay.ts';

/** Entries of one 0x43 (09 §3). */
const ENTRIES = 64;

/** Names of one 0x45 (09 §3). */
const NAMES = 256;

/** Request ids of sync begin here, those of gossip below. */
export const SYNC_REQUESTS = 0x4000_0000;

/** Without an answer for this long, the peer is given up and another one tried. Microseconds. */
export const PATIENCE = 10_000_000;

/** How long a node stays one window behind before it asks for the archive entry: gossip closes the gap sooner, if it can. */
export const ONE_BEHIND = 5_000_000;

/** A peer that did not help is asked again when it stands elsewhere, or after this long. */
export const REFUSED = 60_000_000;

/** Times a certificate may start again because its total changed between two parts. */
const MOST_RESTARTS = 2;

export interface SyncPorts {
  readonly tools: Pick<ParticipantConfig, 'verify' | 'meter'>;
  /** Whether final windows come with certificates: not under `finality: first-valid` (09 §12.18). */
  readonly certified: boolean;
  /** The last final state of this node: what it trusts. */
  trusted(): Settled;
  /** A node that stopped adopts nothing any more (09 §12.17). */
  stopped(): boolean;
  send(peer: number, message: Message): void;
  timer(at: number | undefined): void;
  /** Verified windows, oldest first. */
  adopt(records: readonly FinalRecord[]): void;
  penalty(peer: number, reason: string): void;
}

/** Where a peer stands, as it said last. */
interface Head {
  readonly peer: number;
  window: number;
  /** Of no use until then, unless it stands elsewhere. */
  refusedUntil: number;
}

/** One attempt to catch up from one peer, step after step. */
interface Attempt {
  readonly peer: number;
  readonly from: number;
  /** What the next answer must be. */
  awaits: 'archive-response' | 'object-response' | 'proof-response';
  requestId: number;
  deadline: number;
  entries: readonly ArchiveEntry[];
  readonly bodies: IdMap<Operation | Registration>;
  missing: readonly ObjectName[];
  /** The state the entries were applied to. */
  base: Settled;
  /** Replayed entries not yet adopted. */
  records: readonly FinalRecord[];
  /** The first part of the certificate of the last record, and the signatures of all parts so far. */
  proof: ProofResponse | undefined;
  signatures: readonly ProofSignature[];
  restarts: number;
}

/**
 * Catch-up (09 §9, §12.16), at once from two windows behind on, and where gossip does not help from one: archive entries of one peer
 * are applied on a copy and adopted once a certificate of the last of them has weight ≥ Q, counted by the tentative state before it
 * and by the trusted state alike.
 */
export class Sync {
  readonly #ports: SyncPorts;
  #attempt: Attempt | undefined;
  #requestId = SYNC_REQUESTS;
  /** The window each peer has shown last: where to turn next. */
  readonly #heads: Head[] = [];
  /** When being one behind in `window` has lasted long enough. */
  #late: { readonly window: number; readonly at: number } | undefined;

  constructor(ports: SyncPorts) {
    this.#ports = ports;
  }

  peerDown(peer: number, now: number): void {
    const at = this.#heads.findIndex((head) => head.peer === peer);
    if (at >= 0) this.#heads.splice(at, 1);
    if (this.#attempt?.peer === peer) this.#finish(now);
  }

  /** A Status, as gossip saw it. */
  status(peer: number, status: Status, now: number): void {
    const head = this.#heads.find((known) => known.peer === peer);
    if (head === undefined) this.#heads.push({ peer, window: status.window, refusedUntil: 0 });
    else if (head.window !== status.window) {
      head.window = status.window;
      head.refusedUntil = 0;
    }
    if (status.window > this.#ports.trusted().window + 1) this.#next(now);
  }

  timer(now: number): void {
    const attempt = this.#attempt;
    if (attempt === undefined) this.#next(now);
    else if (now >= attempt.deadline) this.#giveUp(now);
    else this.#ports.timer(attempt.deadline);
  }

  /** True if the message answers a request of sync. */
  message(peer: number, message: Message, now: number): boolean {
    const { type } = message;
    if (type !== 'archive-response' && type !== 'object-response' && type !== 'proof-response') return false;
    if (message.requestId < SYNC_REQUESTS) return false;
    const attempt = this.#attempt;
    if (attempt?.peer !== peer || attempt.requestId !== message.requestId) return true;
    if (attempt.awaits !== type) this.#giveUp(now);
    else if (type === 'archive-response') this.#takeEntries(attempt, message.entries, now);
    else if (type === 'object-response') this.#takeBodies(attempt, message.objects, now);
    else this.#takeProof(attempt, message, now);
    return true;
  }

  /** Starts an attempt when some peer is far enough ahead, or has been ahead for long enough. */
  #next(now: number): void {
    if (this.#attempt !== undefined || this.#ports.stopped()) return;
    const base = this.#ports.trusted();
    const open = base.window + 1;
    const heads = this.#heads.filter(({ refusedUntil }) => refusedUntil <= now);
    const ahead = heads.find(({ window }) => window >= open + 2) ?? this.#aheadForLong(heads, open, now);
    if (ahead === undefined) return;
    const attempt: Attempt = {
      peer: ahead.peer,
      from: open,
      awaits: 'archive-response',
      requestId: 0,
      deadline: 0,
      entries: [],
      bodies: new IdMap(),
      missing: [],
      base,
      records: [],
      proof: undefined,
      signatures: [],
      restarts: 0,
    };
    this.#attempt = attempt;
    const count = Math.min(ENTRIES, ahead.window - open);
    this.#request(attempt, now, (requestId) => ({ type: 'archive-request', requestId, fromWindow: open, count }));
  }

  #aheadForLong(heads: readonly Head[], open: number, now: number): Head | undefined {
    const ahead = heads.find(({ window }) => window > open);
    if (ahead === undefined) return undefined;
    if (this.#late?.window !== open) this.#late = { window: open, at: now + ONE_BEHIND };
    if (now >= this.#late.at) return ahead;
    this.#ports.timer(this.#late.at);
    return undefined;
  }

  #request(attempt: Attempt, now: number, make: (requestId: number) => Message): void {
    attempt.requestId = ++this.#requestId;
    attempt.deadline = now + PATIENCE;
    this.#ports.timer(attempt.deadline);
    this.#ports.send(attempt.peer, make(attempt.requestId));
  }

  #takeEntries(attempt: Attempt, entries: readonly ArchiveEntry[], now: number): void {
    if (entries[0]?.header.window !== attempt.from) {
      this.#giveUp(now);
      return;
    }
    attempt.entries = entries.slice(0, ENTRIES);
    attempt.missing = attempt.entries.flatMap(({ operations, registrations }) => [
      ...operations.map((id): ObjectName => ({ class: CLASS_OPERATION, id })),
      ...registrations.map((id): ObjectName => ({ class: CLASS_REGISTRATION, id })),
    ]);
    this.#askBodies(attempt, now);
  }

  #askBodies(attempt: Attempt, now: number): void {
    if (attempt.missing.length === 0) {
      this.#replay(attempt, now);
      return;
    }
    attempt.awaits = 'object-response';
    const names = attempt.missing.slice(0, NAMES);
    this.#request(attempt, now, (requestId) => ({ type: 'object-request', requestId, names }));
  }

  #takeBodies(attempt: Attempt, objects: readonly ProtocolObject[], now: number): void {
    const before = attempt.missing.length;
    const asked = IdSet.from(attempt.missing.slice(0, NAMES).map(({ id }) => id));
    for (const object of objects) {
      const isBody = object.kind === 'operation' || object.kind === 'registration';
      if (isBody && asked.has(object.id)) attempt.bodies.set(object.id, object);
    }
    attempt.missing = attempt.missing.filter(({ id }) => !attempt.bodies.has(id));
    if (attempt.missing.length === before) this.#giveUp(now);
    else this.#askBodies(attempt, now);
  }

  #replay(attempt: Attempt, now: number): void {
    attempt.base = this.#ports.trusted();
    if (attempt.base.window + 1 !== attempt.from) {
      this.#finish(now);
      return;
    }
    let settled = attempt.base;
    const records: FinalRecord[] = [];
    for (const entry of attempt.entries) {
      const record = replayEntry(settled, entry, attempt.bodies, this.#ports.tools);
      if (record === undefined) {
        this.#ports.penalty(attempt.peer, 'archive entry does not apply');
        this.#refuse(attempt.peer, now);
        break;
      }
      records.push(record);
      settled = record.settled;
    }
    attempt.records = records;
    if (records.length === 0) this.#giveUp(now);
    else if (this.#ports.certified) this.#askCertificate(attempt, now);
    else this.#adopt(records, now);
  }

  /** Asks for the certificate of the last replayed window, from the next part on. */
  #askCertificate(attempt: Attempt, now: number): void {
    const { window, side } = lastOf(attempt).settled;
    attempt.awaits = 'proof-response';
    this.#request(attempt, now, (requestId) => ({
      type: 'proof-request',
      requestId,
      window,
      phase: PRECOMMIT,
      round: attempt.proof?.round ?? 0,
      proposalHash: side.proposalHash,
      from: attempt.signatures.length,
    }));
  }

  #takeProof(attempt: Attempt, part: ProofResponse, now: number): void {
    const { settled } = lastOf(attempt);
    const { proof } = attempt;
    if (part.total === 0) {
      this.#takeLess(attempt, now);
      return;
    }
    const isAnswer =
      part.window === settled.window && part.phase === PRECOMMIT && part.proposalHash === settled.side.proposalHash;
    if (!isAnswer || part.total > this.#openAt(attempt).roster.members.length) {
      this.#giveUp(now);
      return;
    }
    if (proof !== undefined && (part.total !== proof.total || part.round !== proof.round)) {
      attempt.proof = undefined;
      attempt.signatures = [];
      if (++attempt.restarts > MOST_RESTARTS) this.#giveUp(now);
      else this.#askCertificate(attempt, now);
      return;
    }
    attempt.proof = part;
    attempt.signatures = [...attempt.signatures, ...part.signatures];
    if (part.signatures.length === 0 || attempt.signatures.length > part.total) this.#giveUp(now);
    else if (attempt.signatures.length < part.total) this.#askCertificate(attempt, now);
    else this.#judge(attempt, part.round, now);
  }

  /** Adopts what the certificate proves under both states (09 §9). */
  #judge(attempt: Attempt, round: number, now: number): void {
    const last = lastOf(attempt);
    const trusted = this.#ports.trusted();
    if (trusted.window >= last.settled.window) {
      this.#finish(now);
      return;
    }
    const open = this.#openAt(attempt);
    const certificate = certificateOf(last, round, attempt.signatures).filter(
      (vote) => judgeVote(vote, open, this.#ports.tools.verify) === undefined,
    );
    const known = openWindow(trusted).roster;
    if (signersWeight(certificate, open.roster) < open.roster.quorum) {
      this.#ports.penalty(attempt.peer, 'certificate below the quorum');
      this.#giveUp(now);
    } else if (signersWeight(certificate, known) < known.quorum) this.#takeLess(attempt, now);
    else this.#adopt([...attempt.records.slice(0, -1), { ...last, certificate }], now);
  }

  /** The window of the last record, judged on the tentative state before it. */
  #openAt({ records, base }: Attempt): OpenWindow {
    return openWindow(records.at(-2)?.settled ?? base);
  }

  /** The certificate proves nothing to this node, or there is none: one window less. */
  #takeLess(attempt: Attempt, now: number): void {
    attempt.records = attempt.records.slice(0, -1);
    attempt.proof = undefined;
    attempt.signatures = [];
    if (attempt.records.length === 0) this.#giveUp(now);
    else this.#askCertificate(attempt, now);
  }

  #adopt(records: readonly FinalRecord[], now: number): void {
    this.#ports.adopt(records);
    this.#finish(now);
  }

  #finish(now: number): void {
    this.#attempt = undefined;
    this.#ports.timer(undefined);
    this.#next(now);
  }

  /** This peer did not help: the next one is asked. */
  #giveUp(now: number): void {
    if (this.#attempt !== undefined) this.#refuse(this.#attempt.peer, now);
    this.#finish(now);
  }

  #refuse(peer: number, now: number): void {
    const head = this.#heads.find((known) => known.peer === peer);
    if (head !== undefined) head.refusedUntil = now + REFUSED;
  }
}

const lastOf = ({ records }: Attempt): FinalRecord => records.at(-1) as FinalRecord;

const certificateOf = (
  { settled }: FinalRecord,
  round: number,
  signatures: readonly ProofSignature[],
): readonly Vote[] =>
  signatures.map(({ nodeId, signature }) =>
    voteOf({
      phase: PRECOMMIT,
      round,
      window: settled.window,
      proposalHash: settled.side.proposalHash,
      nodeId,
      signature,
    }),
  );
