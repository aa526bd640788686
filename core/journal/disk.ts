import type { Id } from '../bytes/bytes.ts';
import type { ProtocolObject, Vote } from '../consensus/objects.ts';
import type { FinalRecord, Opened, OpenRecord } from '../participant/types.ts';
import { isSnapshotAnchor } from '../snapshot/anchor-windows.ts';
import { bodiesKept, entriesKept, isLastingCertificate, RECENT_CERTIFICATES } from '../snapshot/retention.ts';
import { MemoryStaging, type SnapshotStaging } from '../snapshot/staging.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveEntry } from '../wire/messages.ts';

/** One `persist` of a host: a final window, what it signed in the open one, or a snapshot in the place of the state and the archive. */
export interface DiskRecord {
  readonly final?: FinalRecord | undefined;
  readonly open?: OpenRecord | undefined;
  readonly adopted?: Settled;
}

/** Anchors that are served: the last ones (09 §3). */
const ANCHORS = 2;

/** What a host keeps through a crash, in a simulation and in a replay. Settled states share their tables, so a version costs only what it changed. */
export class Disk {
  /** Records written since the host came to be. */
  written = 0;
  #settled: Settled;
  /** The last one written: of a closed window its candidate chain and what it remembers of confirmations still matter. */
  #open: OpenRecord | undefined;
  readonly #entries = new Map<number, ArchiveEntry>();
  readonly #objects = new Map<Id, ProtocolObject>();
  /** By operation that is in `#objects`, the last window that listed it. */
  readonly #windows = new Map<Id, number>();
  /** Operations of a window that changed nothing there: no entry names them. */
  readonly #idle = new Map<number, readonly Id[]>();
  readonly #certificates = new Map<number, readonly Vote[]>();
  /** Newest last. */
  #anchors: readonly Settled[] = [];
  #staging = new MemoryStaging();

  constructor(genesis: Settled) {
    this.#settled = genesis;
  }

  write({ final, open, adopted }: DiskRecord): this {
    this.written++;
    if (adopted !== undefined) this.#adopt(adopted);
    if (final !== undefined) this.#close(final);
    if (open !== undefined) this.#open = open;
    return this;
  }

  opened(): Opened {
    return { settled: this.#settled, open: this.#open };
  }

  entry(window: number): ArchiveEntry | undefined {
    return this.#entries.get(window);
  }

  object(id: Id): ProtocolObject | undefined {
    return this.#objects.get(id);
  }

  /** The window that listed an operation whose body is kept. */
  windowOf(operation: Id): number | undefined {
    return this.#windows.get(operation);
  }

  certificate(window: number): readonly Vote[] {
    return this.#certificates.get(window) ?? [];
  }

  staging(): SnapshotStaging {
    return this.#staging;
  }

  /** The state of an anchor window that is kept to be served. */
  anchor(window: number): Settled | undefined {
    return this.#anchors.find((settled) => settled.window === window);
  }

  /** Entries and bodies of before are of no use behind a gap. The staging holds the state from now on: another takes its place. */
  #adopt(settled: Settled): void {
    this.#settled = settled;
    this.#entries.clear();
    this.#objects.clear();
    this.#windows.clear();
    this.#idle.clear();
    this.#certificates.clear();
    this.#anchors = [];
    this.#staging = new MemoryStaging();
  }

  #close({ settled, entry, operations, registrations, proposal, certificate }: FinalRecord): void {
    const { window, network } = settled;
    const { params } = network;
    this.#settled = settled;
    this.#entries.set(window, entry);
    const applied = new Set(entry.operations);
    const idle = operations.filter(({ id }) => !applied.has(id) && !this.#isSettled(id));
    for (const operation of [...operations.filter(({ id }) => applied.has(id)), ...idle]) {
      this.#objects.set(operation.id, operation);
      this.#windows.set(operation.id, window);
    }
    for (const body of [...registrations, proposal]) this.#objects.set(body.id, body);
    if (idle.length > 0)
      this.#idle.set(
        window,
        idle.map(({ id }) => id),
      );
    if (certificate.length > 0) this.#certificates.set(window, certificate);
    const depthOf = (of: number): number | undefined => this.#entries.get(of)?.header.fallbackDepth;
    if (isSnapshotAnchor(params, window, depthOf)) this.#anchors = [...this.#anchors.slice(1 - ANCHORS), settled];
    this.#forgetBodies(window - bodiesKept(params));
    const past = window - entriesKept(params);
    this.#entries.delete(past);
    this.#certificates.delete(past);
    const old = window - RECENT_CERTIFICATES;
    if (old >= 0 && !isLastingCertificate(params, old, depthOf)) this.#certificates.delete(old);
  }

  #isSettled(operation: Id): boolean {
    const window = this.#windows.get(operation);
    return window !== undefined && this.#entries.get(window)?.operations.includes(operation) === true;
  }

  /** Bodies are kept for 2τ₂ windows (09 §3). */
  #forgetBodies(window: number): void {
    const entry = this.#entries.get(window);
    if (entry === undefined) return;
    const idle = (this.#idle.get(window) ?? []).filter((id) => this.#windows.get(id) === window);
    for (const id of [...entry.operations, ...idle, ...entry.registrations, entry.header.id]) {
      this.#objects.delete(id);
      this.#windows.delete(id);
    }
    this.#idle.delete(window);
  }
}
