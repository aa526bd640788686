import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '#node/config/durable.ts';
import type { Heads } from './heads.ts';
import { LmdbStaging } from './staging.ts';
import type { StoreFile } from './store-file.ts';

/** The file of a new store; LMDB puts its lock table beside it. */
export const FILE = 'store.lmdb';

/** Both names that the file of a store may have. */
export const FILES = [FILE, 'store-2.lmdb'] as const;

/** The files of a store that are there: none, one or two. */
export const filesIn = (folder: string): readonly string[] =>
  FILES.map((name) => join(folder, name)).filter((path) => existsSync(path));

/** Bytes of them; another process may remove one meanwhile. */
export const bytesIn = (folder: string): number =>
  filesIn(folder).reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);

/** Of the files of a store that which holds it: the one with the later head. Undefined: none has a head yet. */
export const latest = <T extends { readonly heads: Pick<Heads, 'window'> }>(files: readonly T[]): T | undefined => {
  const headed = files.flatMap((file) => (file.heads.window === undefined ? [] : [[file, file.heads.window] as const]));
  return headed.sort(([, a], [, b]) => b - a)[0]?.[0];
};

/**
 * The two files of a store. One holds all that is settled; in the other a snapshot is put together, which has no head until it is adopted:
 * the transaction that gives it one makes it the store. The file of before is then deleted as a whole. To empty it instead would be dear
 * for as long as the store lives: LMDB looks through the pages that were freed in every later transaction.
 */
export class StoreFiles {
  readonly #open: (path: string) => StoreFile;
  readonly #folder: string;
  #live: StoreFile;
  #staging: LmdbStaging;

  constructor(folder: string, open: (path: string) => StoreFile) {
    this.#open = open;
    this.#folder = folder;
    const files: StoreFile[] = [];
    try {
      // Whoever took every file that is there is the only one who makes the other; before, another process may change which is the store.
      for (const path of filesIn(folder)) files.push(open(path));
      this.#live = latest(files) ?? this.#new(files);
      this.#staging = this.#beside(files.find((file) => file !== this.#live));
      syncFolder(this.#folder);
    } catch (error) {
      for (const file of files) file.close();
      throw error;
    }
  }

  get live(): StoreFile {
    return this.#live;
  }

  get staging(): LmdbStaging {
    return this.#staging;
  }

  /** The staging's file has a head: it is the store from now on. States of before may not be read afterwards. */
  swap(): void {
    const before = this.#live;
    this.#live = this.#staging.adopted();
    this.#staging = this.#beside(before);
  }

  /** Another process may open them afterwards. */
  close(): void {
    this.#staging.close();
    this.#live.close();
  }

  /** In place of files without a head: without a state to begin with, a snapshot under way is none. */
  #new(files: StoreFile[]): StoreFile {
    for (const file of files.splice(0)) file.remove();
    const file = this.#open(join(this.#folder, FILE));
    files.push(file);
    return file;
  }

  /** What is beside the live file. */
  #beside(file: StoreFile | undefined): LmdbStaging {
    const other = FILES.map((name) => join(this.#folder, name)).find((path) => path !== this.#live.path) as string;
    const make = (): StoreFile => {
      const made = this.#open(other);
      syncFolder(this.#folder);
      return made;
    };
    return new LmdbStaging(make, file);
  }
}
