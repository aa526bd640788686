import { ascii } from '#core/bytes/bytes.ts';
import { layout, u8 } from '#core/bytes/layout.ts';
import type { Database, Environment } from './environment.ts';
import { LmdbBase } from './lmdb-base.ts';
import { LmdbStaging, StagedRows } from './staging.ts';
import { sound } from './store-error.ts';
import { type TableSet, Tables } from './tables.ts';

const LIVE = layout('StoreLive', { set: u8 });

/** Absent in a store that never adopted a snapshot: the first set. */
const LIVE_KEY = ascii('live');

/** Rows that one step of clearing removes: some milliseconds. */
const CLEARED = 512;

/** Which set holds the settled state. */
export const liveSet = (meta: Database): TableSet => {
  const bytes = meta.get(LIVE_KEY);
  return bytes !== undefined && sound(LIVE.decode(bytes)).set === 1 ? 1 : 0;
};

const otherThan = (set: TableSet): TableSet => (set === 0 ? 1 : 0);

/**
 * The two sets of tables of a store: one holds the settled state, in the other a snapshot is put together. To adopt it is to change
 * one row; the set that held the state before is emptied later, a few rows at a time.
 */
export class TableSets {
  readonly #environment: Environment;
  readonly #meta: Database;
  readonly #rows: StagedRows;
  #set: TableSet;
  #live: LmdbBase;
  #staging: LmdbStaging;

  constructor(environment: Environment, meta: Database) {
    this.#environment = environment;
    this.#meta = meta;
    this.#rows = new StagedRows(environment);
    this.#set = liveSet(meta);
    this.#live = new LmdbBase(environment, this.#set);
    this.#staging = this.#beside();
  }

  get live(): LmdbBase {
    return this.#live;
  }

  get staging(): LmdbStaging {
    return this.#staging;
  }

  /** Inside a transaction; the answer is called when it is durable. States of before may not be read afterwards. */
  swap(): () => void {
    const set = otherThan(this.#set);
    this.#meta.put(LIVE_KEY, LIVE.encode({ set }));
    this.#rows.clear();
    return () => {
      this.#set = set;
      this.#live = this.#staging.adopted();
      this.#staging = this.#beside();
    };
  }

  /** Removes some of what is left beside the settled state while no snapshot is under way; false: nothing is left. */
  clearSome(): boolean {
    if (this.#rows.isBegun) return false;
    const tables = new Tables(this.#environment, otherThan(this.#set));
    return this.#environment.transaction(() => tables.clearSome(CLEARED));
  }

  #beside(): LmdbStaging {
    return new LmdbStaging(this.#environment, otherThan(this.#set), this.#rows);
  }
}
