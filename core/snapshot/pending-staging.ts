import type { Id } from '../bytes/bytes.ts';
import { MemoryBase } from '../state/memory-base.ts';
import type { Base, Delta, Table } from '../state/state.ts';
import type { AnchorName, SnapshotStaging, Staged } from './staging.ts';

/**
 * A staging whose writes wait until the input that caused them is in the journal: as what a host persists, they are durable after its
 * record, so that a journal never lacks what its next process finds. Reads see them at once.
 */
export class PendingStaging implements SnapshotStaging {
  readonly #durable: SnapshotStaging;
  #waiting: (() => void)[] = [];
  #version: Base;
  #staged: Staged | undefined;

  constructor(durable: SnapshotStaging) {
    this.#durable = durable;
    this.#version = durable;
  }

  /** Writes that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get writes(): number {
    return this.#durable.writes + this.#waiting.length;
  }

  staged(): Staged | undefined {
    return this.#waiting.length === 0 ? this.#durable.staged() : this.#staged;
  }

  begin(anchor: AnchorName): void {
    this.#waiting.push(() => this.#durable.begin(anchor));
    this.#version = new MemoryBase();
    this.#staged = { anchor, total: 0, chunks: [] };
  }

  write(delta: Delta, staged: Staged): void {
    this.#waiting.push(() => this.#durable.write(delta, staged));
    this.#version = this.#version.with?.(delta) as Base;
    this.#staged = staged;
  }

  /** Makes the first `count` of what waits durable, by default all; what is left is lost. */
  commit(count = this.#waiting.length): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#version = this.#durable;
    for (const write of waiting.slice(0, count)) write();
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    return this.#version.record(table, key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    return this.#version.node(table, path);
  }

  range(table: Table, from?: Id): Iterable<readonly [Id, Uint8Array]> {
    return this.#version.range(table, from);
  }

  with(delta: Delta): Base {
    return this.#version.with?.(delta) as Base;
  }
}
