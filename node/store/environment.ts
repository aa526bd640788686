import { close, closeSync, ftruncateSync, openSync, readSync, rmSync, unlinkSync } from 'node:fs';
import { open, type RootDatabase, type Database as Stored } from 'lmdb';
import { equalBytes } from '#core/bytes/bytes.ts';
import { isCutShort } from './cut-short.ts';
import { cutShort, emptyStore, noStore } from './store-error.ts';

/** Entry of a database: key, value. */
export type Row = readonly [Uint8Array, Uint8Array];

/** Named databases in one environment; LMDB has to know a bound. */
const MOST_DATABASES = 32;

/**
 * Freed pages that LMDB reads at once for use again, and that it keeps in memory between two transactions. It looks through all of them
 * in every one, so that with its own bounds, 50 000 and 75 000, a small write after many large ones takes milliseconds. lmdb's types know
 * neither.
 */
const FREE_PAGES = { maxFreeSpaceToLoad: 1_000, maxFreeSpaceToRetain: 2_000 };

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

/** What LMDB says of a database; lmdb's types do not. */
interface Pages {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

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

  /** That its pages take of the file. */
  get bytes(): number {
    const pages = this.#stored.getStats() as Pages;
    return (pages.treeBranchPageCount + pages.treeLeafPageCount + pages.overflowPages) * pages.pageSize;
  }

  /** Inside a transaction. */
  put(key: Uint8Array, value: Uint8Array): void {
    this.#stored.putSync(key, value);
  }

  /** Inside a transaction. */
  remove(key: Uint8Array): void {
    this.#stored.removeSync(key);
  }

  /** Removes everything, as a step of a transaction: what has few rows, for freed pages cost until they are used again. */
  clear(): void {
    this.#stored.clearSync();
  }

  /** The first keys, at most `limit`. */
  keys(limit: number): readonly Uint8Array[] {
    return Array.from(this.#stored.getKeys({ limit }));
  }
}

/** LMDB's magic number and the version of its format, and where in a file they stand. */
const SIGNATURE: Uint8Array = Uint8Array.of(0xde, 0xc0, 0xef, 0xbe, 2, 0, 0, 0);
const SIGNATURE_OFFSET = 24;

/**
 * LMDB does not survive the sight of another file, nor of a part of one: it has to be looked at before. One that begins with zeros was being made when the
 * power failed, and holds nothing: the first transaction that is durable has made its beginning durable.
 */
const refuseUnreadable = (file: string, readOnly: boolean): void => {
  const handle = openSync(file, readOnly ? 'r' : 'a+', 0o600);
  try {
    const bytes = new Uint8Array(SIGNATURE_OFFSET + SIGNATURE.length);
    const size = readSync(handle, bytes, 0, bytes.length, 0);
    if (equalBytes(bytes.subarray(SIGNATURE_OFFSET), SIGNATURE)) {
      if (isCutShort(handle)) throw cutShort(file);
      return;
    }
    if (bytes.some((byte) => byte !== 0)) throw noStore(file);
    if (readOnly) throw emptyStore(file);
    // Not one of size 0: another process may be making it.
    if (size > 0) ftruncateSync(handle, 0);
  } finally {
    closeSync(handle);
  }
};

/** An LMDB environment in one file. */
export class Environment {
  readonly #file: string;
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;

  /**
   * Without `overlappingSync` a commit is one fdatasync, done when it returns. Throws
   * `StoreError` where there is another file, or a part of one. `readOnly`: beside the process that writes; nothing is made that is not there.
   */
  constructor(file: string, readOnly = false) {
    refuseUnreadable(file, readOnly);
    this.#file = file;
    this.#root = open<Uint8Array, Uint8Array>({
      path: file,
      noSubdir: true,
      keyEncoding: 'binary',
      maxDbs: MOST_DATABASES,
      overlappingSync: false,
      ...FREE_PAGES,
      readOnly,
    });
  }

  /** Made if it is not there, inside a transaction as a part of it. `readOnly`: throws then. */
  database(name: string): Database {
    const options = { name, encoder: BYTES, keyEncoding: 'binary' } as const;
    const stored: Stored<Uint8Array, Uint8Array> | undefined = this.#root.openDB(options);
    if (stored === undefined) throw emptyStore(this.#file);
    return new Database(stored);
  }

  /** All of it or, if it throws, nothing; durable when it returns. One writer at a time, over all processes. */
  transaction<T>(action: () => T): T {
    return this.#root.transactionSync(action);
  }

  /** Nothing may be read or written afterwards. */
  close(): void {
    void this.#root.close();
  }

  /** Closes it and removes the file; what it took of the disk is given back beside this thread, for that may take a second. */
  remove(): void {
    const handle = openSync(this.#file, 'r');
    this.close();
    unlinkSync(this.#file);
    rmSync(`${this.#file}-lock`, { force: true });
    close(handle);
  }
}
