import type { Id } from '../bytes/bytes.ts';
import { TABLES, type Table } from '../state/state.ts';

/** What is remembered of an accepted chunk; its records are in the staging base. */
export interface Held {
  readonly index: number;
  readonly table: Table;
  readonly count: number;
  /** Lowest and highest key. */
  readonly first: Id;
  readonly last: Id;
  /** Number of the peer that gave it. */
  readonly from: number;
}

/** The chunks held, ascending by index. Whatever arrives in whatever order, they stand in one key order and share no key. */
export class HeldChunks {
  readonly #recordsPerChunk: number;
  readonly #chunks: Held[] = [];

  constructor(recordsPerChunk: number) {
    this.#recordsPerChunk = recordsPerChunk;
  }

  get size(): number {
    return this.#chunks.length;
  }

  /** Ascending by index. */
  all(): readonly Held[] {
    return this.#chunks.slice();
  }

  get(index: number): Held | undefined {
    const held = this.#chunks[this.#position(index)];
    return held?.index === index ? held : undefined;
  }

  /** All chunks that one peer gave. */
  givenBy(from: number): readonly Held[] {
    return this.#chunks.filter((held) => held.from === from);
  }

  /** Lowest index ≥ `from` that is not held. */
  firstMissing(from: number): number {
    const start = this.#position(from);
    // Indexes rise by one at least: as far as they rise by exactly one, nothing is missing.
    let low = start;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#chunks[middle]?.index === from + middle - start) low = middle + 1;
      else high = middle;
    }
    return from + low - start;
  }

  /**
   * The nearest held chunk beside which `chunk` cannot stand: tables and keys rise with the index (06 §7), and of two neighbours in
   * one table the left one is full. One of the two is wrong; which, nobody can tell from them alone.
   */
  conflict(chunk: Held): Held | undefined {
    const at = this.#position(chunk.index);
    const before = this.#chunks[at - 1];
    if (before !== undefined && !this.#precedes(before, chunk)) return before;
    const after = this.#chunks[this.#chunks[at]?.index === chunk.index ? at + 1 : at];
    return after !== undefined && !this.#precedes(chunk, after) ? after : undefined;
  }

  /** Holds a chunk whose index is not held. */
  add(chunk: Held): void {
    const at = this.#position(chunk.index);
    if (at === this.#chunks.length) this.#chunks.push(chunk);
    else this.#chunks.splice(at, 0, chunk);
  }

  remove(index: number): void {
    this.#chunks.splice(this.#position(index), 1);
  }

  #precedes(left: Held, right: Held): boolean {
    if (left.table !== right.table) return TABLES.indexOf(left.table) < TABLES.indexOf(right.table);
    if (left.index + 1 === right.index && left.count < this.#recordsPerChunk) return false;
    return left.last < right.first;
  }

  /** Where a chunk of this index stands or would stand. */
  #position(index: number): number {
    let low = 0;
    let high = this.#chunks.length;
    if ((this.#chunks[high - 1]?.index ?? -1) < index) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#chunks[middle] as Held).index < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
