import { compareIds } from '../bytes/bytes.ts';

/**
 * A map over another one that stays as it is: entries of its own hide those below, and a removal hides one too. Changes cost what
 * they change, however large the map below is. Iteration is in key order, so how it came about can reach nothing; it sorts each time.
 */
export class LayeredMap<V> implements ReadonlyMap<string, V> {
  readonly #below: ReadonlyMap<string, V>;
  /** undefined hides an entry of the map below. */
  readonly #own = new Map<string, V | undefined>();
  #size: number;

  constructor(below: ReadonlyMap<string, V> = new Map()) {
    this.#below = below;
    this.#size = below.size;
  }

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    return this.#own.has(key) ? this.#own.get(key) : this.#below.get(key);
  }

  has(key: string): boolean {
    return this.#own.has(key) ? this.#own.get(key) !== undefined : this.#below.has(key);
  }

  set(key: string, value: V): this {
    if (!this.has(key)) this.#size++;
    this.#own.set(key, value);
    return this;
  }

  delete(key: string): boolean {
    if (!this.has(key)) return false;
    this.#size--;
    if (this.#below.has(key)) this.#own.set(key, undefined);
    else this.#own.delete(key);
    return true;
  }

  *entries(): MapIterator<[string, V]> {
    const keys = [...this.#own.keys()].filter((key) => this.#own.get(key) !== undefined);
    for (const key of this.#below.keys()) if (!this.#own.has(key)) keys.push(key);
    for (const key of keys.sort(compareIds)) yield [key, this.get(key) as V];
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(each: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }
}
