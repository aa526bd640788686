import type { ChainJob, ChainResult } from '../participant/types.ts';
import type { SnapshotStaging } from '../snapshot/staging.ts';
import type { Settled } from '../transition/settled.ts';
import type { Message, Status } from '../wire/messages.ts';
import { type ArchivePorts, ArchiveSync } from './archive-sync.ts';
import { Heads } from './heads.ts';
import type { CatchUp } from './progress.ts';
import { SNAPSHOT_GAP, SnapshotSync } from './snapshot-sync.ts';

/** Request ids of sync begin here, those of gossip below. */
export const SYNC_REQUESTS = 0x4000_0000;

export interface SyncPorts extends Omit<ArchivePorts, 'heads' | 'freshRequestId' | 'isSpared'> {
  /** Whether a gap of more than 64 windows is closed by a snapshot. */
  readonly fastSync: boolean;
  staging(): SnapshotStaging;
  work(job: ChainJob): void;
  /** A verified snapshot. */
  adoptSnapshot(settled: Settled): void;
  progress(progress: CatchUp): void;
  advice(text: string): void;
}

/** Catch-up (04 §15, 09 §9): far behind by a snapshot, from there on window by window out of the archive. */
export class Sync {
  readonly #ports: SyncPorts;
  readonly #heads = new Heads();
  readonly #archive: ArchiveSync;
  /** Undefined: whatever the gap, it is closed window by window. */
  readonly #snapshot: SnapshotSync | undefined;
  #requestId = SYNC_REQUESTS;
  /** When each of the two wants to be woken. */
  #archiveAt: number | undefined;
  #snapshotAt: number | undefined;

  constructor(ports: SyncPorts) {
    this.#ports = ports;
    const shared = {
      trusted: () => ports.trusted(),
      stopped: () => ports.stopped(),
      send: (peer: number, message: Message) => ports.send(peer, message),
      freshRequestId: () => ++this.#requestId,
      penalty: (peer: number, reason: string) => ports.penalty(peer, reason),
      checkpoint: ports.checkpoint,
      progress: (progress: CatchUp) => ports.progress(progress),
    };
    this.#archive = new ArchiveSync({
      ...shared,
      tools: ports.tools,
      certified: ports.certified,
      heads: this.#heads,
      isSpared: () => this.#snapshot?.isHopeful === true,
      adopt: (records) => ports.adopt(records),
      timer: (at) => {
        this.#archiveAt = at;
        this.#arm();
      },
    });
    if (!ports.fastSync || !ports.certified) return;
    this.#snapshot = new SnapshotSync({
      ...shared,
      verify: ports.tools.verify,
      heads: () => this.#heads.all(),
      staging: () => ports.staging(),
      work: (job) => ports.work(job),
      adopt: (settled) => ports.adoptSnapshot(settled),
      advice: (text) => ports.advice(text),
      timer: (at) => {
        this.#snapshotAt = at;
        this.#arm();
      },
    });
  }

  peerDown(peer: number, now: number): void {
    this.#heads.forget(peer);
    this.#snapshot?.peerDown(peer, now);
    this.#archive.peerDown(peer, now);
    // It may have been the one a snapshot was expected of.
    this.#archive.go(now);
  }

  /** A Status, as gossip saw it. */
  status(peer: number, { window }: Status, now: number): void {
    this.#heads.says(peer, window);
    const open = this.#ports.trusted().window + 1;
    const snapshot = this.#snapshot;
    if (snapshot !== undefined && (window > open + SNAPSHOT_GAP || snapshot.isUnderWay)) snapshot.go(now);
    if (window > open) this.#archive.go(now);
  }

  timer(now: number): void {
    if (this.#snapshotAt !== undefined && this.#snapshotAt <= now) {
      this.#snapshotAt = undefined;
      this.#snapshot?.timer(now);
    }
    this.#archive.timer(now);
  }

  /** A stretch that fast sync asked to be measured. */
  measured(result: ChainResult, now: number): void {
    this.#snapshot?.measured(result, now);
    this.#archive.go(now);
  }

  /** True if the message answers a request of sync. */
  message(peer: number, message: Message, now: number): boolean {
    if (this.#snapshot?.message(peer, message, now) === true) {
      // Where a snapshot is of no help any more.
      this.#archive.go(now);
      return true;
    }
    const { type } = message;
    if (type === 'snapshot-chunk' || type === 'snapshot-error') return true;
    if (type !== 'archive-response' && type !== 'object-response' && type !== 'proof-response') return false;
    if (message.requestId < SYNC_REQUESTS) return false;
    this.#archive.message(peer, message, now);
    return true;
  }

  /** One wake-up for both ways. */
  #arm(): void {
    const a = this.#archiveAt;
    const b = this.#snapshotAt;
    this.#ports.timer(a === undefined || (b !== undefined && b < a) ? b : a);
  }
}
