import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type Id, toHex, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import { encodeProof, prove, rootProven } from '#core/state/proof.ts';
import type { Roots } from '#core/state/roots.ts';
import { TABLES, type Table } from '#core/state/state.ts';
import { State } from '#core/state/view.ts';
import { decodeArchiveEntry } from '#core/wire/objects.ts';
import { adoptedIn } from './adopted.ts';
import { archiveIn } from './archive.ts';
import { type Database, Environment } from './environment.ts';
import { isFormatted } from './format.ts';
import { Heads } from './heads.ts';
import { holderOf } from './holder.ts';
import { keyWindow, windowKey } from './keys.ts';
import { LmdbBase } from './lmdb-base.ts';
import { damaged, emptyStore, StoreError, sound, storeError } from './store-error.ts';
import { FILE, filesIn, latest } from './store-files.ts';
import { Tables } from './tables.ts';

export interface StoreReport {
  /** The last final window; −1: genesis. */
  readonly window: number;
  readonly stateRoot: Id;
  /** Process of the node that has the store open. */
  readonly holder: number | undefined;
  /** What was looked at. */
  readonly paths: number;
  readonly entries: number;
  /** Of the archive, in the file. */
  readonly archiveBytes: number;
  /** The first thing that is wrong, and what to do: one line. */
  readonly fault: string | undefined;
}

/** Places in each tree that are proven, of records and of random keys. A broken place that one of 50 ways leads over is found by 99 %. */
const PATHS = 256;

/** Archive entries between two turns of others. */
const STEP = 512;

/**
 * Looks whether a node's store is whole, without taking it: beside a running node too, whose pid is told. The roots of the tables have
 * to be those of the last header, records and gaps at random have to prove under them, and every entry of the archive has to name the
 * one before it. `onProgress` hears a line now and then. Throws `StoreError` where there is no store of this network that could be read.
 */
export const checkStore = async (
  folder: string,
  genesis: Genesis,
  onProgress: (line: string) => void,
  paths = PATHS,
): Promise<StoreReport> => {
  const files: ReadFile[] = [];
  try {
    for (const path of filesIn(folder)) files.push(read(path, genesis));
    const file = latest(files);
    if (file === undefined) throw emptyStore(join(folder, FILE));
    return await new Check(file, genesis, onProgress, paths).run();
  } finally {
    for (const { environment } of files) environment.close();
  }
};

/** A file of the store that is read beside whoever writes it. */
interface ReadFile {
  readonly environment: Environment;
  readonly meta: Database;
  readonly heads: Heads;
}

const read = (path: string, { network }: Genesis): ReadFile => {
  let environment: Environment | undefined;
  try {
    environment = new Environment(path, true);
    const meta = environment.database('meta');
    if (isFormatted(meta, network.genesisHash, path)) return { environment, meta, heads: new Heads(environment) };
    throw emptyStore(path);
  } catch (error) {
    environment?.close();
    throw storeError(`${path} cannot be read`, error);
  }
};

class Check {
  readonly #genesis: Genesis;
  readonly #onProgress: (line: string) => void;
  readonly #pathsWanted: number;
  readonly #meta: Database;
  readonly #rows: Database;
  readonly #archiveBytes: number;
  readonly #heads: Heads;
  readonly #tables: Tables;
  readonly #base: LmdbBase;
  #paths = 0;
  #entries = 0;

  /** Opens all that is read: from then until the first turn of others every read sees the same window, also where a node writes. */
  constructor(
    { environment, meta, heads }: ReadFile,
    genesis: Genesis,
    onProgress: (line: string) => void,
    paths: number,
  ) {
    this.#genesis = genesis;
    this.#pathsWanted = paths;
    this.#onProgress = onProgress;
    this.#meta = meta;
    const archive = archiveIn(environment);
    this.#rows = archive.entries;
    this.#archiveBytes = Object.values(archive).reduce((sum, { bytes }) => sum + bytes, 0);
    this.#heads = heads;
    this.#tables = new Tables(environment);
    this.#base = new LmdbBase(environment);
  }

