import { IdMap, IdSet } from '../collections/id-map.ts';
import { signersWeight } from '../consensus/certificate.ts';
import { judgeVote } from '../consensus/judge-vote.ts';
import type { Operation, ProtocolObject, Registration, Vote } from '../consensus/objects.ts';
import type { ParticipantConfig } from '../participant/context.ts';
import type { ChainJob, ChainResult, FinalRecord } from '../participant/types.ts';
import type { SnapshotStaging } from '../snapshot/staging.ts';
import { type OpenWindow, openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import {
  type ArchiveEntry,
  CLASS_OPERATION,
  CLASS_REGISTRATION,
  type Message,
  type ObjectName,
  type ProofResponse,
  type Status,
} from '../wire/messages.ts';
import { CertificateParts } from './certificate-parts.ts';
import { type Checkpoint, PATIENCE, REFUSED } from './phase.ts';
import { replayEntry } from './replay.ts';
import { type CatchUp, SNAPSHOT_GAP, SnapshotSync } from './snapshot-sync.ts';

/** Entries of one 0x43 (09 §3). */
const ENTRIES = 64;

/** Names of one 0x45 (09 §3). */
const NAMES = 256;

/** Request ids of sync begin here, those of gossip below. */
export const SYNC_REQUESTS = 0x4000_0000;

/** How long a node stays one window behind before it asks for the archive entry: gossip closes the gap sooner, if it can. */
export const ONE_BEHIND = 5_000_000;

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
  /** Whether a gap of more than 64 windows is closed by a snapshot. */
  readonly fastSync: boolean;
  /** What any history must lead through; ahead of the own state it vouches for what is below it (09 §9). */
  readonly checkpoint: Checkpoint | undefined;
  staging(): SnapshotStaging;
  work(job: ChainJob): void;
  /** A verified snapshot. */
  adoptSnapshot(settled: Settled): void;
  progress(progress: CatchUp): void;
  advice(text: string): void;
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
  /** The certificate of the last record, as far as it is here. */
  parts: CertificateParts | undefined;
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

  /** Undefined: whatever the gap, it is closed window by window. */
  readonly #snapshot: SnapshotSync | undefined;
  /** When each of the two wants to be woken. */
  #at: number | undefined;
  #snapshotAt: number | undefined;

  constructor(ports: SyncPorts) {
    this.#ports = ports;
    if (!ports.fastSync || !ports.certified) return;
    this.#snapshot = new SnapshotSync({
      verify: ports.tools.verify,
      checkpoint: ports.checkpoint,
      trusted: () => ports.trusted(),
      stopped: () => ports.stopped(),
      heads: () => this.#heads,
      send: (peer, message) => ports.send(peer, message),
      freshRequestId: () => ++this.#requestId,
      penalty: (peer, reason) => ports.penalty(peer, reason),
      timer: (at) => {
        this.#snapshotAt = at;
        this.#arm();
      },
      staging: () => ports.staging(),
      work: (job) => ports.work(job),
      adopt: (settled) => ports.adoptSnapshot(settled),
      progress: (progress) => ports.progress(progress),
      advice: (text) => ports.advice(text),
    });
  }

  peerDown(peer: number, now: number): void {
    const at = this.#heads.findIndex((head) => head.peer === peer);
    if (at >= 0) this.#heads.splice(at, 1);
    this.#snapshot?.peerDown(peer, now);
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
    const open = this.#ports.trusted().window + 1;
    const snapshot = this.#snapshot;
    if (snapshot !== undefined && (status.window > open + SNAPSHOT_GAP || snapshot.isUnderWay)) snapshot.go(now);
    if (status.window > open) this.#next(now);
  }

  timer(now: number): void {
    if (this.#snapshotAt !== undefined && this.#snapshotAt <= now) {
      this.#snapshotAt = undefined;
      this.#snapshot?.timer(now);
    }
    this.#at = undefined;
    const attempt = this.#attempt;
    if (attempt === undefined) this.#next(now);
    else if (now >= attempt.deadline) this.#giveUp(now);
    else this.#at = attempt.deadline;
    this.#arm();
  }

  /** A stretch that fast sync asked to be measured. */
  measured(result: ChainResult, now: number): void {
    this.#snapshot?.measured(result, now);
    this.#next(now);
  }

  /** One wake-up for both ways. */
  #arm(): void {
    const a = this.#at;
    const b = this.#snapshotAt;
    this.#ports.timer(a === undefined || (b !== undefined && b < a) ? b : a);
  }

  #wakeAt(at: number | undefined): void {
    this.#at = at;
    this.#arm();
  }

  /** True if the message answers a request of sync. */
  message(peer: number, message: Message, now: number): boolean {
    const { type } = message;
    if (this.#snapshot?.message(peer, message, now) === true) {
      // Where a snapshot is of no help any more.
      this.#next(now);
      return true;
    }
    if (type === 'snapshot-chunk' || type === 'snapshot-error') return true;
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
    if (this.#attempt !== undefined || this.#ports.stopped() || this.#snapshot?.isHopeful === true) return;
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
      parts: undefined,
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
    this.#wakeAt(this.#late.at);
    return undefined;
  }

  #request(attempt: Attempt, now: number, make: (requestId: number) => Message): void {
    attempt.requestId = ++this.#requestId;
    attempt.deadline = now + PATIENCE;
    this.#wakeAt(attempt.deadline);
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
    const { checkpoint } = this.#ports;
    for (const entry of attempt.entries) {
      const { window, id } = entry.header;
      if (window === checkpoint?.window && id !== checkpoint.proposalHash) {
        this.#ports.penalty(attempt.peer, 'its chain contradicts the checkpoint');
        this.#giveUp(now);
        return;
      }
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
    attempt.parts ??= new CertificateParts(window, side.proposalHash);
    const { parts } = attempt;
    attempt.awaits = 'proof-response';
    this.#request(attempt, now, (requestId) => parts.request(requestId));
  }

  #takeProof(attempt: Attempt, part: ProofResponse, now: number): void {
    const parts = attempt.parts as CertificateParts;
    const taken = parts.take(part, this.#openAt(attempt).roster.members.length);
    if (taken === 'none') this.#takeLess(attempt, now);
    else if (taken === 'bad') this.#giveUp(now);
    else if (taken === 'more') this.#askCertificate(attempt, now);
    else this.#judge(attempt, parts.votes(), now);
  }

  /** Adopts what the certificate proves under both states (09 §9). */
  #judge(attempt: Attempt, votes: readonly Vote[], now: number): void {
    const last = lastOf(attempt);
    const trusted = this.#ports.trusted();
    if (trusted.window >= last.settled.window) {
      this.#finish(now);
      return;
    }
    const open = this.#openAt(attempt);
    const certificate = votes.filter((vote) => judgeVote(vote, open, this.#ports.tools.verify) === undefined);
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
    attempt.parts = undefined;
    if (attempt.records.length === 0) this.#giveUp(now);
    else this.#askCertificate(attempt, now);
  }

  #adopt(records: readonly FinalRecord[], now: number): void {
    this.#ports.adopt(records);
    const head = this.#heads.find(({ peer }) => peer === this.#attempt?.peer)?.window ?? 0;
    const { window } = this.#ports.trusted();
    if (records.length === ENTRIES) this.#ports.progress({ phase: 'archive', done: window + 1, total: head });
    this.#finish(now);
  }

  #finish(now: number): void {
    this.#attempt = undefined;
    this.#wakeAt(undefined);
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
