import type { Network } from '#core/genesis/network.ts';
import { Archive, type Retention } from './archive.ts';
import { type Database, Environment } from './environment.ts';
import { format, isFormatted } from './format.ts';
import { Heads } from './heads.ts';
import { hold, holderOf, release } from './holder.ts';
import { LmdbBase } from './lmdb-base.ts';
import { StagedRows } from './staged-rows.ts';
import { StoreError, storeError } from './store-error.ts';

/**
 * One LMDB file with all that a store is made of: tables, head, archive, what was signed. While a snapshot is put together in it there are
 * tables alone, and rows that say which chunks are whole.
 */
export class StoreFile {
  readonly path: string;
  readonly meta: Database;
  readonly heads: Heads;
  readonly archive: Archive;
  readonly base: LmdbBase;
  readonly staged: StagedRows;
  readonly #environment: Environment;

  /**
   * Opens it, or makes it, and takes it for this process. `StoreError`: it is another network's or another version's, a living process has
   * it, or it cannot be opened at all.
   */
  constructor(path: string, network: Pick<Network, 'genesisHash' | 'params'>, retention: Retention) {
    this.path = path;
    const environment = open(path);
    this.#environment = environment;
    try {
      // One transaction, so that a file is empty or whole.
      const parts = environment.transaction(() => ({
        meta: taken(environment, network, path),
        heads: new Heads(environment),
        archive: new Archive(environment, network.params, retention),
        base: new LmdbBase(environment),
        staged: new StagedRows(environment),
      }));
      this.meta = parts.meta;
      this.heads = parts.heads;
      this.archive = parts.archive;
      this.base = parts.base;
      this.staged = parts.staged;
    } catch (error) {
      environment.close();
      throw storeError(`${path} cannot be opened`, error);
    }
  }

  /** All of it or, if it throws, nothing; durable when it returns. */
  transaction<T>(action: () => T): T {
    return this.#environment.transaction(action);
  }

  /** Another process may open it afterwards. */
  close(): void {
    this.transaction(() => release(this.meta));
    this.#environment.close();
  }

  /** Nothing is left of it. */
  remove(): void {
    this.#environment.remove();
  }
}

const open = (path: string): Environment => {
  try {
    return new Environment(path);
  } catch (error) {
    throw storeError(`${path} cannot be opened`, error);
  }
};

/** Inside a transaction: sees to it that the file is the network's and nobody else's. */
const taken = (environment: Environment, { genesisHash }: Pick<Network, 'genesisHash'>, path: string): Database => {
  const meta = environment.database('meta');
  const isOpened = isFormatted(meta, genesisHash, path);
  const holder = holderOf(meta);
  if (holder !== undefined) {
    throw new StoreError(`${path} is held by process ${holder}: stop it first, or name another folder`);
  }
  if (!isOpened) format(meta, genesisHash);
  hold(meta);
  return meta;
};
