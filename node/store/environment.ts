import { closeSync, openSync, readSync } from 'node:fs';
import { open, type RootDatabase, type Database as Stored } from 'lmdb';
import { equalBytes } from '#core/bytes/bytes.ts';

/** Entry of a database: key, value. */
export type Row = readonly [Uint8Array, Uint8Array];

/** Named databases in one environment; LMDB has to know a bound. */
const MOST_DATABASES = 32;

/**
 * How lmdb hands values over: it reads into a buffer of its own, of which a value is the first `length` bytes until the next read.
 * A copy is half the cost of the Buffer it would make otherwise.
 */
const BYTES = {
  encode: (value: Uint8Array): Uint8Array => value,
  decode({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
    const value = new Uint8Array(length);
    value.set(new Uint8Array(buffer, byteOffset, length));
    return value;
  },
};

/** A named database. Keys are 1 to 64 bytes, in the order of their bytes; values that a read returns stay as they are. */
export class Database {
  readonly #stored: Stored<Uint8Array, Uint8Array>;

  constructor(stored: Stored<Uint8Array, Uint8Array>) {
    this.#stored = stored;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#stored.get(key);
  }

  /** At most `limit` entries from `start` on, ascending. */
  rows(start: Uint8Array, limit: number): readonly Row[] {
    return Array.from(this.#stored.getRange({ start, limit }), ({ key, value }) => [key, value]);
  }

  /** Inside a transaction. */
  put(key: Uint8Array, value: Uint8Array): void {
    this.#stored.putSync(key, value);
  }

  /** Inside a transaction. */
  remove(key: Uint8Array): void {
    this.#stored.removeSync(key);
  }

  /** The first keys, at most `limit`. */
  keys(limit: number): readonly Uint8Array[] {
    return Array.from(this.#stored.getKeys({ limit }));
  }

  /** Removes everything, as one step of a transaction. */
  clear(): void {
    this.#stored.clearSync();
  }
}

/** LMDB's magic number and the version of its format, and where in a file they stand. */
const SIGNATURE: Uint8Array = Uint8Array.of(0xde, 0xc0, 0xef, 0xbe, 2, 0, 0, 0);
const SIGNATURE_OFFSET = 24;

/** LMDB does not survive the sight of another file: it has to be looked at before. */
const refuseForeign = (file: string, flags: string): void => {
  const handle = openSync(file, flags, 0o600);
  try {
    const bytes = new Uint8Array(SIGNATURE_OFFSET + SIGNATURE.length);
    const size = readSync(handle, bytes, 0, bytes.length, 0);
    if (size > 0 && !equalBytes(bytes.subarray(SIGNATURE_OFFSET), SIGNATURE)) throw new Error('it is no LMDB file');
  } finally {
    closeSync(handle);
  }
};

/** An LMDB environment in one file. */
export class Environment {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;

  /**
   * Without `overlappingSync` a commit is one fdatasync, done when it returns. Throws
   * where there is another file. `readOnly`: beside the process that writes; nothing is made that is not there.
   */
  constructor(file: string, readOnly = false) {
    refuseForeign(file, readOnly ? 'r' : 'a+');
    this.#root = open<Uint8Array, Uint8Array>({
      path: file,
      noSubdir: true,
      keyEncoding: 'binary',
      maxDbs: MOST_DATABASES,
      overlappingSync: false,
      readOnly,
    });
  }

  /** Made if it is not there. */
  database(name: string): Database {
    const options = { name, encoder: BYTES, keyEncoding: 'binary' } as const;
    return new Database(this.#root.openDB(options));
  }

  /** All of it or, if it throws, nothing; durable when it returns. One writer at a time, over all processes. */
  transaction<T>(action: () => T): T {
    return this.#root.transactionSync(action);
  }

  /** Nothing may be read or written afterwards. */
  close(): void {
    void this.#root.close();
  }
}
