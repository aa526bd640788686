import { equalBytes, type Id } from '../bytes/bytes.ts';
import type { Result } from '../bytes/result.ts';
import { IdMap } from '../collections/id-map.ts';
import { mapInOrder } from '../collections/map-in-order.ts';
import { overlaid } from './ranges.ts';
import {
  type AccountRecord,
  type CandidateRecord,
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeNodeRecord,
  type NodeRecord,
} from './records.ts';
import { type Roots, rootsOf } from './roots.ts';
import { type Base, type Delta, type Table, type TableDelta, UNCHANGED } from './state.ts';
import { rootIn, type TreeCost, type TreeSource, updateTree } from './tree.ts';

/** Entries to write (encoded records) and to remove (null), by table; in any order, the last of one key counts. */
export type Changes = Readonly<Partial<Record<Table, Iterable<readonly [Id, Uint8Array | null]>>>>;

/** What `apply` did: tree work of the three tables, and records that really changed. */
export interface ApplyCost extends TreeCost {
  readonly records: number;
}

export interface Applied {
  readonly delta: Delta;
  /** Roots of the state with the delta. */
  readonly roots: Roots;
  readonly cost: ApplyCost;
}

/**
 * A settled state: a base under a short chain of window deltas. Immutable and cheap; one is made per window. A read looks into the
 * deltas, newest first, then into the base, so a view stays true for as long as the base holds nothing newer than its deltas say.
 */
export class State {
  readonly #base: Base;
  /** Newest first. */
  readonly #deltas: readonly Delta[];
  #roots: Roots | undefined;

  constructor(base: Base, deltas: readonly Delta[] = []) {
    this.#base = base;
    this.#deltas = deltas;
  }

  /** Number of deltas above the base. */
  get depth(): number {
    return this.#deltas.length;
  }

  account(id: Id): AccountRecord | undefined {
    const bytes = this.record('account', id);
    return bytes && account(bytes);
  }

  node(id: Id): NodeRecord | undefined {
    const bytes = this.record('node', id);
    return bytes && node(bytes);
  }

  candidate(id: Id): CandidateRecord | undefined {
    const bytes = this.record('candidate', id);
    return bytes && candidate(bytes);
  }

  /** All accounts, ascending; decoded on the way and not kept. */
  *accounts(): IterableIterator<AccountRecord> {
    for (const [, bytes] of this.range('account')) yield sound(decodeAccountRecord(bytes));
  }

  /** All nodes, ascending. */
  *nodes(): IterableIterator<NodeRecord> {
    for (const [, bytes] of this.range('node')) yield node(bytes);
  }

  /** The candidate pool, ascending. */
  *candidates(): IterableIterator<CandidateRecord> {
    for (const [, bytes] of this.range('candidate')) yield candidate(bytes);
  }

  /** Encoded record, not to be modified. */
  record(table: Table, key: Id): Uint8Array | undefined {
    for (const delta of this.#deltas) {
      const change = delta[table].records.get(key);
      if (change !== undefined) return change ?? undefined;
    }
    return this.#base.record(table, key);
  }