  async run(): Promise<StoreReport> {
    const holder = holderOf(this.#meta);
    const state = new State(this.#base);
    const roots = state.roots();
    const window = this.#heads.window ?? -1;
    const adopted = adoptedIn(this.#meta);
    const report = (fault?: string): StoreReport => {
      const { stateRoot } = roots;
      const looked = { paths: this.#paths, entries: this.#entries, archiveBytes: this.#archiveBytes };
      return { window, stateRoot, holder, ...looked, fault };
    };
    try {
      this.#compareRoots(window, roots, adopted?.window === window ? adopted.stateRoot : undefined);
      for (const table of TABLES) this.#provePaths(table, state, roots);
      await this.#followParents(window);
    } catch (error) {
      if (error instanceof StoreError) return report(error.message);
      throw error;
    }
    return report();
  }

  #compareRoots(window: number, roots: Roots, adopted: Id | undefined): void {
    const { stateRoot } = this.#entry(window)?.header ?? (window < 0 ? this.#genesis.roots : { stateRoot: adopted });
    if (roots.stateRoot !== stateRoot) {
      throw damaged(`the tables have state root ${roots.stateRoot}, the header of window ${window} says ${stateRoot}`);
    }
    this.#onProgress(`window ${window}: the tables have the state root of its header`);
  }

  /** Half of them of records that are there, half of keys that most likely are not. */
  #provePaths(table: Table, state: State, roots: Roots): void {
    const root = { account: roots.accountRoot, node: roots.nodeRoot, candidate: roots.candidateRoot }[table];
    for (let i = 0; i < this.#pathsWanted; i++) {
      const random = toHex(randomBytes(32));
      // The first of all, so that no table is so small that none is met.
      const [found] = i % 2 === 0 ? this.#tables.entries(table, i === 0 ? ZERO_ID : random, 1) : [];
      const key = found?.[0] ?? random;
      if (provenRoot(state, table, key) !== root) throw damaged(`the ${table} tree is broken on the way to ${key}`);
      this.#paths++;
    }
    this.#onProgress(`${table} tree: ${this.#pathsWanted} paths lead to its root`);
  }

  /** Newest first. A running node drops the oldest meanwhile. */
  async #followParents(last: number): Promise<void> {
    const all = last + 1 - this.#oldest(last);
    let parent: Id | undefined;
    for (let window = last; window >= this.#oldest(last); window--) {
      const entry = this.#entry(window);
      if (entry === undefined) throw damaged(`the archive has no entry of window ${window}`);
      const { header } = entry;
      if (header.window !== window) throw damaged(`the archive has window ${header.window} in place of ${window}`);
      if (parent !== undefined && header.id !== parent) {
        throw damaged(`window ${window + 1} has the parent ${parent}, the archive has ${header.id}`);
      }
      parent = header.prevProposalHash;
      this.#entries++;
      if (this.#entries % STEP === 0) {
        if (this.#entries % (32 * STEP) === 0) this.#onProgress(`archive: ${this.#entries} of ${all} entries`);
        await turn();
      }
    }
    this.#onProgress(`archive: each of ${this.#entries} entries is the parent of the next`);
  }

  #oldest(last: number): number {
    const [key] = this.#rows.keys(1);
    return key === undefined ? last + 1 : keyWindow(key);
  }

  #entry(window: number) {
    const bytes = window < 0 ? undefined : this.#rows.get(windowKey(window));
    return bytes && sound(decodeArchiveEntry(bytes));
  }
}

/** Undefined: what is stored is no tree. */
const provenRoot = (state: State, table: Table, key: Id): Id | undefined => {
  try {
    return rootProven(encodeProof(prove(state.tree(table), key)), table);
  } catch {
    return undefined;
  }
};
