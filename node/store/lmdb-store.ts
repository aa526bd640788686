import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ascii, type Id } from '#core/bytes/bytes.ts';
import { layout } from '#core/bytes/layout.ts';
import type { ProtocolObject, Vote } from '#core/consensus/objects.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import type { Network } from '#core/genesis/network.ts';
import { whole } from '#core/journal/kinds.ts';
import type { FinalRecord, Opened, OpenRecord } from '#core/participant/types.ts';
import { State } from '#core/state/view.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';
import { adoptedIn, putAdopted } from './adopted.ts';
import { Archive, retentionOf } from './archive.ts';
import { type Database, Environment } from './environment.ts';
import { format, isFormatted } from './format.ts';
import { Heads } from './heads.ts';
import { hold, holderOf, release } from './holder.ts';
import { decodeOpen, encodeOpen } from './open-record.ts';
import type { LmdbStaging } from './staging.ts';
import type { Store } from './store.ts';
import { reasonOf, StoreError, sound } from './store-error.ts';
import { TableSets } from './table-sets.ts';

/** The file in the node's data folder; LMDB puts its lock table beside it. */
export const FILE = 'store.lmdb';

const WRITTEN = layout('StoreWritten', { records: whole });

const WRITTEN_KEY = ascii('written');
const OPEN_KEY = ascii('open');

export interface StoreOptions {
  /** Windows whose archive entries and bodies are kept, where that is more than the default; Infinity for an archive node (09 §3). */
  readonly archiveWindows?: number;
}

/**
 * Opens the store of a network in `folder`, or makes it. `StoreError`: it is another network's or another version's, a living
 * process has it open, it is damaged, or it cannot be opened at all.
 */
export const openStore = (folder: string, genesis: Genesis, options: StoreOptions = {}): LmdbStore => {
  const file = join(folder, FILE);
  const environment = openEnvironment(folder, file);
  try {
    return new LmdbStore(environment, genesis, file, options);
  } catch (error) {
    environment.close();
    throw error instanceof StoreError ? error : new StoreError(`${file} cannot be opened: ${reasonOf(error)}`);
  }
};

const openEnvironment = (folder: string, file: string): Environment => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new Environment(file);
  } catch (error) {
    throw new StoreError(`${file} cannot be opened: ${reasonOf(error)}`);
  }
};

/** `Store` in LMDB: one environment, one transaction a write, and one process that writes. Made by `openStore`. */
export class LmdbStore implements Store {
  readonly #environment: Environment;
  readonly #network: Network;
  readonly #meta: Database;
  readonly #heads: Heads;
  readonly #archive: Archive;
  readonly #sets: TableSets;

  constructor(environment: Environment, genesis: Genesis, file: string, options: StoreOptions) {
    const { params } = genesis.network;
    this.#environment = environment;
    this.#network = genesis.network;
    this.#meta = environment.database('meta');
    environment.transaction(() => this.#take(file));
    this.#heads = new Heads(environment);
    this.#archive = new Archive(environment, params, retentionOf(params, options.archiveWindows));
    this.#sets = new TableSets(environment, this.#meta);
    try {
      this.#begin(genesis);
    } catch (error) {
      environment.transaction(() => release(this.#meta));
      throw error;
    }
  }

  get written(): number {
    const bytes = this.#meta.get(WRITTEN_KEY);
    return bytes === undefined ? 0 : sound(WRITTEN.decode(bytes)).records;
  }

  opened(): Opened {
    const { window, side } = this.#heads.read();
    const open = this.#meta.get(OPEN_KEY);
    return {
      settled: { network: this.#network, window, state: new State(this.#sets.live.version), side },
      open: open && decodeOpen(open),
    };
  }

  write(final: FinalRecord | undefined, open: OpenRecord | undefined): void {
    this.#record(() => {
      const committed = final && this.#final(final);
      if (open !== undefined) this.#meta.put(OPEN_KEY, encodeOpen(open));
      return committed;
    });
  }

  staging(): LmdbStaging {
    return this.#sets.staging;
  }

  adopt({ window, state, side }: Settled): void {
    const before = this.#heads.window ?? -1;
    if (window <= before) throw new StoreError(`a snapshot of window ${window} does not follow ${before}`);
    const stateRoot = state.stateRoot();
    const staged = new State(this.#sets.staging).stateRoot();
    if (stateRoot !== staged) throw new StoreError(`the snapshot has state root ${staged}, not ${stateRoot}`);
    this.#record(() => {
      this.#heads.replace({ window, side });
      this.#archive.clear();
      // All that was signed is of windows that are final by now.
      this.#meta.remove(OPEN_KEY);
      putAdopted(this.#meta, window, stateRoot);
      return this.#sets.swap();
    });
  }

  clearSome(): boolean {
    return this.#sets.clearSome();
  }

  entry(window: number): ArchiveEntry | undefined {
    return this.#archive.entry(window);
  }

  object(id: Id): ProtocolObject | undefined {
    return this.#archive.object(id);
  }

  windowOf(operation: Id): number | undefined {
    return this.#archive.windowOf(operation);
  }

  certificate(window: number): readonly Vote[] {
    return this.#archive.certificate(window);
  }

  /** Another process may open it afterwards. */
  close(): void {
    this.#environment.transaction(() => release(this.#meta));
    this.#environment.close();
  }

  /** Inside a transaction: sees to it that this is the network's store and nobody else's. */
  #take(file: string): void {
    const { genesisHash } = this.#network;
    const isOpened = isFormatted(this.#meta, genesisHash, file);
    const holder = holderOf(this.#meta);
    if (holder !== undefined) {
      throw new StoreError(`${file} is held by process ${holder}: stop it first, or name another folder`);
    }
    if (!isOpened) format(this.#meta, genesisHash);
    hold(this.#meta);
  }

  /** Writes genesis into an empty store; of another one compares the tables with its last header. */
  #begin(genesis: Genesis): void {
    const window = this.#heads.window;
    if (window === undefined) {
      this.#environment.transaction(() => this.#heads.write(genesisSettled(genesis, this.#sets.live)));
      return;
    }
    this.#compare(window < 0 ? genesis.roots.stateRoot : this.#dueRoot(window));
  }

  /** What the chain says that S_window is. */
  #dueRoot(window: number): Id | undefined {
    const entry = this.entry(window);
    if (entry !== undefined) return entry.header.stateRoot;
    const adopted = adoptedIn(this.#meta);
    return adopted?.window === window ? adopted.stateRoot : undefined;
  }

  /** One transaction, counted; what it answers is called when it is durable. */
  #record(action: () => (() => void) | undefined): void {
    try {
      this.#environment.transaction(() => {
        this.#meta.put(WRITTEN_KEY, WRITTEN.encode({ records: this.written + 1 }));
        return action();
      })?.();
    } catch (error) {
      throw error instanceof StoreError ? error : new StoreError(`the store cannot be written: ${reasonOf(error)}`);
    }
  }

  /** Inside a transaction; the answer is called when it is durable. */
  #final(record: FinalRecord): () => void {
    const { window } = record.settled;
    const before = this.#heads.window;
    if (before !== window - 1) throw new StoreError(`window ${window} does not follow ${before}`);
    const committed = this.#sets.live.write(record.delta);
    this.#compare(record.entry.header.stateRoot);
    this.#heads.write(record.settled);
    this.#archive.write(record);
    return committed;
  }

  /** A state that is not what its header says is never written, and never gone on from. */
  #compare(due: Id | undefined): void {
    const root = new State(this.#sets.live).stateRoot();
    if (root !== due) throw new StoreError(`the tables have state root ${root}, the last header says ${due}`);
  }
}
