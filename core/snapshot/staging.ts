import type { Id } from '../bytes/bytes.ts';
import { MemoryBase } from '../state/memory-base.ts';
import type { Base, Delta, Table } from '../state/state.ts';
import type { Held } from './held-chunks.ts';

/** A settled state that is served as a snapshot: its window, and its final proposal. */
export interface AnchorName {
  readonly window: number;
  readonly proposalHash: Id;
}

/** How far the snapshot of an anchor has come. */
export interface Staged {
  readonly anchor: AnchorName;
  /** total_chunks; 0 while no chunk is whole. */
  readonly total: number;
  /** Ascending by index. Peers have other numbers after a restart: `from` means nothing then. */
  readonly chunks: readonly Held[];
}

/** Where a snapshot is put together, beside the live state and through a crash (02 §10, 06 §7). */
export interface SnapshotStaging extends Base {
  /** What is durable here; undefined where nothing was begun. */
  staged(): Staged | undefined;
  /** Empties it, for another anchor. */
  begin(anchor: AnchorName): void;
  /** One transaction: records, tree nodes and which chunks are whole. Every read after it sees all of it. */
  write(delta: Delta, staged: Staged): void;
  /** How often it was begun or written since it came to be, through a crash too. */
  readonly writes: number;
}

/** In memory: for simulated hosts, and for the replay of a journal. */
export class MemoryStaging implements SnapshotStaging {
  #base = new MemoryBase();
  #staged: Staged | undefined;
  #writes = 0;

  get writes(): number {
    return this.#writes;
  }

  staged(): Staged | undefined {
    return this.#staged;
  }

  begin(anchor: AnchorName): void {
    this.#writes++;
    this.#base = new MemoryBase();
    this.#staged = { anchor, total: 0, chunks: [] };
  }

  write(delta: Delta, staged: Staged): void {
    this.#writes++;
    this.#base.commit(delta);
    this.#staged = staged;
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    return this.#base.record(table, key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    return this.#base.node(table, path);
  }

  range(table: Table, from?: Id): Iterable<readonly [Id, Uint8Array]> {
    return this.#base.range(table, from);
  }

  /** The version after the next window, which shares what it does not change. */
  with(delta: Delta): Base {
    return this.#base.with(delta);
  }
}
