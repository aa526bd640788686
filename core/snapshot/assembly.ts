import { concat, type Id, toHex } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { IdMap } from '../collections/id-map.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Roots } from '../state/roots.ts';
import { TABLES, type Table } from '../state/state.ts';
import { State } from '../state/view.ts';
import type { FastSyncResponse } from '../wire/payloads.ts';
import { type Held, HeldChunks } from './held-chunks.ts';
import { type Chunk, type ChunkError, judgeChunk } from './judge-chunk.ts';
import { BATCH_RECORDS, MAX_RECORDS, RECORDS_PER_CHUNK } from './limits.ts';
import type { AnchorName, SnapshotStaging } from './staging.ts';

/** In the place of a peer's number: a chunk that was durable before this process. */
export const FORMER = -1;

/**
 * Why a chunk is refused beside those already held. A chunk that is refused changes nothing.
 *
 * - `TooManyRecords`: the snapshot says or turns out to have more than is accepted;
 * - `WrongTotal`: total_chunks differs from that of the first chunk held;
 * - `DuplicateIndex`: this chunk is held;
 * - `OutOfPlace`: its table or its keys cannot stand beside those of `beside`, the nearest held chunk on that side.
 */
export type OfferError = ChunkError | 'TooManyRecords' | 'WrongTotal' | 'DuplicateIndex' | 'OutOfPlace';

export type Offered =
  | { readonly ok: true }
  | { readonly ok: false; readonly index: number; readonly error: OfferError; readonly beside?: ChunkName };

/** A version of a chunk: which one, and which peer gave it. */
export interface ChunkName {
  readonly index: number;
  readonly from: number;
}

export type Verified =
  /** `wrong`: versions that were held once and are not those of the right snapshot, ascending: their givers served other bytes. */
  | { readonly ok: true; readonly state: State; readonly wrong: readonly ChunkName[] }
  | { readonly ok: false; readonly error: 'Incomplete'; readonly missing: number }
  /** `tables`: those whose root differs; none when the anchor's state_root is not that of its own table roots. */
  | {
      readonly ok: false;
      readonly error: 'StateRootMismatch';
      readonly actual: Roots;
      readonly tables: readonly Table[];
    };

export interface AssemblyLimits {
  readonly recordsPerChunk?: number;
  readonly maxRecords?: number;
  readonly batchRecords?: number;
}

type Records = readonly (readonly [Id, Uint8Array])[];
type Changes = readonly (readonly [Id, Uint8Array | null])[];

/** A version that is no longer held. */
interface Dismissed extends ChunkName {
  /** SHA-256 of its records. */
  readonly digest: Id;
}

/**
 * Puts a snapshot together from chunks that come in any order, from any number of peers (06 §7, 02 §10). Records and trees go into
 * `staging`, which nobody reads before `verify` says so; kept in memory are one batch of records and a few words per chunk held. One
 * assembly serves the anchor that the staging was begun for, and goes on from what is durable there: the caller gives it answers to
 * requests for that window only.
 *
 * The trees follow the records batch by batch, so that the roots of what is held are known soon after the last chunk, and a chunk
 * that is replaced costs its own records only.
 */
export class Assembly {
  readonly #staging: SnapshotStaging;
  readonly #anchor: AnchorName;
  readonly #recordsPerChunk: number;
  readonly #maxRecords: number;
  readonly #batchRecords: number;
  readonly #held: HeldChunks;
  /** total_chunks; 0 while nothing is held. */
  #total = 0;
  #records = 0;
  /** Changes not yet in the staging base. */
  #pending: Record<Table, (readonly [Id, Uint8Array | null])[]> = { account: [], node: [], candidate: [] };
  #pendingRecords = 0;
  /** Tables whose root was wrong: their chunks may be given anew. */
  #contested: readonly Table[] = [];
  /** One version per chunk and giver, the last. */
  readonly #dismissed = new IdMap<Dismissed>();

  constructor(staging: SnapshotStaging, limits: AssemblyLimits = {}) {
    const staged = staging.staged();
    if (staged === undefined) throw new FatalInvariant('a snapshot was not begun');
    this.#staging = staging;
    this.#anchor = staged.anchor;
    this.#total = staged.total;
    this.#recordsPerChunk = limits.recordsPerChunk ?? RECORDS_PER_CHUNK;
    this.#maxRecords = limits.maxRecords ?? MAX_RECORDS;
    this.#batchRecords = limits.batchRecords ?? BATCH_RECORDS;
    this.#held = new HeldChunks(this.#recordsPerChunk);
    for (const chunk of staged.chunks) {
      this.#held.add({ ...chunk, from: FORMER });
      this.#records += chunk.count;
    }
  }

  /** total_chunks of this snapshot, undefined while no chunk is held. */
  get total(): number | undefined {
    return this.#total === 0 ? undefined : this.#total;
  }

  /** Chunks held. */
  get size(): number {
    return this.#held.size;
  }

  /** Lowest index that is held. */
  firstHeld(): number | undefined {
    return this.#held.all()[0]?.index;
  }

  /** Lowest index of a table whose root was wrong: from there on another peer is asked again. */
  firstContested(): number | undefined {
    return this.#held.all().find(({ table }) => this.#contested.includes(table))?.index;
  }

  /** Number of the peer whose chunk is held under this index. */
  giverOf(index: number): number | undefined {
    return this.#held.get(index)?.from;
  }

  /** Lowest index ≥ `from` that is not held: the resume_offset to ask for; equals `total` when there is none. */
  firstMissing(from = 0): number {
    return this.#held.firstMissing(from);
  }

