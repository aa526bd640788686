import type { Header } from '../consensus/objects.ts';
import { type Assembly, FORMER } from '../snapshot/assembly.ts';
import type { State } from '../state/view.ts';
import type { Message, SnapshotChunk } from '../wire/messages.ts';
import { PATIENCE } from './patience.ts';
import { ANOTHER_KIND, type Outcome, type Phase, type PhasePorts } from './phase.ts';

/** Chunks that a peer has to bring in each 10 s, or all that are left: 0.5 MB, so that a slow drip holds nobody up. */
export const LEAST_CHUNKS = 8;

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
  /** Two peers contradict each other about what a snapshot looks like: nobody can tell who lies. */
  #isDisputed = false;

  constructor(assembly: Assembly, anchor: Header, ports: PhasePorts) {
    this.#assembly = assembly;
    this.#anchor = anchor;
    this.#ports = ports;
  }

  get done(): number {
    return this.#assembly.size;
  }

  get total(): number {
    return this.#assembly.total ?? 0;
  }

  get isDisputed(): boolean {
    return this.#isDisputed;
  }

  ask(peer: number, now: number): Outcome {
    if (this.#isWhole() && this.#assembly.firstContested() === undefined) {
      const verified = this.#verify();
      if (verified !== 'next') return verified;
    }
    this.#peer = peer;
    this.#from = (this.#isWhole() ? this.#assembly.firstContested() : undefined) ?? this.#assembly.firstMissing();
    this.#next = this.#from;
    this.#broughtBefore = this.#next;
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
    if (message.type === 'snapshot-error') return message.code === RESOURCE_EXHAUSTED ? 'slow' : 'next';
    if (message.type !== 'snapshot-chunk') return this.#blame(ANOTHER_KIND);
    return this.#takeChunk(message);
  }

  expired(now: number): Outcome {
    if (this.#next - this.#broughtBefore < LEAST_CHUNKS) {
      this.#ports.penalty(this.#peer, 'a snapshot that is too slow');
      return 'slow';
    }
    this.#broughtBefore = this.#next;
    this.deadline = now + PATIENCE;
    return 'more';
  }

  #takeChunk(chunk: SnapshotChunk): Outcome {
    if (chunk.chunkIndex !== this.#next) return this.#blame('snapshot chunks out of order');
    const offered = this.#assembly.offer(chunk, this.#peer);
    // Of a chunk that is held and not contested another copy says nothing.
    if (!offered.ok && offered.error !== 'DuplicateIndex') {
      if (offered.error === 'WrongTotal' || offered.error === 'OutOfPlace') {
        this.#isDisputed = true;
        return 'next';
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
    return this.#blame('a snapshot that is not that of its header');
  }

  #blame(reason: string): Outcome {
    this.#ports.penalty(this.#peer, reason);
    return 'next';
  }
}

/** FastSyncError: ask again later (06 §6). */
const RESOURCE_EXHAUSTED = 4;
