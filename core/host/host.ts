import type { Evidence, Operation, ProtocolObject, Vote } from '../consensus/objects.ts';
import { Gossip } from '../gossip/gossip.ts';
import type { ParticipantConfig } from '../participant/context.ts';
import { Participant } from '../participant/participant.ts';
import type {
  ChainJob,
  ChainResult,
  FinalRecord,
  Opened,
  OpenRecord,
  OperationNotice,
  ParticipantEffect,
  Standing,
  Verdict,
} from '../participant/types.ts';
import type { SnapshotStaging } from '../snapshot/staging.ts';
import type { Checkpoint } from '../sync/phase.ts';
import type { CatchUp } from '../sync/progress.ts';
import { Sync } from '../sync/sync.ts';
import type { Settled } from '../transition/settled.ts';
import { MAX_PAYLOAD } from '../wire/envelope.ts';
import type { ArchiveEntry, Message, ObjectName, Stemmed } from '../wire/messages.ts';
import { MOST_ARCHIVED } from '../wire/payloads.ts';
import { archiveEntrySize } from '../wire/size.ts';

/** Time as a shell sees it at the moment of an input: network time in microseconds, and the hasher's count (09 §12.2). */
export interface Clock {
  readonly now: number;
  readonly iterations: number;
}

/** What a host tells its user and its observers. */
export type Notice =
  | { readonly type: 'final'; readonly record: FinalRecord; readonly round: number }
  | { readonly type: 'confirmed'; readonly notice: OperationNotice }
  | { readonly type: 'standing'; readonly standing: Standing }
  | { readonly type: 'entered'; readonly window: number }
  /** T of the window is known here. */
  | { readonly type: 'timechain'; readonly window: number }
  | { readonly type: 'published'; readonly object: ProtocolObject }
  | { readonly type: 'accepted'; readonly object: ProtocolObject }
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  | { readonly type: 'submitted'; readonly operation: Operation; readonly verdict: Verdict }
  | { readonly type: 'penalty'; readonly peer: number; readonly reason: string }
  | { readonly type: 'stop'; readonly reason: string }
  /** How far it is on its way to the others (06 §7); told sparingly. */
  | ({ readonly type: 'catch-up' } & CatchUp)
  /** What the operator should do. */
  | { readonly type: 'advice'; readonly text: string };

/** Where effects go, in order. `persist` is a barrier: nothing after it happens before it is durable. */
export interface HostPorts {
  send(peer: number, message: Message): void;
  /** Replaces the timer before; undefined: none. Network time. */
  timer(at: number | undefined): void;
  /** Replaces the alarm before; undefined: none. Iteration count. */
  alarm(at: number | undefined): void;
  work(job: ChainJob): void;
  cancel(job: ChainJob): void;
  persist(final: FinalRecord | undefined, open: OpenRecord | undefined): void;
  /**
   * A barrier as `persist`: a verified snapshot, read from the staging, takes the place of the state and of all that was archived. The
   * last `open` that was persisted stays.
   */
  adopt(settled: Settled): void;
  notice(notice: Notice): void;
  /** Reads of what was made durable: archive entries and bodies of final windows, certificates that are kept (09 §3). */
  archived(window: number): ArchiveEntry | undefined;
  archivedObject(name: ObjectName): ProtocolObject | undefined;
  /** Empty: none is kept. */
  archivedCertificate(window: number): readonly Vote[];
  /** Where a snapshot is put together; after `adopt` another one. */
  staging(): SnapshotStaging;
}

/** What a shell may choose beside the configuration of the participant. */
export interface HostOptions {
  /** Operations and registrations go over a stem before they are gossiped (06 §10). By default they do not. */
  readonly stem?: boolean;
  /** A gap of more than 64 windows is closed by a snapshot (06 §7). By default it is. */
  readonly fastSync?: boolean;
  /** A final window that any history must lead through; ahead of the own state, trusted in its place (09 §9). */
  readonly checkpoint?: Checkpoint;
}

/** An operation of the user, and how often it had to wait. */
interface Submission {
  readonly operation: Operation;
  readonly tries: number;
}

/** Final windows a user's operation may wait for, and how many may wait. */
const TRIES = 2;
const MOST_WAITING = 1_024;

/**
 * A node's protocol machines, composed: what a shell drives and a journal records. Same inputs, same effects, byte for byte.
 * `message` returns false for a duplicate.
 */
export class Host {
  readonly #config: ParticipantConfig;
  #participant: Participant;
  /** The last one that was persisted. */
  #open: OpenRecord | undefined;
  readonly #gossip: Gossip;
  readonly #sync: Sync;
  readonly #clock: Clock;
  readonly #ports: HostPorts;
  readonly #isStemming: boolean;
  readonly #effects: ParticipantEffect[] = [];
  #draining = false;
  /** The user's operations that are not valid yet. */
  #waiting: Submission[] = [];
  /** Asked for and not done: a snapshot makes them void. */
  #jobs: ChainJob[] = [];
  #alarm: number | undefined;
  #gossipTimer: number | undefined;
  #syncTimer: number | undefined;
  #timer: number | undefined;

