import { type Id, toHex, writeHex } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import { mapInOrder } from '../collections/map-in-order.ts';
import { childName, DEPTH, ROOT, reversed, turn } from './paths.ts';
import { leafHash } from './records.ts';
import { type Climb, climb, EMPTY_ROOT, empty, type Joint, join, LANDMARK, LONE } from './tree-hash.ts';

/**
 * The sparse Merkle tree of 02 §5, stored by its branching places only:
 *
 * - a *branch*, 32 bytes: the hash of a subtree with two leaves or more;
 * - a *lone* leaf, 96 bytes: the hash of the subtree at the topmost place where the leaf is alone, its key, its landmark;
 * - nothing for a subtree without leaves, nor below a lone leaf.
 *
 * So n leaves take n lone values and about 1.44 n branches, and the 256 − log2 n hashes below a leaf are paid when it changes and
 * never again; a neighbour that comes costs it no more than those from the landmark. Where values stand depends on keys alone, which is why an update first settles the places, then hashes them.
 *
 * A table as an update reads it:
 */
export interface TreeSource {
  record(key: Id): Uint8Array | undefined;
  /** Value stored under the name of a place, see `paths.ts`. */
  node(name: string): Uint8Array | undefined;
}

/** What an update cost, for meters and tests. */
export interface TreeCost {
  readonly nodesRead: number;
  readonly nodesWritten: number;
  /** Records hashed. */
  readonly leafHashes: number;
  /** Inner nodes hashed, 79-byte preimages. */
  readonly nodeHashes: number;
}

export interface TreeUpdate {
  readonly root: Id;
  /** By name, values to store and null for those to drop. Their order follows from the two sets of keys alone. */
  readonly nodes: ReadonlyMap<string, Uint8Array | null>;
  readonly cost: TreeCost;
}

/** Whether a stored value is that of a lone leaf; anything else is a branch. */
export const isLone = (value: Uint8Array): boolean => value.length === LONE;

/** The key of a lone value. */
export const loneKey = (value: Uint8Array): Id => toHex(value, 32, 64);

/** Root of the tree that `source` stores. */
export const rootIn = (source: TreeSource): Id => {
  const value = source.node(ROOT);
  return value === undefined ? EMPTY_ROOT : toHex(value, 0, 32);
};

/**
 * Puts and (null) removes records, all at once. Work is proportional to the changes: each reads the places above it, and hashes
 * one leaf and at most 256 nodes. Of two entries with one key the last counts; removing an absent key changes nothing.
 */
export const updateTree = (source: TreeSource, changes: Iterable<readonly [Id, Uint8Array | null]>): TreeUpdate =>
  new Update(source, changes).run();

const NOTHING: TreeSource = { record: () => undefined, node: () => undefined };

/** Root of the tree of exactly these records: proposal lists, control set, conformance (02 §6). */
export const rootOf = (entries: Iterable<readonly [Id, Uint8Array]>): Id => updateTree(NOTHING, entries).root;

interface Change {
  readonly path: string;
  readonly record: Uint8Array | null;
}

/** A leaf that is alone in the places considered so far; where it ends up is settled further up. */
interface Lone {
  readonly path: string;
  /** Hash of its subtree of height `level`. */
  readonly hash: Uint8Array;
  readonly level: number;
  /** The value as stored, at the place of height `level`; undefined for a new leaf. */
  readonly stored: Uint8Array | undefined;
}

/** What is at a place after the update: no leaf, one, or the value of a branch (not hashed yet, if it changed). */
type Subtree = undefined | Lone | Uint8Array;

const isBranch = (subtree: Subtree): subtree is Uint8Array => subtree instanceof Uint8Array;

class Update {
  readonly #source: TreeSource;
  readonly #changes: readonly Change[];
  readonly #nodes: (readonly [string, Uint8Array | null])[] = [];
  readonly #climbs: Climb[] = [];
  /** Branches to hash, by depth. */
  readonly #joints: Joint[][] = [];
  #nodesRead = 0;
  #leafHashes = 0;

  constructor(source: TreeSource, changes: Iterable<readonly [Id, Uint8Array | null]>) {
    this.#source = source;
    const byPath = new IdMap<Uint8Array | null>();
    for (const [key, record] of changes) byPath.set(reversed(key), record);
    this.#changes = Array.from(byPath.sorted(), ([path, record]) => ({ path, record }));
  }

