import { mkdirSync } from 'node:fs';
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
import { retentionOf } from './archive.ts';
import { decodeOpen, encodeOpen } from './open-record.ts';
import type { LmdbStaging } from './staging.ts';
import type { Store } from './store.ts';
import { damaged, StoreError, sound, storeError } from './store-error.ts';
import { StoreFile } from './store-file.ts';
import { StoreFiles } from './store-files.ts';

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
  let files: StoreFiles | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { network } = genesis;
    const retention = retentionOf(network.params, options.archiveWindows);
    files = new StoreFiles(folder, (path) => new StoreFile(path, network, retention));
    return new LmdbStore(files, genesis);
  } catch (error) {
    files?.close();
    throw storeError(`${folder} cannot be opened`, error);
  }
};

/** `Store` in LMDB: one transaction a write, and one process that writes. Made by `openStore`. */
export class LmdbStore implements Store {
  readonly #network: Network;
  readonly #files: StoreFiles;

  /** Writes genesis into an empty store; of another one compares the tables with its last header. */
  constructor(files: StoreFiles, genesis: Genesis) {
    this.#network = genesis.network;
    this.#files = files;
    const { live } = files;
    const { window } = live.heads;
    if (window !== undefined) this.#compare(window < 0 ? genesis.roots.stateRoot : this.#dueRoot(window));
    else live.transaction(() => live.heads.write(genesisSettled(genesis, live.base)));
  }

  get written(): number {
    const bytes = this.#live.meta.get(WRITTEN_KEY);
    return bytes === undefined ? 0 : sound(WRITTEN.decode(bytes)).records;
  }

  opened(): Opened {
    const { heads, meta, base } = this.#live;
    const { window, side } = heads.read();
    const open = meta.get(OPEN_KEY);
    return {
      settled: { network: this.#network, window, state: new State(base.version), side },
      open: open && decodeOpen(open),
    };
  }

  write(final: FinalRecord | undefined, open: OpenRecord | undefined): void {
    this.#record(this.#live, () => {
      const committed = final && this.#final(final);
      if (open !== undefined) this.#live.meta.put(OPEN_KEY, encodeOpen(open));
      return committed;
    });
  }

  staging(): LmdbStaging {
    return this.#files.staging;
  }

  adopt({ window, state, side }: Settled): void {
    const before = this.#live.heads.window ?? -1;
    if (window <= before) throw new StoreError(`a snapshot of window ${window} does not follow ${before}`);
    const staging = this.#files.staging;
    const stateRoot = state.stateRoot();
    const staged = new State(staging).stateRoot();
    if (stateRoot !== staged) throw new StoreError(`the snapshot has state root ${staged}, not ${stateRoot}`);
    const file = staging.whole();
    const open = this.#live.meta.get(OPEN_KEY);
    this.#record(file, () => {
      file.staged.clear();
      putAdopted(file.meta, window, stateRoot);
      if (open !== undefined) file.meta.put(OPEN_KEY, open);
      file.heads.write({ window, side });
      return () => this.#files.swap();
    });
  }

  clearFormer(): void {
    this.#files.staging.clear();
  }

  entry(window: number): ArchiveEntry | undefined {
    return this.#live.archive.entry(window);
  }

  object(id: Id): ProtocolObject | undefined {
    return this.#live.archive.object(id);
  }

  windowOf(operation: Id): number | undefined {
    return this.#live.archive.windowOf(operation);
  }

  certificate(window: number): readonly Vote[] {
    return this.#live.archive.certificate(window);
  }

  /** Another process may open it afterwards. */
  close(): void {
    this.#files.close();
  }

  get #live(): StoreFile {
    return this.#files.live;
  }

  /** What the chain says that S_window is. */
  #dueRoot(window: number): Id | undefined {
    const entry = this.entry(window);
    if (entry !== undefined) return entry.header.stateRoot;
    const adopted = adoptedIn(this.#live.meta);
    return adopted?.window === window ? adopted.stateRoot : undefined;
  }

  /** One transaction of the file, counted; what it answers is called when it is durable. */
  #record(file: StoreFile, action: () => (() => void) | undefined): void {
    try {
      file.transaction(() => {
        file.meta.put(WRITTEN_KEY, WRITTEN.encode({ records: this.written + 1 }));
        return action();
      })?.();
    } catch (error) {
      throw storeError('the store cannot be written', error);
    }
  }

  /** Inside a transaction; the answer is called when it is durable. */
  #final(record: FinalRecord): () => void {
    const { window } = record.settled;
    const { heads, base, archive } = this.#live;
    const before = heads.window;
    if (before !== window - 1) throw new StoreError(`window ${window} does not follow ${before}`);
    const committed = base.write(record.delta);
    this.#compare(record.entry.header.stateRoot);
    heads.write(record.settled);
    archive.write(record);
    return committed;
  }

  /** A state that is not what its header says is never written, and never gone on from. */
  #compare(due: Id | undefined): void {
    const root = new State(this.#live.base).stateRoot();
    if (root !== due) throw damaged(`the tables have state root ${root}, the last header says ${due}`);
  }
}