  constructor(
    config: ParticipantConfig,
    opened: Opened,
    seed: Uint8Array,
    clock: Clock,
    ports: HostPorts,
    { stem = false, fastSync = true, checkpoint }: HostOptions = {},
  ) {
    this.#config = config;
    this.#clock = clock;
    this.#ports = ports;
    this.#isStemming = stem;
    this.#open = opened.open;
    this.#participant = this.#newParticipant(opened);
    this.#gossip = new Gossip(
      {
        offer: (object) => this.#offer(object),
        weigh: (object) => this.participant.weigh(object),
        offerProof: (votes) => this.participant.offerProof(votes, clock.iterations),
        send: (peer, message) => ports.send(peer, message),
        timer: (at) => {
          this.#gossipTimer = at;
        },
        penalty: (peer, reason) => ports.notice({ type: 'penalty', peer, reason }),
        lookup: (name) => ports.archivedObject(name),
        certificate: (window) => ports.archivedCertificate(window),
        statusSeen: (peer, status) => this.#sync.status(peer, status, clock.now),
      },
      { seed, stem },
    );
    this.#sync = new Sync({
      tools: { verify: config.verify, meter: config.meter },
      certified: config.network.rules.finality === 'votes',
      trusted: () => this.participant.settled,
      stopped: () => this.participant.stopped,
      send: (peer, message) => ports.send(peer, message),
      timer: (at) => {
        this.#syncTimer = at;
      },
      adopt: (records) => this.participant.caughtUp(records, clock.iterations),
      penalty: (peer, reason) => ports.notice({ type: 'penalty', peer, reason }),
      fastSync,
      checkpoint,
      staging: () => ports.staging(),
      work: (job) => ports.work(job),
      adoptSnapshot: (settled) => this.#adopt(settled),
      progress: (progress) => ports.notice({ type: 'catch-up', ...progress }),
      advice: (text) => ports.notice({ type: 'advice', text }),
    });
  }

  /** Another one after a snapshot was adopted. */
  get participant(): Participant {
    return this.#participant;
  }

  #newParticipant(opened: Opened): Participant {
    return new Participant(this.#config, opened, (effect) => this.#effects.push(effect));
  }

  /**
   * The verified state takes the place of the one before, as if the process had begun with it and with what it persisted last: what
   * waited in the pools or was held is gone, what was signed is of a window that is over, and the candidate chain goes on.
   */
  #adopt(settled: Settled): void {
    const ports = this.#ports;
    for (const job of this.#jobs) ports.cancel(job);
    this.#jobs = [];
    if (this.#alarm !== undefined) ports.alarm(undefined);
    this.#alarm = undefined;
    this.#effects.length = 0;
    ports.adopt(settled);
    this.#participant = this.#newParticipant({ settled, open: this.#open });
    this.#participant.start(this.#clock.iterations);
    this.#effects.push({ type: 'ready', condition: { until: 'final', window: settled.window } });
  }

  /** First input. */
  start(): void {
    this.participant.start(this.#clock.iterations);
    this.#drain();
  }

  message(peer: number, message: Message): boolean {
    if (message.type === 'archive-request')
      this.#answerArchive(peer, message.requestId, message.fromWindow, message.count);
    else if (!this.#sync.message(peer, message, this.#clock.now)) {
      const isNew = this.#gossip.message(peer, message, this.#clock.now);
      this.#drain();
      return isNew;
    }
    this.#drain();
    return true;
  }

  peerUp(peer: number, outgoing: boolean): void {
    this.#gossip.peerUp(peer, outgoing, this.#clock.now);
    this.#drain();
  }

  peerDown(peer: number): void {
    this.#gossip.peerDown(peer, this.#clock.now);
    this.#sync.peerDown(peer, this.#clock.now);
    this.#drain();
  }

  timer(): void {
    const { now } = this.#clock;
    this.#timer = undefined;
    if (this.#gossipTimer !== undefined && this.#gossipTimer <= now) {
      this.#gossipTimer = undefined;
      this.#gossip.timer(now);
    }
    if (this.#syncTimer !== undefined && this.#syncTimer <= now) {
      this.#syncTimer = undefined;
      this.#sync.timer(now);
    }
    this.#drain();
  }

  alarm(): void {
    this.#alarm = undefined;
    this.participant.tick(this.#clock.iterations);
    this.#drain();
  }

  done(result: ChainResult): void {
    if (result.type === 'measure') this.#sync.measured(result, this.#clock.now);
    else {
      const { type, window, from } = result;
      this.#jobs = this.#jobs.filter((job) => job.type !== type || job.window !== window || job.from !== from);
      this.participant.done(result, this.#clock.iterations);
    }
    this.#drain();
  }

  /**
   * An operation of this node's user, and the first window whose bundle may list it. One that waits for another is tried again at the
   * next two final windows (09 §12.12).
   */
  submit(operation: Operation, notBefore = 0): void {
    const verdict = this.#take(operation, notBefore);
    if (verdict !== undefined) this.#submitted({ operation, tries: 0 }, verdict);
    this.#drain();
  }

  /** Over a stem, but for one that waits for its window: every node is handed it then, so there is nothing to hide. */
  #take(operation: Operation, notBefore: number): Verdict | undefined {
    const { participant } = this;
    if (!this.#isStemming || notBefore > participant.session.window) {
      return participant.submit(operation, this.#clock.iterations, notBefore);
    }
    const verdict = participant.weigh(operation);
    if (verdict.type === 'accept') this.#stem(operation);
    return verdict;
  }

  #stem(object: Stemmed): void {
    this.#ports.notice({ type: 'published', object });
    this.#gossip.stem(object, this.#clock.now);
  }

  #submitted({ operation, tries }: Submission, verdict: Verdict): void {
    const isWaiting = verdict.type === 'hold' && tries < TRIES && this.#waiting.length < MOST_WAITING;
    if (isWaiting) this.#waiting.push({ operation, tries: tries + 1 });
    else this.#ports.notice({ type: 'submitted', operation, verdict });
  }

  #submitAgain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const submission of waiting) {
      const verdict = this.#take(submission.operation, 0);
      if (verdict !== undefined) this.#submitted(submission, verdict);
    }
  }

  #offer(object: ProtocolObject): Verdict {
    const verdict = this.participant.offer(object, this.#clock.iterations);
    if (verdict.type === 'accept') this.#ports.notice({ type: 'accepted', object });
    return verdict;
  }

  /** Carries out what the participant asked for, in order; gossip may make it ask for more. */
  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    for (let i = 0; i < this.#effects.length; i++) this.#carryOut(this.#effects[i] as ParticipantEffect);
    this.#effects.length = 0;
    this.#draining = false;
    this.#setTimer();
  }

  #carryOut(effect: ParticipantEffect): void {
    const { now } = this.#clock;
    const ports = this.#ports;
    switch (effect.type) {
      case 'publish':
        // An own registration: its author has no bundle yet to list it in.
        if (this.#isStemming && effect.object.kind === 'registration') this.#stem(effect.object);
        else {
          ports.notice({ type: 'published', object: effect.object });
          this.#gossip.publish(effect.object, now);
        }
        break;
      case 'need':
        this.#gossip.need(effect.names, now);
        break;
      case 'ready':
        if (effect.condition.until === 'timechain') {
          ports.notice({ type: 'timechain', window: effect.condition.window });
        }
        this.#gossip.ready(effect.condition, now);
        if (effect.condition.until === 'final') this.#submitAgain();
        break;
      case 'entered':
        this.#gossip.entered(effect.window, effect.roster, now);
        ports.notice({ type: 'entered', window: effect.window });
        break;
      case 'standing':
        this.#gossip.standing(effect.standing, now);
        ports.notice(effect);
        break;
      case 'quorum':
        this.#gossip.quorum(effect.quorum);
        break;
      case 'work':
        this.#jobs.push(effect.job);
        ports.work(effect.job);
        break;
      case 'cancel':
        this.#jobs = this.#jobs.filter((job) => job !== effect.job);
        ports.cancel(effect.job);
        break;
      case 'alarm':
        this.#alarm = effect.at;
        ports.alarm(effect.at);
        break;
      case 'persist':
        this.#open = effect.open ?? this.#open;
        ports.persist(effect.final, effect.open);
        break;
      case 'submitted':
        this.#submitted({ operation: effect.operation, tries: 0 }, effect.verdict);
        break;
      case 'final':
      case 'confirmed':
      case 'evidence':
      case 'stop':
        ports.notice(effect);
        break;
    }
  }

  /** One wake-up for both network machines. */
  #setTimer(): void {
    const a = this.#gossipTimer;
    const b = this.#syncTimer;
    const next = a === undefined ? b : b === undefined || a < b ? a : b;
    if (next === this.#timer) return;
    this.#timer = next;
    this.#ports.timer(next);
  }

  /** Whole entries, at most 64 and 1 MiB (09 §3). */
  #answerArchive(peer: number, requestId: number, from: number, count: number): void {
    const entries: ArchiveEntry[] = [];
    let size = 0;
    for (let i = 0; i < Math.min(count, MOST_ARCHIVED); i++) {
      const entry = this.#ports.archived(from + i);
      if (entry === undefined) break;
      size += archiveEntrySize(entry);
      if (size > MAX_PAYLOAD) break;
      entries.push(entry);
    }
    this.#ports.send(peer, { type: 'archive-response', requestId, entries });
  }
}
