import { type Database, open, type RootDatabase } from 'lmdb';
import { fromHex, type Id, toHex } from '#core/bytes/bytes.ts';
import { type Delta, TABLES, type Table, type WritableBase } from '#core/state/state.ts';

type Stored = Readonly<Record<Table, Database<Uint8Array, Uint8Array>>>;

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** lmdb hands out Buffers: the same bytes as what they are to everybody else. */
const plain = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Where a snapshot is put together on a disk. Nobody needs it after a crash, so nothing waits for the disk. */
export class Staging implements WritableBase {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #records: Stored;
  readonly #nodes: Stored;

  constructor(file: string) {
    this.#root = open({ path: file, noSubdir: true, noSync: true, maxDbs: 2 * TABLES.length, ...BINARY });
    const of = (what: string): Stored => {
      const table = (name: Table) => this.#root.openDB<Uint8Array, Uint8Array>({ name: `${name} ${what}`, ...BINARY });
      return { account: table('account'), node: table('node'), candidate: table('candidate') };
    };
    this.#records = of('records');
    this.#nodes = of('nodes');
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    const value = this.#records[table].getBinary(fromHex(key));
    return value && plain(value);
  }

  node(table: Table, name: string): Uint8Array | undefined {
    const value = this.#nodes[table].getBinary(Buffer.from(name));
    return value && plain(value);
  }

  *range(table: Table, from: Id = ''): IterableIterator<readonly [Id, Uint8Array]> {
    const start = fromHex(from.padEnd(64, '0'));
    for (const { key, value } of this.#records[table].getRange({ start })) yield [toHex(plain(key)), plain(value)];
  }

  commit(delta: Delta): void {
    this.#root.transactionSync(() => {
      for (const table of TABLES) {
        const { records, nodes } = delta[table];
        for (const [key, value] of records) put(this.#records[table], fromHex(key), value);
        for (const [name, value] of nodes) put(this.#nodes[table], Buffer.from(name), value);
      }
    });
  }

  close(): Promise<void> {
    return this.#root.close();
  }
}

const put = (stored: Database<Uint8Array, Uint8Array>, key: Uint8Array, value: Uint8Array | null): void => {
  if (value === null) stored.removeSync(key);
  else stored.putSync(key, value);
};
