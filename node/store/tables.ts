import { fromHex, type Id, toHex } from '#core/bytes/bytes.ts';
import type { Delta, Table, TableDelta } from '#core/state/state.ts';
import type { Database, Environment } from './environment.ts';
import { placeKey } from './keys.ts';

/** Records that a range reads at once: no read transaction stays open between two of them. */
export const BATCH = 256;

export type Entry = readonly [Id, Uint8Array];

/** The three tables as they are stored: records by key, values of tree nodes by place. */
export class Tables {
  readonly #records: Readonly<Record<Table, Database>>;
  readonly #nodes: Readonly<Record<Table, Database>>;

  constructor(environment: Environment) {
    const of = (what: string) => {
      const database = (table: Table) => environment.database(`${table}-${what}`);
      return { account: database('account'), node: database('node'), candidate: database('candidate') };
    };
    this.#records = of('records');
    this.#nodes = of('tree');
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    return this.#records[table].get(fromHex(key));
  }

  node(table: Table, path: string): Uint8Array | undefined {
    return this.#nodes[table].get(placeKey(path));
  }

  entries(table: Table, from: Id, limit = BATCH): readonly Entry[] {
    return this.#records[table].rows(fromHex(from), limit).map(([key, record]) => [toHex(key), record]);
  }

  /** Writes the delta and answers the one that takes it back. Inside a transaction. */
  replace(delta: Delta): Delta {
    const of = (table: Table): TableDelta => ({
      records: exchange(this.#records[table], delta[table].records, fromHex),
      nodes: exchange(this.#nodes[table], delta[table].nodes, placeKey),
    });
    return { account: of('account'), node: of('node'), candidate: of('candidate') };
  }
}

type Changes = ReadonlyMap<string, Uint8Array | null>;

const exchange = (database: Database, changes: Changes, keyOf: (name: string) => Uint8Array): Changes => {
  const before = new Map<string, Uint8Array | null>();
  for (const [name, value] of changes) {
    const key = keyOf(name);
    before.set(name, database.get(key) ?? null);
    if (value === null) database.remove(key);
    else database.put(key, value);
  }
  return before;
};
