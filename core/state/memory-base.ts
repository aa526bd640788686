import type { Id } from '../bytes/bytes.ts';
import { RadixMap } from '../collections/radix.ts';
import { type Delta, TABLES, type Table, type WritableBase } from './state.ts';

interface MemoryTable {
  readonly records: RadixMap<Uint8Array>;
  /** By name of the place. */
  readonly nodes: RadixMap<Uint8Array>;
}

type Tables = Readonly<Record<Table, MemoryTable>>;

const emptyTable = (): MemoryTable => ({ records: RadixMap.empty(), nodes: RadixMap.empty() });

const changed = (tables: Tables, delta: Delta): Tables => {
  const next: Record<Table, MemoryTable> = { ...tables };
  for (const name of TABLES) {
    const { records, nodes } = delta[name];
    if (records.size === 0 && nodes.size === 0) continue;
    next[name] = { records: tables[name].records.with(records), nodes: tables[name].nodes.with(nodes) };
  }
  return next;
};

/**
 * A base in memory. Versions share what did not change, so the hosts of a simulation stand on one state and each window costs
 * what it changed. It keeps the bytes of deltas themselves.
 */
export class MemoryBase implements WritableBase {
  readonly hasCheapVersions = true;
  #tables: Tables;

  constructor(tables: Tables = { account: emptyTable(), node: emptyTable(), candidate: emptyTable() }) {
    this.#tables = tables;
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    return this.#tables[table].records.get(key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    return this.#tables[table].nodes.get(path);
  }

  range(table: Table, from: Id = ''): Iterable<readonly [Id, Uint8Array]> {
    return this.#tables[table].records.entries(from);
  }

  commit(delta: Delta): void {
    this.#tables = changed(this.#tables, delta);
  }

  with(delta: Delta): MemoryBase {
    return new MemoryBase(changed(this.#tables, delta));
  }
}
