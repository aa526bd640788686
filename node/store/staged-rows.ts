import { id32, layout, u32 } from '#core/bytes/layout.ts';
import { whole } from '#core/journal/kinds.ts';
import type { Held } from '#core/snapshot/held-chunks.ts';
import type { Staged } from '#core/snapshot/staging.ts';
import { TABLES, type Table } from '#core/state/state.ts';
import type { Database, Environment } from './environment.ts';
import { keyWindow, windowKey } from './keys.ts';
import { StoreError, sound } from './store-error.ts';

/** Which snapshot, into how many chunks it is cut, and how often this was written. */
const STAGED = layout('StoredStaged', { window: whole, proposalHash: id32, total: u32, writes: u32 });

/** A chunk that is whole, under its index. */
const CHUNK = layout('StoredChunk', { table: u32, count: u32, first: id32, last: id32, from: whole });

const STAGED_KEY: Uint8Array = Uint8Array.of(1);

/** More chunks than a snapshot has (06 §7). */
const MOST = 0xff_ffff;

/** Where the rows of a snapshot under way are: which chunks of it are whole. */
export class StagedRows {
  readonly #head: Database;
  readonly #chunks: Database;
  /** As they are stored; undefined: to be read. */
  #held: readonly Held[] | undefined;

  constructor(environment: Environment) {
    this.#head = environment.database('staged');
    this.#chunks = environment.database('staged-chunks');
  }

  get isBegun(): boolean {
    return this.#head.get(STAGED_KEY) !== undefined;
  }

  read(): Staged | undefined {
    const bytes = this.#head.get(STAGED_KEY);
    if (bytes === undefined) return undefined;
    const { total, window, proposalHash } = sound(STAGED.decode(bytes));
    this.#held ??= this.#read();
    return { anchor: { window, proposalHash }, total, chunks: this.#held };
  }

  get writes(): number {
    const bytes = this.#head.get(STAGED_KEY);
    return bytes === undefined ? 0 : sound(STAGED.decode(bytes)).writes;
  }

  /** Inside a transaction: what differs from before. Both lists ascend. */
  write({ anchor, total, chunks }: Staged, writes: number): void {
    this.#head.put(STAGED_KEY, STAGED.encode({ ...anchor, total, writes }));
    const held = this.#held ?? this.#read();
    let at = 0;
    for (const chunk of chunks) {
      for (; (held[at]?.index ?? chunk.index) < chunk.index; at++) this.#remove(held[at] as Held);
      const before = held[at]?.index === chunk.index ? held[at++] : undefined;
      if (before === chunk) continue;
      const { index, table, ...rest } = chunk;
      this.#chunks.put(windowKey(index), CHUNK.encode({ table: TABLES.indexOf(table), ...rest }));
    }
    for (; at < held.length; at++) this.#remove(held[at] as Held);
  }

  /** The transaction of `write` is durable. */
  written({ chunks }: Staged): void {
    this.#held = chunks;
  }

  /** Inside a transaction. */
  clear(): void {
    this.#held = undefined;
    this.#head.clear();
    this.#chunks.clear();
  }

  #read(): readonly Held[] {
    return this.#chunks.rows(windowKey(0), MOST).map(([key, row]): Held => {
      const { table, ...chunk } = sound(CHUNK.decode(row));
      return { index: keyWindow(key), table: tableOf(table), ...chunk };
    });
  }

  #remove({ index }: Held): void {
    this.#chunks.remove(windowKey(index));
  }
}

const tableOf = (number: number): Table => {
  const table = TABLES[number];
  if (table === undefined) throw new StoreError(`the store is damaged: there is no table ${number}`);
  return table;
};
