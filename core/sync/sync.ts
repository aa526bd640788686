import { IdMap } from '../collections/id-map.ts';
import { signersWeight } from '../consensus/certificate.ts';
import { judgeVote } from '../consensus/judge-vote.ts';
import { type Operation, PRECOMMIT, type ProtocolObject, type Registration } from '../consensus/objects.ts';
import { voteOf } from '../consensus/vote.ts';
import type { FinalRecord } from '../participant/types.ts';
import { openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import {
  type ArchiveEntry,
  CLASS_OPERATION,
  CLASS_REGISTRATION,
  type Message,
  type ObjectName,
  type ProofSignature,
  type Status,
} from '../wire/messages.ts';
import { type ReplayTools, replayEntry } from './replay.ts';

/** Entries of one 0x43 (09 §3). */
const ENTRIES = 64;

/** Names of one 0x45 (09 §3). */
const NAMES = 256;

/** Request ids of sync begin here, those of gossip below. */
export const SYNC_REQUESTS = 0x4000_0000;

/** Without an answer for this long, the peer is given up and another one tried. Microseconds. */
const PATIENCE = 10_000_000;

export interface SyncPorts {
  readonly tools: ReplayTools;
  /** Whether final windows come with certificates: not under `finality: first-valid` (09 §12.18). */
  readonly certified: boolean;
  /** The last final state of this node: what it trusts. */
  trusted(): Settled;
  send(peer: number, message: Message): void;
  timer(at: number | undefined): void;
  /** Verified windows, oldest first. */
  adopt(records: readonly FinalRecord[]): void;
  penalty(peer: number, reason: string): void;
}

/** One attempt to catch up from one peer, step after step. */
interface Attempt {
  readonly peer: number;
  readonly from: number;
  requestId: number;
  deadline: number;
  entries: readonly ArchiveEntry[];
  readonly bodies: IdMap<Operation | Registration>;
  missing: ObjectName[];
  /** Replayed entries not yet adopted. */
  records: FinalRecord[];
  signatures: ProofSignature[];
  /** Round of the certificate. */
  round: number;
}

/**
 * Catch-up from two windows behind on (09 §9, §12.16): archive entries of one peer are applied on a copy and adopted once a
 * certificate of the last of them has weight ≥ Q, counted by the tentative state before it and by the trusted state alike.
 */
export class Sync {
  readonly #ports: SyncPorts;
  #attempt: Attempt | undefined;
  #requestId = SYNC_REQUESTS;
  /** The greatest window each peer has shown: where to turn next. */
  readonly #heads: { peer: number; window: number }[] = [];

  constructor(ports: SyncPorts) {
    this.#ports = ports;
  }

  peerDown(peer: number, now: number): void {
    const at = this.#heads.findIndex((head) => head.peer === peer);
    if (at >= 0) this.#heads.splice(at, 1);
    if (this.#attempt?.peer === peer) this.#giveUp(now);
  }

  /** A Status, as gossip saw it. */
  status(peer: number, status: Status, now: number): void {
    const head = this.#heads.find((known) => known.peer === peer);
    if (head === undefined) this.#heads.push({ peer, window: status.window });
    else head.window = status.window;
    this.#next(now);
  }

  timer(now: number): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    if (now >= attempt.deadline) this.#giveUp(now);
    else this.#ports.timer(attempt.deadline);
  }

  /** True if the message answers a request of sync. */
  message(peer: number, message: Message, now: number): boolean {
    const attempt = this.#attempt;
    if (!message.type.endsWith('-response') || !('requestId' in message) || message.requestId < SYNC_REQUESTS)
      return false;
    if (attempt === undefined || attempt.peer !== peer || message.requestId !== attempt.requestId) return true;
    if (message.type === 'archive-response') this.#takeEntries(attempt, message.entries, now);
    else if (message.type === 'object-response') this.#takeBodies(attempt, message.objects, now);
    else if (message.type === 'proof-response') {
      attempt.round = message.round;
      attempt.signatures.push(...message.signatures);
      if (message.signatures.length > 0 && attempt.signatures.length < message.total)
        this.#askCertificate(attempt, now);
      else this.#judge(attempt, now);
    }
    return true;
  }

  /** Starts an attempt when some peer is two or more windows ahead. */
  #next(now: number): void {
    if (this.#attempt !== undefined) return;
    const from = this.#ports.trusted().window + 1;
    const ahead = this.#heads.find((head) => head.window >= from + 2);
    if (ahead === undefined) return;
    const attempt: Attempt = {
      peer: ahead.peer,
      from,
      requestId: 0,
      deadline: 0,
      entries: [],
      bodies: new IdMap(),
      missing: [],
      records: [],
      signatures: [],
      round: 0,
    };
    this.#attempt = attempt;
    const count = Math.min(ENTRIES, ahead.window - from);
    this.#request(attempt, now, (requestId) => ({ type: 'archive-request', requestId, fromWindow: from, count }));
  }

  #request(attempt: Attempt, now: number, make: (requestId: number) => Message): void {
    attempt.requestId = ++this.#requestId;
    attempt.deadline = now + PATIENCE;
    this.#ports.timer(attempt.deadline);
    this.#ports.send(attempt.peer, make(attempt.requestId));
  }

  #takeEntries(attempt: Attempt, entries: readonly ArchiveEntry[], now: number): void {
    if (entries.length === 0 || entries[0]?.header.window !== attempt.from) {
      this.#giveUp(now);
      return;
    }
    attempt.entries = entries.slice(0, ENTRIES);
    for (const entry of attempt.entries) {
      for (const id of entry.operations) attempt.missing.push({ class: CLASS_OPERATION, id });
      for (const id of entry.registrations) attempt.missing.push({ class: CLASS_REGISTRATION, id });
    }
    this.#askBodies(attempt, now);
  }

  #askBodies(attempt: Attempt, now: number): void {
    if (attempt.missing.length === 0) {
      this.#replay(attempt, now);
      return;
    }
    const names = attempt.missing.slice(0, NAMES);
    this.#request(attempt, now, (requestId) => ({ type: 'object-request', requestId, names }));
  }

  #takeBodies(attempt: Attempt, objects: readonly ProtocolObject[], now: number): void {
    const before = attempt.missing.length;
    for (const object of objects) {
      if (object.kind === 'operation' || object.kind === 'registration') attempt.bodies.set(object.id, object);
    }
    attempt.missing = attempt.missing.filter(({ id }) => !attempt.bodies.has(id));
    if (attempt.missing.length === before) this.#giveUp(now);
    else this.#askBodies(attempt, now);
  }

  #replay(attempt: Attempt, now: number): void {
    let settled = this.#ports.trusted();
    if (settled.window + 1 !== attempt.from) {
      this.#finish(now);
      return;
    }
    for (const entry of attempt.entries) {
      const record = replayEntry(settled, entry, attempt.bodies, this.#ports.tools);
      if (record === undefined) {
        this.#ports.penalty(attempt.peer, 'archive entry does not apply');
        break;
      }
      attempt.records.push(record);
      settled = record.settled;
    }
    if (this.#ports.certified) this.#askCertificate(attempt, now);
    else {
      this.#ports.adopt(attempt.records);
      this.#finish(now);
    }
  }

  /** Asks for the certificate of the last replayed window, or gives up when none is left. */
  #askCertificate(attempt: Attempt, now: number): void {
    const last = attempt.records[attempt.records.length - 1];
    if (last === undefined) {
      this.#giveUp(now);
      return;
    }
    this.#request(attempt, now, (requestId) => ({
      type: 'proof-request',
      requestId,
      window: last.settled.window,
      phase: PRECOMMIT,
      round: 0,
      proposalHash: last.settled.side.proposalHash,
      from: attempt.signatures.length,
    }));
  }

  /** Adopts what the certificate proves under both states (09 §9); if it does not, tries one window less. */
  #judge(attempt: Attempt, now: number): void {
    const last = attempt.records[attempt.records.length - 1] as FinalRecord;
    const trusted = this.#ports.trusted();
    const before = attempt.records[attempt.records.length - 2]?.settled ?? trusted;
    const open = openWindow(before);
    const votes = attempt.signatures
      .map(({ nodeId, signature }) =>
        voteOf({
          phase: PRECOMMIT,
          round: attempt.round,
          window: last.settled.window,
          proposalHash: last.settled.side.proposalHash,
          nodeId,
          signature,
        }),
      )
      .filter((vote) => judgeVote(vote, open, this.#ports.tools.verify) === undefined);
    const known = openWindow(trusted).roster;
    const isProven =
      signersWeight(votes, open.roster) >= open.roster.quorum && signersWeight(votes, known) >= known.quorum;
    if (isProven) {
      this.#ports.adopt([...attempt.records.slice(0, -1), { ...last, certificate: votes }]);
      this.#finish(now);
      return;
    }
    attempt.records = attempt.records.slice(0, -1);
    attempt.signatures = [];
    this.#askCertificate(attempt, now);
  }

  #finish(now: number): void {
    this.#attempt = undefined;
    this.#ports.timer(undefined);
    this.#next(now);
  }

  /** This peer did not help: it is asked again only after it says anew where it stands. */
  #giveUp(now: number): void {
    const peer = this.#attempt?.peer;
    const at = this.#heads.findIndex((head) => head.peer === peer);
    if (at >= 0) this.#heads.splice(at, 1);
    this.#finish(now);
  }
}