  run(): TreeUpdate {
    const before = this.#read(ROOT);
    const value = this.#settle(ROOT, 0, this.#place(ROOT, 0, 0, this.#changes.length, before), before);
    let nodeHashes = climb(this.#climbs);
    for (let depth = this.#joints.length - 1; depth >= 0; depth--) {
      const joints = this.#joints[depth];
      if (joints === undefined) continue;
      join(joints);
      nodeHashes += joints.length;
    }
    return {
      root: toHex(value, 0, 32),
      nodes: mapInOrder(this.#nodes),
      cost: {
        nodesRead: this.#nodesRead,
        nodesWritten: this.#nodes.length,
        leafHashes: this.#leafHashes,
        nodeHashes,
      },
    };
  }

  /** The subtree at a place that held `stored`, after the changes [from, to), which all lie below it. */
  #place(name: string, depth: number, from: number, to: number, stored: Uint8Array | undefined): Subtree {
    if (stored !== undefined && !isLone(stored)) {
      if (from === to) return stored;
      const { path } = this.#changes[from] as Change;
      const middle = split(this.#changes, depth, from, to);
      const names = [childName(path, depth, 0), childName(path, depth, 1)] as const;
      const before = [this.#read(names[0]), this.#read(names[1])] as const;
      const left = this.#place(names[0], depth + 1, from, middle, before[0]);
      const right = this.#place(names[1], depth + 1, middle, to, before[1]);
      if (!isBranch(left) && !isBranch(right) && (left === undefined || right === undefined)) {
        this.#vacate(names[0], before[0]);
        this.#vacate(names[1], before[1]);
        return left ?? right;
      }
      const leftValue = this.#settle(names[0], depth + 1, left, before[0]);
      const rightValue = this.#settle(names[1], depth + 1, right, before[1]);
      const emptySide = empty(DEPTH - depth - 1);
      if (leftValue === (before[0] ?? emptySide) && rightValue === (before[1] ?? emptySide)) return stored;
      return this.#branch(name, depth, leftValue, rightValue);
    }
    const resident = stored && standing(stored, depth);
    if (from === to) return resident;
    const leaves = this.#leaves(from, to, resident);
    return this.#grow(name, depth, leaves, 0, leaves.length);
  }

  /** Leaves of a place that held at most `resident`, in tree order. */
  #leaves(from: number, to: number, resident: Lone | undefined): readonly Lone[] {
    const leaves: Lone[] = [];
    let waiting = resident;
    for (let i = from; i < to; i++) {
      const { path, record } = this.#changes[i] as Change;
      if (waiting !== undefined && waiting.path < path) leaves.push(waiting);
      if (waiting !== undefined && waiting.path <= path) waiting = undefined;
      if (record !== null) leaves.push(this.#leaf(path, record));
    }
    if (waiting !== undefined) leaves.push(waiting);
    return leaves;
  }

  /** The subtree of leaves [from, to) at a place below which nothing is stored. */
  #grow(name: string, depth: number, leaves: readonly Lone[], from: number, to: number): Subtree {
    if (from === to) return undefined;
    const first = leaves[from] as Lone;
    if (to - from === 1) return first;
    const middle = split(leaves, depth, from, to);
    const leftName = childName(first.path, depth, 0);
    const rightName = childName(first.path, depth, 1);
    const left = this.#grow(leftName, depth + 1, leaves, from, middle);
    const right = this.#grow(rightName, depth + 1, leaves, middle, to);
    return this.#branch(
      name,
      depth,
      this.#settle(leftName, depth + 1, left, undefined),
      this.#settle(rightName, depth + 1, right, undefined),
    );
  }

  /** Makes `subtree` what the place stores, where `before` was stored; the first 32 bytes of the answer will be its hash. */
  #settle(name: string, depth: number, subtree: Subtree, before: Uint8Array | undefined): Uint8Array {
    const level = DEPTH - depth;
    if (subtree === undefined) {
      this.#vacate(name, before);
      return empty(level);
    }
    if (isBranch(subtree)) return subtree;
    if (subtree.stored !== undefined && subtree.level === level) return subtree.stored;
    const key = reversed(subtree.path);
    const lone = subtree.level > level ? this.#lower(subtree, level) : subtree;
    const value = new Uint8Array(LONE);
    value.set(lone.hash.subarray(0, 32));
    writeHex(key, value, 32);
    if (lone.stored !== undefined) value.set(lone.stored.subarray(64), 64);
    this.#climbs.push({ value, from: lone.level, to: level });
    this.#nodes.push([name, value]);
    return value;
  }

  /** A stored leaf for a place below its own, where its hash does not serve: from its landmark, or where that is too high anew. */
  #lower({ path, stored }: Lone, level: number): Lone {
    if (stored !== undefined && level >= LANDMARK) return { path, hash: stored.subarray(64), level: LANDMARK, stored };
    return this.#leaf(path, this.#source.record(reversed(path)) as Uint8Array);
  }

  #branch(name: string, depth: number, left: Uint8Array, right: Uint8Array): Uint8Array {
    const value = new Uint8Array(32);
    let joints = this.#joints[depth];
    if (joints === undefined) {
      joints = [];
      this.#joints[depth] = joints;
    }
    joints.push({ value, left, right });
    this.#nodes.push([name, value]);
    return value;
  }

  #vacate(name: string, before: Uint8Array | undefined): void {
    if (before !== undefined) this.#nodes.push([name, null]);
  }

  #leaf(path: string, record: Uint8Array): Lone {
    this.#leafHashes++;
    return { path, hash: leafHash(record), level: 0, stored: undefined };
  }

  #read(name: string): Uint8Array | undefined {
    this.#nodesRead++;
    return this.#source.node(name);
  }
}

const standing = (value: Uint8Array, depth: number): Lone => ({
  path: reversed(loneKey(value)),
  hash: value,
  level: DEPTH - depth,
  stored: value,
});

/** First index of [from, to), sorted by path and equal in the first `depth` bits, that turns right. */
const split = (items: readonly { readonly path: string }[], depth: number, from: number, to: number): number => {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (turn((items[middle] as { readonly path: string }).path, depth) === 0) low = middle + 1;
    else high = middle;
  }
  return low;
};
