import { fromHex, type Id, littleEndian } from '#core/bytes/bytes.ts';
import { hashId } from '#core/crypto/hash.ts';
import { PUBLIC_KEY_SIZE, SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { newAccount } from '#core/genesis/births.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { encodeAccountRecord } from '#core/state/records.ts';
import { type Base, type Delta, TABLES, type Table } from '#core/state/state.ts';
import { State } from '#core/state/view.ts';

export const ACCOUNTS = 100_000;

/** Accounts that one window adds or changes. */
export const PER_WINDOW = 1_000;

export type Entry = readonly [Id, Uint8Array];

/** Record of the account of that number, `operations` of its own since the last τ₂ boundary. */
export const recordOf = (number: number, balance: bigint, operations = 0): Entry => {
  const accountId = hashId('mt-account', littleEndian(number, 8));
  const currentPubkey = new Uint8Array(PUBLIC_KEY_SIZE);
  currentPubkey.set(fromHex(accountId));
  const common = { accountId, balance, currentPubkey, frontierHash: accountId };
  const account = newAccount({ ...common, suiteId: SUITE_ML_DSA_65, isNodeOperator: false }, 0);
  return [accountId, encodeAccountRecord({ ...account, accountChainLength: operations })];
};

/** New accounts, numbered from `first` on. */
export const births = (first: number): readonly Entry[] =>
  Array.from({ length: PER_WINDOW }, (_, i) => recordOf(first + i, 1n));

/** Accounts all over the table, others in every round, with another balance. */
export const changesOf = (round: number): readonly Entry[] =>
  Array.from({ length: PER_WINDOW }, (_, i) => recordOf((i * 97 + round * 13) % ACCOUNTS, BigInt(round + 2)));

/** A base with `accounts` accounts, made window by window; `closed` after each. */
export const builtBase = (accounts: number, closed: (added: number, milliseconds: number) => void): MemoryBase => {
  let base = new MemoryBase();
  for (let first = 0; first < accounts; first += PER_WINDOW) {
    const account = births(first);
    const begun = performance.now();
    base = base.with(new State(base).apply({ account }).delta);
    closed(first + PER_WINDOW, performance.now() - begun);
  }
  return base;
};

/** What was read of a base and written into its versions; the records of ranges are among the records. */
export interface Touched {
  records: number;
  nodes: number;
  ranges: number;
  recordsWritten: number;
  nodesWritten: number;
}

export const untouched = (): Touched => ({ records: 0, nodes: 0, ranges: 0, recordsWritten: 0, nodesWritten: 0 });

/** Counts what is read of a base in memory, and of all versions that are made of it together. */
export class CountingBase implements Base {
  readonly hasCheapVersions = true;
  readonly touched: Touched;
  readonly #base: MemoryBase;

  constructor(base: MemoryBase, touched: Touched = untouched()) {
    this.#base = base;
    this.touched = touched;
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    this.touched.records++;
    return this.#base.record(table, key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    this.touched.nodes++;
    return this.#base.node(table, path);
  }

  *range(table: Table, from?: Id): IterableIterator<Entry> {
    this.touched.ranges++;
    for (const entry of this.#base.range(table, from)) {
      this.touched.records++;
      yield entry;
    }
  }

  with(delta: Delta): CountingBase {
    for (const table of TABLES) {
      this.touched.recordsWritten += delta[table].records.size;
      this.touched.nodesWritten += delta[table].nodes.size;
    }
    return new CountingBase(this.#base.with(delta), this.touched);
  }
}
