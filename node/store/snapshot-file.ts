import { closeSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Id } from '#core/bytes/bytes.ts';
import { id32, layout, u8, u32 } from '#core/bytes/layout.ts';
import { whole } from '#core/journal/kinds.ts';
import { MAX_RECORDS, RECORDS_PER_CHUNK } from '#core/snapshot/limits.ts';
import type { SnapshotSource } from '#core/snapshot/source.ts';
import { RECORD_SIZES } from '#core/state/records.ts';
import { TABLES, type Table } from '#core/state/state.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { FastSyncResponse } from '#core/wire/payloads.ts';

/** The first byte of every layout there will be. */
const VERSION = 1;

/**
 * A snapshot as a file (06 §7): this head, then the records of accounts, nodes and candidates, each table ascending by key. Records of
 * a table have one size, so that a chunk is one stretch of the file.
 */
const HEAD = layout('SnapshotFile', {
  version: u8,
  genesisHash: id32,
  window: whole,
  proposalHash: id32,
  account: u32,
  node: u32,
  candidate: u32,
});

type Head = ReturnType<typeof HEAD.read>;

/** Records that one piece of writing takes: the base reads as many at once. */
export const PIECE = 256;

/** What a file is called until it is whole. */
const UNFINISHED = '.tmp';

/** Writes the snapshot of a settled state, which has to stay readable, in pieces: nobody else waits for longer than one. */
export class SnapshotWriter {
  readonly #path: string;
  readonly #settled: Settled;
  readonly #file: number;
  readonly #records: Iterator<readonly [Table, Uint8Array]>;
  readonly #counts = { account: 0, node: 0, candidate: 0 };
  #size = HEAD.minimum;

  constructor(path: string, settled: Settled) {
    this.#path = path;
    this.#settled = settled;
    this.#file = openSync(path + UNFINISHED, 'w', 0o600);
    this.#records = recordsOf(settled);
  }

  /** Writes a few milliseconds' worth; false: all records are written, and `finish` makes a snapshot of them. */
  writeSome(): boolean {
    const records: Uint8Array[] = [];
    for (let next = this.#records.next(); next.done !== true; next = this.#records.next()) {
      const [table, record] = next.value;
      this.#counts[table]++;
      if (records.push(record) === PIECE) break;
    }
    if (records.length > 0) this.#size += writeSync(this.#file, Buffer.concat(records), 0, undefined, this.#size);
    return records.length === PIECE;
  }

  /** Resolves when the file is on the disk under its name. */
  async finish(): Promise<void> {
    const { network, window, side } = this.#settled;
    const name = { genesisHash: network.genesisHash, window, proposalHash: side.proposalHash };
    writeSync(this.#file, HEAD.encode({ version: VERSION, ...name, ...this.#counts }), 0, HEAD.minimum, 0);
    closeSync(this.#file);
    await synced(this.#path + UNFINISHED);
    await rename(this.#path + UNFINISHED, this.#path);
    await synced(dirname(this.#path));
  }

  /** Nothing of it is left. Not after `finish`. */
  abandon(): void {
    closeSync(this.#file);
    rmSync(this.#path + UNFINISHED, { force: true });
  }
}

function* recordsOf({ state }: Settled): Generator<readonly [Table, Uint8Array], void> {
  for (const table of TABLES) for (const [, record] of state.range(table)) yield [table, record];
}

/** Off this thread: the disk may need long. */
const synced = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** The snapshot in a file: each chunk is one read. */
export class SnapshotFile implements SnapshotSource {
  readonly genesisHash: Id;
  readonly window: number;
  readonly proposalHash: Id;
  readonly totalChunks: number;
  readonly isTooLarge: boolean;
  readonly #counts: Readonly<Record<Table, number>>;
  #file: number | undefined;

  /** Undefined: it is no whole snapshot. Throws where it cannot be read. */
  static open(path: string): SnapshotFile | undefined {
    const file = openSync(path, 'r');
    const head = headOf(file);
    if (head !== undefined) return new SnapshotFile(file, head);
    closeSync(file);
    return undefined;
  }

  private constructor(file: number, { genesisHash, window, proposalHash, account, node, candidate }: Head) {
    this.#file = file;
    this.genesisHash = genesisHash;
    this.window = window;
    this.proposalHash = proposalHash;
    this.#counts = { account, node, candidate };
    this.totalChunks = TABLES.reduce((sum, table) => sum + chunksFor(this.#counts[table]), 0);
    this.isTooLarge = account + node + candidate > MAX_RECORDS;
  }

  chunk(index: number): FastSyncResponse | undefined {
    if (this.#file === undefined) return undefined;
    let first = 0;
    let start = HEAD.minimum;
    for (const table of TABLES) {
      const count = this.#counts[table];
      const size = RECORD_SIZES[table];
      const at = (index - first) * RECORDS_PER_CHUNK;
      if (at < count) {
        const recordCount = Math.min(RECORDS_PER_CHUNK, count - at);
        const records = new Uint8Array(recordCount * size);
        if (readSync(this.#file, records, 0, records.length, start + at * size) < records.length) return undefined;
        const { totalChunks } = this;
        return { chunkIndex: index, totalChunks, tableId: TABLES.indexOf(table) + 1, recordCount, records };
      }
      first += chunksFor(count);
      start += count * size;
    }
    return undefined;
  }

  /** It has no chunks any more. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

const chunksFor = (records: number): number => Math.ceil(records / RECORDS_PER_CHUNK);

/** Of a file of exactly the size that its head says. */
const headOf = (file: number): Head | undefined => {
  const bytes = new Uint8Array(HEAD.minimum);
  if (readSync(file, bytes, 0, bytes.length, 0) < bytes.length || bytes[0] !== VERSION) return undefined;
  const head = HEAD.decode(bytes);
  if (!head.ok) return undefined;
  const size = TABLES.reduce((sum, table) => sum + head.value[table] * RECORD_SIZES[table], HEAD.minimum);
  return fstatSync(file).size === size ? head.value : undefined;
};
