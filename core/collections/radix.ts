interface Leaf<V> {
  readonly key: string;
  readonly value: V;
}

/** Children by hex digit, packed: `bits` says which digits are present. `end` is the entry whose key stops here. */
interface Branch<V> {
  bits: number;
  readonly slots: (Branch<V> | Leaf<V>)[];
  end: Leaf<V> | undefined;
  /** The batch that made this node and may still change it. */
  readonly owner: object;
}

type Node<V> = Branch<V> | Leaf<V>;

const isLeaf = <V>(node: Node<V>): node is Leaf<V> => 'key' in node;

const digitAt = (key: string, depth: number): number => {
  const code = key.charCodeAt(depth);
  return code < 58 ? code - 48 : code - 87;
};

const popcount = (bits: number): number => {
  let count = bits - ((bits >>> 1) & 0x5555);
  count = (count & 0x3333) + ((count >>> 2) & 0x3333);
  count = (count + (count >>> 4)) & 0x0f0f;
  return (count + (count >>> 8)) & 0x1f;
};

/**
 * An immutable map from hex strings to values: a radix tree whose versions share what did not change. `with` costs a path of
 * small nodes per change; iteration is in key order, so insertion order can reach nothing.
 */
export class RadixMap<V> {
  readonly size: number;
  readonly #root: Node<V> | undefined;

  private constructor(root: Node<V> | undefined, size: number) {
    this.#root = root;
    this.size = size;
  }

  static empty<V>(): RadixMap<V> {
    return new RadixMap<V>(undefined, 0);
  }

  get(key: string): V | undefined {
    let node = this.#root;
    for (let depth = 0; node !== undefined; depth++) {
      if (isLeaf(node)) return node.key === key ? node.value : undefined;
      if (depth === key.length) return node.end?.value;
      const bit = 1 << digitAt(key, depth);
      if ((node.bits & bit) === 0) return undefined;
      node = node.slots[popcount(node.bits & (bit - 1))];
    }
    return undefined;
  }

  /** This map with each entry put, or removed where the value is null. */
  with(changes: Iterable<readonly [string, V | null]>): RadixMap<V> {
    const owner = {};
    let root = this.#root;
    let size = this.size;
    for (const [key, value] of changes) {
      const had = findIn(root, key);
      if (value === null) {
        if (!had) continue;
        root = remove(root as Node<V>, key, 0, owner);
        size--;
      } else {
        root = insert(root, { key, value }, 0, owner);
        if (!had) size++;
      }
    }
    return new RadixMap(root, size);
  }

  /** Entries in ascending key order, from `from` on. */
  *entries(from = ''): IterableIterator<readonly [string, V]> {
    if (this.#root !== undefined) yield* walk(this.#root, from, 0, from.length > 0);
  }
}

const findIn = <V>(root: Node<V> | undefined, key: string): boolean => {
  let node = root;
  for (let depth = 0; node !== undefined; depth++) {
    if (isLeaf(node)) return node.key === key;
    if (depth === key.length) return node.end !== undefined;
    const bit = 1 << digitAt(key, depth);
    if ((node.bits & bit) === 0) return false;
    node = node.slots[popcount(node.bits & (bit - 1))];
  }
  return false;
};

const own = <V>(node: Branch<V>, owner: object): Branch<V> =>
  node.owner === owner ? node : { bits: node.bits, slots: [...node.slots], end: node.end, owner };

const insert = <V>(node: Node<V> | undefined, leaf: Leaf<V>, depth: number, owner: object): Node<V> => {
  if (node === undefined) return leaf;
  if (isLeaf(node)) {
    if (node.key === leaf.key) return leaf;
    const branch: Branch<V> = { bits: 0, slots: [], end: undefined, owner };
    return insert(insert(branch, node, depth, owner), leaf, depth, owner);
  }
  const branch = own(node, owner);
  if (depth === leaf.key.length) {
    branch.end = leaf;
    return branch;
  }
  const bit = 1 << digitAt(leaf.key, depth);
  const at = popcount(branch.bits & (bit - 1));
  if ((branch.bits & bit) === 0) {
    branch.bits |= bit;
    branch.slots.splice(at, 0, leaf);
  } else {
    branch.slots[at] = insert(branch.slots[at], leaf, depth + 1, owner);
  }
  return branch;
};

const remove = <V>(node: Node<V>, key: string, depth: number, owner: object): Node<V> | undefined => {
  if (isLeaf(node)) return undefined;
  const branch = own(node, owner);
  if (depth === key.length) branch.end = undefined;
  else {
    const bit = 1 << digitAt(key, depth);
    const at = popcount(branch.bits & (bit - 1));
    const child = remove(branch.slots[at] as Node<V>, key, depth + 1, owner);
    if (child === undefined) {
      branch.slots.splice(at, 1);
      branch.bits &= ~bit;
    } else branch.slots[at] = child;
  }
  if (branch.slots.length === 0) return branch.end;
  const only = branch.slots[0] as Node<V>;
  return branch.slots.length === 1 && branch.end === undefined && isLeaf(only) ? only : branch;
};

/** `bounded`: the path so far equals the beginning of `from`, which still excludes smaller keys. */
function* walk<V>(
  node: Node<V>,
  from: string,
  depth: number,
  bounded: boolean,
): IterableIterator<readonly [string, V]> {
  if (isLeaf(node)) {
    if (!bounded || node.key >= from) yield [node.key, node.value];
    return;
  }
  const isPast = !bounded || depth >= from.length;
  if (node.end !== undefined && isPast) yield [node.end.key, node.end.value];
  const least = isPast ? -1 : digitAt(from, depth);
  for (let digit = 0, at = 0; digit < 16; digit++) {
    if ((node.bits & (1 << digit)) === 0) continue;
    const child = node.slots[at++] as Node<V>;
    if (digit >= least) yield* walk(child, from, depth + 1, !isPast && digit === least);
  }
}
