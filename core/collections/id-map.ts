import { compareIds, type Id } from '../bytes/bytes.ts';

/**
 * A map keyed by identifiers whose only iteration is in key order, so insertion order can reach nothing (01 I-3).
 * `sorted` costs n log n after a change of keys and n afterwards.
 */
export class IdMap<V> {
  readonly #map = new Map<Id, V>();
  #order: Id[] | undefined;

  static from<V>(entries: Iterable<readonly [Id, V]>): IdMap<V> {
    const map = new IdMap<V>();
    for (const [key, value] of entries) map.set(key, value);
    return map;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: Id): V | undefined {
    return this.#map.get(key);
  }

  has(key: Id): boolean {
    return this.#map.has(key);
  }

  set(key: Id, value: V): this {
    if (this.#order !== undefined && !this.#map.has(key)) this.#order = undefined;
    this.#map.set(key, value);
    return this;
  }

  delete(key: Id): boolean {
    const removed = this.#map.delete(key);
    if (removed) this.#order = undefined;
    return removed;
  }

  clear(): void {
    this.#map.clear();
    this.#order = undefined;
  }

  /** Keys, ascending. */
  keys(): readonly Id[] {
    this.#order ??= [...this.#map.keys()].sort(compareIds);
    return this.#order;
  }

  /** Entries, ascending by key. What is deleted meanwhile is left out, what is added meanwhile too. */
  *sorted(): IterableIterator<readonly [Id, V]> {
    for (const key of this.keys()) if (this.#map.has(key)) yield [key, this.#map.get(key) as V];
  }

  /** Values, ascending by key. */
  *values(): IterableIterator<V> {
    for (const [, value] of this.sorted()) yield value;
  }

  copy(): IdMap<V> {
    const copy = new IdMap<V>();
    for (const [key, value] of this.#map) copy.#map.set(key, value);
    copy.#order = this.#order;
    return copy;
  }
}

/** A set of identifiers, iterated in ascending order only. */
export class IdSet {
  readonly #map = new IdMap<true>();

  static from(ids: Iterable<Id>): IdSet {
    const set = new IdSet();
    for (const id of ids) set.add(id);
    return set;
  }

  get size(): number {
    return this.#map.size;
  }

  has(id: Id): boolean {
    return this.#map.has(id);
  }

  add(id: Id): this {
    this.#map.set(id, true);
    return this;
  }

  delete(id: Id): boolean {
    return this.#map.delete(id);
  }

  /** Members, ascending. */
  sorted(): readonly Id[] {
    return this.#map.keys();
  }
}
