import { mkdirSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Id } from '#core/bytes/bytes.ts';
import { isSnapshotAnchor } from '#core/snapshot/anchor-windows.ts';
import type { SnapshotSource } from '#core/snapshot/source.ts';
import type { Settled } from '#core/transition/settled.ts';
import { SnapshotFile, SnapshotWriter } from '#node/store/snapshot-file.ts';
import type { Store } from '#node/store/store.ts';
import type { Slices } from './slices.ts';

const NAME = /^snapshot-\d+\.chunks(\.tmp)?$/;

const nameOf = (window: number): string => `snapshot-${window}.chunks`;

/** Anchors that are served: a joiner that began with one goes on with it while the next is made. */
const KEPT = 2;

export interface SnapshotsPorts {
  readonly folder: string;
  readonly store: Pick<Store, 'entry'>;
  readonly slices: Slices;
  /** A snapshot that is not written is missed by nobody but joiners. */
  failed(error: unknown): void;
}

/** The snapshots of a live node: written at anchor windows beside its work, kept through restarts, served from files (06 §7). */
export class Snapshots {
  readonly #ports: SnapshotsPorts;
  /** Oldest first. */
  #files: SnapshotFile[] = [];
  /** Still in pieces. */
  #writing: SnapshotWriter | undefined;
  #isStopped = false;

  /** Goes on with the files in the folder that are of this node's chain; removes all others of that name. */
  constructor(ports: SnapshotsPorts, settled: Settled) {
    this.#ports = ports;
    const { folder } = ports;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder).filter((name) => NAME.test(name))) {
      const file = SnapshotFile.open(join(folder, name));
      if (file !== undefined && name === nameOf(file.window) && this.#isOwn(file, settled.network.genesisHash)) {
        this.#files.push(file);
      } else {
        file?.close();
        unlinkSync(join(folder, name));
      }
    }
    this.#files.sort((a, b) => a.window - b.window);
    this.#forget();
    this.final(settled);
  }

  /** A window is final, and durable: a snapshot is made of it, if it is an anchor. */
  final(settled: Settled): void {
    const { window, network } = settled;
    if (this.anchor(window) !== undefined) return;
    if (!isSnapshotAnchor(network.params, window, (at) => this.#ports.store.entry(at)?.header.fallbackDepth)) return;
    try {
      this.abandon();
      this.#write(settled);
    } catch (error) {
      this.#ports.failed(error);
    }
  }

  #write(settled: Settled): void {
    const { window } = settled;
    const writer = new SnapshotWriter(join(this.#ports.folder, nameOf(window)), settled);
    this.#writing = writer;
    this.#ports.slices.add(() => {
      if (this.#writing !== writer) return false;
      try {
        if (writer.writeSome()) return true;
      } catch (error) {
        this.abandon();
        throw error;
      }
      this.#writing = undefined;
      writer
        .finish()
        .then(() => this.#add(nameOf(window)))
        .catch(this.#ports.failed);
      return false;
    });
  }

  anchor(window: number): SnapshotSource | undefined {
    return this.#files.find((file) => file.window === window);
  }

  /** The snapshot being written is given up: its state cannot be read any more. */
  abandon(): void {
    this.#writing?.abandon();
    this.#writing = undefined;
  }

  stop(): void {
    this.#isStopped = true;
    this.abandon();
    for (const file of this.#files.splice(0)) file.close();
  }

  #add(name: string): void {
    if (this.#isStopped) return;
    const file = SnapshotFile.open(join(this.#ports.folder, name));
    if (file !== undefined) this.#files.push(file);
    this.#forget();
  }

  #forget(): void {
    for (const file of this.#files.splice(0, this.#files.length - KEPT)) {
      file.close();
      rmSync(join(this.#ports.folder, nameOf(file.window)), { force: true });
    }
  }

  #isOwn({ genesisHash, window, proposalHash }: SnapshotFile, ownGenesis: Id): boolean {
    return genesisHash === ownGenesis && this.#ports.store.entry(window)?.header.id === proposalHash;
  }
}