  /** Encoded records of a table in ascending key order, from `from` on. */
  range(table: Table, from: Id = ''): Iterable<readonly [Id, Uint8Array]> {
    const below = this.#base.range(table, from);
    if (this.#deltas.every((delta) => delta[table].records.size === 0)) return below;
    const changes = new IdMap<Uint8Array | null>();
    for (const delta of this.#deltas.toReversed()) {
      for (const [key, record] of delta[table].records) changes.set(key, record);
    }
    return overlaid(below, changes, from);
  }

  /** A table as its sparse Merkle tree sees it. */
  tree(table: Table): TreeSource {
    return {
      record: (key) => this.record(table, key),
      node: (name) => {
        for (const delta of this.#deltas) {
          const change = delta[table].nodes.get(name);
          if (change !== undefined) return change ?? undefined;
        }
        return this.#base.node(table, name);
      },
    };
  }

  /** The four roots (02 §6), read once. */
  roots(): Roots {
    this.#roots ??= rootsOf(rootIn(this.tree('node')), rootIn(this.tree('candidate')), rootIn(this.tree('account')));
    return this.#roots;
  }

  /** account_root, node_root or candidate_root. */
  root(table: Table): Id {
    const { accountRoot, nodeRoot, candidateRoot } = this.roots();
    return table === 'account' ? accountRoot : table === 'node' ? nodeRoot : candidateRoot;
  }

  stateRoot(): Id {
    return this.roots().stateRoot;
  }

  /** This state after a window: over a new version of its base, or over the same base under one more delta. */
  with(delta: Delta): State {
    const base = this.#deltas.length === 0 ? this.#base.with?.(delta) : undefined;
    return base === undefined ? new State(this.#base, [delta, ...this.#deltas]) : new State(base);
  }

  /** It stands on a version of its own, and so would any that `with` makes of it, at the cost of what changed alone. */
  get hasCheapVersions(): boolean {
    return this.depth === 0 && this.#base.hasCheapVersions === true;
  }

  /** This state under one more delta that makes no version of the base: for what is prepared and may yet come out otherwise. */
  under(delta: Delta): State {
    return new State(this.#base, [delta, ...this.#deltas]);
  }

  /**
   * The same state over `base`, into which the `committed` oldest deltas went; by default all of them. A state without deltas
   * stands on a version of its own and stays there.
   */
  rebase(base: Base, committed: number = this.depth): State {
    return this.depth === 0 ? this : new State(base, this.#deltas.slice(0, this.depth - committed));
  }

  /**
   * What `changes` make of this state, which itself stays as it is. Entries that change nothing are left out, so the delta depends
   * on the two states alone. It keeps the bytes it is given: nobody modifies them afterwards.
   */
  apply(changes: Changes): Applied {
    const cost = { records: 0, nodesRead: 0, nodesWritten: 0, leafHashes: 0, nodeHashes: 0 };
    const applied = (table: Table): { readonly delta: TableDelta; readonly root: Id } => {
      const records = this.#differences(table, changes[table] ?? []);
      if (records.length === 0) return { delta: UNCHANGED, root: this.root(table) };
      const update = updateTree(this.tree(table), records);
      cost.records += records.length;
      cost.nodesRead += update.cost.nodesRead;
      cost.nodesWritten += update.cost.nodesWritten;
      cost.leafHashes += update.cost.leafHashes;
      cost.nodeHashes += update.cost.nodeHashes;
      return { delta: { records: mapInOrder(records), nodes: update.nodes }, root: update.root };
    };
    const accounts = applied('account');
    const nodes = applied('node');
    const candidates = applied('candidate');
    return {
      delta: { account: accounts.delta, node: nodes.delta, candidate: candidates.delta },
      roots: rootsOf(nodes.root, candidates.root, accounts.root),
      cost,
    };
  }

  /** The entries of `changes` that differ from this state, ascending by key. */
  #differences(
    table: Table,
    changes: Iterable<readonly [Id, Uint8Array | null]>,
  ): readonly (readonly [Id, Uint8Array | null])[] {
    return Array.from(IdMap.from(changes).sorted()).filter(([key, record]) => {
      const before = this.record(table, key);
      if (before === undefined || record === null) return before !== (record ?? undefined);
      return !equalBytes(before, record);
    });
  }
}

/** Value of a stored record. What does not decode was not written by this program: halt. */
const sound = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`stored record: ${result.error}`);
  return result.value;
};

/** Decodes each byte array once for as long as somebody holds it: a window reads the same few records over and over. */
const memo = <T extends object>(decode: (bytes: Uint8Array) => Result<T>): ((bytes: Uint8Array) => T) => {
  const known = new WeakMap<Uint8Array, T>();
  return (bytes) => {
    let record = known.get(bytes);
    if (record === undefined) {
      record = sound(decode(bytes));
      known.set(bytes, record);
    }
    return record;
  };
};

const account = memo(decodeAccountRecord);
const node = memo(decodeNodeRecord);
const candidate = memo(decodeCandidateRecord);
