import type { Header } from '../consensus/objects.ts';
import { type Assembly, FORMER } from '../snapshot/assembly.ts';
import type { State } from '../state/view.ts';
import type { Message, SnapshotChunk } from '../wire/messages.ts';
import { PATIENCE } from './patience.ts';
import { ANOTHER_KIND, type Outcome, type Phase, type PhasePorts } from './phase.ts';

/** Chunks that a peer has to bring in each 10 s, or all that are left: 0.5 MB, so that a slow drip holds nobody up. */
export const LEAST_CHUNKS = 8;

/**
 * How long one peer is listened to while others wait: a minute, so that a total it made up is contradicted soon; once all others had as
 * long, twice as long. Who brings a tenth of what it was asked for in that time is not interrupted, but has ten times as long for the
 * rest: a stream that was begun cannot be stopped. Microseconds.
 */
export const TURN = 60_000_000;
const PROLONGED = 10;

/**
 * The chunks of one anchor, from one peer at a time, each peer from the first chunk that is missing (`resume_offset`). A peer that
 * sends anything but the next chunk, or one that cannot be, is blamed. Where the roots are wrong, the next peer sends the tables
 * concerned anew: all of a table then stands on its word, so that it is right, or that peer is the liar and what it gave goes.
 */
export class ChunkDownload implements Phase {
  requestId = 0;
  deadline = 0;
  state: State | undefined;
  readonly #assembly: Assembly;
  readonly #anchor: Header;
  readonly #ports: PhasePorts;
  #peer = 0;
  /** Where the stream of this peer began, and its next chunk. */
  #from = 0;
  #next = 0;
  #broughtBefore = 0;
  #turn: number;
  #turnEnds = 0;
  #isProlonged = false;
  #over: readonly number[] = [];
  /** Those that have no such chunk: none of this anchor, or fewer than was believed. They are asked for the first one. */
  #doubters: readonly number[] = [];
  /** Those whose chunks cannot stand beside what is held: nobody can tell who lies. */
  #rivals: readonly number[] = [];

  constructor(assembly: Assembly, anchor: Header, ports: PhasePorts, turn = TURN) {
    this.#assembly = assembly;
    this.#anchor = anchor;
    this.#ports = ports;
    this.#turn = turn;
  }

  get done(): number {
    return this.#assembly.size;
  }

  get total(): number {
    return this.#assembly.total ?? 0;
  }

  /** No way on but to begin anew: in a dispute nobody is left, or nobody who had no turn. `peer`: who would be next. */
  isStuck(peer: number | undefined): boolean {
    if (this.#rivals.length === 0) return false;
    return peer === undefined || this.#over.includes(peer) || this.#rivals.includes(peer);
  }

  /** Those that say anything else than what is held. */
  get contrary(): readonly number[] {
    return [...this.#doubters, ...this.#rivals];
  }

  /** Whose turns of this length are over. */
  get over(): readonly number[] {
    return this.#over;
  }

  ask(peer: number, now: number): Outcome {
    if (this.#isWhole() && this.#assembly.firstContested() === undefined) {
      const verified = this.#verify();
      if (verified !== 'next') return verified;
    }
    this.#peer = peer;
    this.#from = this.#firstWanted(peer);
    this.#next = this.#from;
    this.#broughtBefore = this.#next;
    if (this.#over.includes(peer)) {
      this.#turn *= 2;
      this.#over = [];
    }
    this.#turnEnds = now + this.#turn;
    this.#isProlonged = false;
    this.requestId = this.#ports.freshRequestId();
    this.deadline = now + PATIENCE;
    this.#ports.send(peer, {
      type: 'snapshot-request',
      requestId: this.requestId,
      anchorWindow: this.#anchor.window,
      resumeOffset: this.#from,
    });
    return 'more';
  }

  take(message: Message): Outcome {
    if (message.type === 'snapshot-error') return this.#takeError(message.code);
    if (message.type !== 'snapshot-chunk') return this.#blame(ANOTHER_KIND);
    return this.#takeChunk(message);
  }

  expired(now: number, isAlone: boolean): Outcome {
    if (this.#next - this.#broughtBefore < LEAST_CHUNKS) {
      this.#ports.penalty(this.#peer, 'a snapshot that is too slow');
      return 'slow';
    }
    if (!isAlone && this.#isOver(now)) {
      this.#over = [...this.#over, this.#peer];
      return 'over';
    }
    this.#broughtBefore = this.#next;
    this.deadline = now + PATIENCE;
    return 'more';
  }

  #firstWanted(peer: number): number {
    if (this.#doubters.includes(peer)) return 0;
    return (this.#isWhole() ? this.#assembly.firstContested() : undefined) ?? this.#assembly.firstMissing();
  }

  #takeError(code: number): Outcome {
    if (code === RESOURCE_EXHAUSTED) return 'slow';
    if (code !== UNAVAILABLE || this.#from === 0) return 'next';
    this.#doubters = [...this.#doubters, this.#peer];
    return 'contrary';
  }

  #isOver(now: number): boolean {
    if (now < this.#turnEnds) return false;
    const isBehind = (this.#next - this.#from) * PROLONGED < this.total - this.#from;
    if (this.#isProlonged || isBehind) return true;
    this.#isProlonged = true;
    this.#turnEnds = now + PROLONGED * this.#turn;
    return false;
  }

  #takeChunk(chunk: SnapshotChunk): Outcome {
    if (chunk.chunkIndex !== this.#next) return this.#blame('snapshot chunks out of order');
    // It has as many as the others after all, or says so now.
    const isDoubter = this.#next === 0 && this.#doubters.includes(this.#peer);
    if (isDoubter && chunk.totalChunks === this.#assembly.total) return 'next';
    const offered = this.#assembly.offer(chunk, this.#peer);
    // Of a chunk that is held and not contested another copy says nothing.
    if (!offered.ok && offered.error !== 'DuplicateIndex') {
      if (offered.error === 'WrongTotal' || offered.error === 'OutOfPlace') {
        this.#rivals = [...this.#rivals, this.#peer];
        return 'contrary';
      }
      return this.#blame(`snapshot chunk: ${offered.error}`);
    }
    this.#next++;
    if (this.#next < chunk.totalChunks) return 'more';
    return this.#isWhole() ? this.#verify() : 'slow';
  }

  #isWhole(): boolean {
    return this.#assembly.total !== undefined && this.#assembly.firstMissing() === this.#assembly.total;
  }

  /** `next`: the roots are wrong, and whoever is asked next sends the tables concerned again. */
  #verify(): Outcome {
    const verified = this.#assembly.verify(this.#anchor);
    if (verified.ok) {
      for (const { from } of verified.wrong) if (from !== FORMER) this.#ports.penalty(from, 'a wrong snapshot chunk');
      this.state = verified.state;
      return 'done';
    }
    if (verified.error === 'Incomplete') return 'next';
    const contested = this.#assembly.firstContested();
    // A header whose state root is not that of its own table roots.
    if (contested === undefined) return 'void';
    const isOfOne = this.#next === this.total && this.#from <= contested;
    if (!isOfOne) return this.#next === this.total ? 'slow' : 'next';
    this.#assembly.releaseFrom(this.#peer);
    if (this.#assembly.total === undefined) this.#doubters = [];
    return this.#blame('a snapshot that is not that of its header');
  }

  #blame(reason: string): Outcome {
    this.#ports.penalty(this.#peer, reason);
    return 'next';
  }
}

/** FastSyncError: no such chunk, ask again later (06 §6). */
const UNAVAILABLE = 1;
const RESOURCE_EXHAUSTED = 4;
