import type { Id } from '../bytes/bytes.ts';
import { mapInOrder } from '../collections/map-in-order.ts';

/** The three committed tables (02 §1). */
export const TABLES = ['account', 'node', 'candidate'] as const;
export type Table = (typeof TABLES)[number];

/**
 * Where settled state is stored: the memory of a simulated host, LMDB of a live node. Synchronous reads; writes are whole window
 * deltas. Records stay encoded bytes. Callers never modify what a read returns.
 */
export interface Base {
  record(table: Table, key: Id): Uint8Array | undefined;
  /** Value of a tree node (02 §5) by its path, see `core/state/tree.ts`; undefined = nothing below it. */
  node(table: Table, path: string): Uint8Array | undefined;
  /** Records in ascending key order, from `from` on. */
  range(table: Table, from?: Id): Iterable<readonly [Id, Uint8Array]>;
  /** A new version with the changes of a window, this one staying as it is: for a base whose versions share what is equal. */
  with?(delta: Delta): Base;
  /** Reads cost the same however many versions came before: work ahead of a window may make versions of its own, piece by piece. */
  readonly hasCheapVersions?: true;
}

/** A base that takes the changes of final windows. After `commit` every read sees all of the delta; it is never half applied. */
export interface WritableBase extends Base {
  commit(delta: Delta): void;
}

/** What one window changes: new bytes, or null for a removed entry. Records ascend by key; tree nodes have no order to rely on. */
export interface TableDelta {
  readonly records: ReadonlyMap<Id, Uint8Array | null>;
  readonly nodes: ReadonlyMap<string, Uint8Array | null>;
}

export const UNCHANGED: TableDelta = {
  records: mapInOrder<Uint8Array | null>([]),
  nodes: mapInOrder<Uint8Array | null>([]),
};

export type Delta = Readonly<Record<Table, TableDelta>>;
