import type { Id } from '#core/bytes/bytes.ts';
import type { AnchorName, SnapshotStaging, Staged } from '#core/snapshot/staging.ts';
import type { Base, Delta, Table } from '#core/state/state.ts';
import { StoreError } from './store-error.ts';
import type { StoreFile } from './store-file.ts';
import type { Entry } from './tables.ts';

/**
 * A snapshot that is put together in a file beside the settled state. Reads see what was written last; when it is the settled state they
 * see what was adopted, and what is made of it with a delta becomes the stored state as of any other.
 */
export class LmdbStaging implements SnapshotStaging {
  readonly #make: () => StoreFile;
  #file: StoreFile | undefined;
  #adopted: Base | undefined;

  /** `make` makes the file; `file`: what is there of that name, a snapshot under way or a state of before. */
  constructor(make: () => StoreFile, file?: StoreFile) {
    this.#make = make;
    this.#file = file;
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    return this.#version.record(table, key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    return this.#version.node(table, path);
  }

  range(table: Table, from?: Id): Iterable<Entry> {
    return this.#version.range(table, from);
  }

  with(delta: Delta): Base {
    return this.#version.with?.(delta) as Base;
  }

  staged(): Staged | undefined {
    return this.#file?.staged.read();
  }

  get writes(): number {
    return this.#file?.staged.writes ?? 0;
  }

  begin(anchor: AnchorName): void {
    const writes = this.writes + 1;
    this.#remove();
    const file = this.#make();
    this.#file = file;
    const staged = { anchor, total: 0, chunks: [] };
    file.transaction(() => file.staged.write(staged, writes));
    file.staged.written(staged);
  }

  write(delta: Delta, staged: Staged): void {
    if (this.#adopted !== undefined) throw new StoreError('this snapshot is the settled state by now');
    const file = this.#there;
    const writes = this.writes + 1;
    file.transaction(() => {
      file.staged.write(staged, writes);
      return file.base.write(delta);
    })();
    file.staged.written(staged);
  }

  /** The file of the snapshot under way. Throws `StoreError` where there is none. */
  whole(): StoreFile {
    if (!this.#isBegun) throw new StoreError('no snapshot is under way');
    return this.#there;
  }

  /** What was put together is the settled state from now on, and its file not the staging's any more. */
  adopted(): StoreFile {
    const file = this.#there;
    this.#adopted = file.base.version;
    return file;
  }

  /** Removes what is there and no snapshot under way. */
  clear(): void {
    if (!this.#isBegun) this.#remove();
  }

  close(): void {
    this.#file?.close();
  }

  get #version(): Base {
    return this.#adopted ?? this.#there.base.version;
  }

  get #there(): StoreFile {
    if (this.#file === undefined) throw new StoreError('no snapshot was begun');
    return this.#file;
  }

  get #isBegun(): boolean {
    return this.#file?.staged.isBegun === true;
  }

  #remove(): void {
    this.#file?.remove();
    this.#file = undefined;
  }
}