  /**
   * Takes a chunk of peer `from`, or says why not. Of a table whose root was wrong a held chunk may be given again by others, once by
   * each: the same records change nothing, different ones take their place.
   */
  offer(message: FastSyncResponse, from: number): Offered {
    const refuse = (error: OfferError): Offered => ({ ok: false, index: message.chunkIndex, error });
    if (message.totalChunks > this.#maxRecords) return refuse('TooManyRecords');
    if (this.#total !== 0 && message.totalChunks !== this.#total) return refuse('WrongTotal');
    const old = this.#held.get(message.chunkIndex);
    if (old !== undefined && !this.#mayReplace(old, from)) return refuse('DuplicateIndex');
    const judged = judgeChunk(message, this.#recordsPerChunk);
    if (!judged.ok) return refuse(judged.error);
    const { value: chunk } = judged;
    const held = heldOf(chunk, from);
    if (this.#records - (old?.count ?? 0) + held.count > this.#maxRecords) return refuse('TooManyRecords');
    const conflict = this.#held.conflict(held);
    if (conflict !== undefined) {
      return {
        ok: false,
        index: held.index,
        error: 'OutOfPlace',
        beside: { index: conflict.index, from: conflict.from },
      };
    }
    if (old !== undefined) {
      if (digestOf(this.#recordsOf(old)) === digestOf(chunk.records)) return { ok: true };
      this.#dismiss(old);
    }
    this.#total = chunk.total;
    this.#held.add(held);
    this.#records += held.count;
    this.#write(held.table, chunk.records);
    return { ok: true };
  }

  /** Gives a held chunk up; it is missing again. An index that is not held changes nothing. */
  release(index: number): void {
    const held = this.#held.get(index);
    if (held !== undefined) this.#dismiss(held);
  }

  /** Gives up all chunks of a peer, such as one that was found to lie. */
  releaseFrom(from: number): void {
    for (const held of this.#held.givenBy(from)) this.#dismiss(held);
  }

  /** The roots of all records, whatever the anchor says; undefined while chunks are missing. */
  roots(): Roots | undefined {
    if (this.#total === 0 || this.#held.size < this.#total) return undefined;
    this.#flush();
    return new State(this.#staging).roots();
  }

  /**
   * Compares with the header of exactly the anchor window, obtained and verified independently (06 §7, 09 §9): all three table roots
   * and state_root. Only the state in the answer may be used, and it may replace the old one at once; the assembly has then done its
   * part and is dropped.
   */
  verify(anchor: Roots): Verified {
    const actual = this.roots();
    if (actual === undefined) return { ok: false, error: 'Incomplete', missing: this.firstMissing() };
    const tables = TABLES.filter((table) => rootIn(actual, table) !== rootIn(anchor, table));
    if (tables.length > 0 || actual.stateRoot !== anchor.stateRoot) {
      this.#contested = tables;
      return { ok: false, error: 'StateRootMismatch', actual, tables };
    }
    this.#contested = [];
    return { ok: true, state: new State(this.#staging), wrong: this.#wrong() };
  }

  #mayReplace(old: Held, from: number): boolean {
    return (
      this.#contested.includes(old.table) && old.from !== from && !this.#dismissed.has(versionOf({ ...old, from }))
    );
  }

  #dismiss(held: Held): void {
    const records = this.#recordsOf(held);
    const { index, from } = held;
    this.#dismissed.set(versionOf(held), { index, from, digest: digestOf(records) });
    this.#held.remove(index);
    this.#records -= held.count;
    if (this.#held.size === 0) this.#total = 0;
    this.#write(
      held.table,
      records.map(([key]) => [key, null]),
    );
  }

  /** Dismissed versions that are not what the right snapshot has: one may have gone and come back. */
  #wrong(): readonly ChunkName[] {
    return Array.from(this.#dismissed.values())
      .filter(({ index, digest }) => {
        const held = this.#held.get(index);
        return held === undefined || digestOf(this.#recordsOf(held)) !== digest;
      })
      .map(({ index, from }) => ({ index, from }))
      .sort((a, b) => a.index - b.index || a.from - b.from);
  }

  /** The records of a held chunk: all that lie between its first and its last key. */
  #recordsOf({ table, first, last }: Held): Records {
    this.#flush();
    const records: (readonly [Id, Uint8Array])[] = [];
    for (const entry of this.#staging.range(table, first)) {
      if (entry[0] > last) break;
      records.push(entry);
    }
    return records;
  }

  #write(table: Table, changes: Changes): void {
    for (const change of changes) this.#pending[table].push(change);
    this.#pendingRecords += changes.length;
    if (this.#pendingRecords >= this.#batchRecords) this.#flush();
  }

  #flush(): void {
    if (this.#pendingRecords === 0) return;
    const changes = this.#pending;
    this.#pending = { account: [], node: [], candidate: [] };
    this.#pendingRecords = 0;
    const { delta } = new State(this.#staging).apply(changes);
    this.#staging.write(delta, { anchor: this.#anchor, total: this.#total, chunks: this.#held.all() });
  }
}

const heldOf = ({ index, table, records }: Chunk, from: number): Held => ({
  index,
  table,
  count: records.length,
  first: (records[0] as readonly [Id, Uint8Array])[0],
  last: (records.at(-1) as readonly [Id, Uint8Array])[0],
  from,
});

const rootIn = (roots: Roots, table: Table): Id =>
  table === 'account' ? roots.accountRoot : table === 'node' ? roots.nodeRoot : roots.candidateRoot;

const versionOf = ({ index, from }: ChunkName): string => `${index} ${from}`;

const digestOf = (records: Records): Id => toHex(sha256(concat(...records.map(([, record]) => record))));
