import { fromHex, type Id, littleEndian } from '#core/bytes/bytes.ts';
import { hashId } from '#core/crypto/hash.ts';
import { PUBLIC_KEY_SIZE, SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { newAccount } from '#core/genesis/births.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { encodeAccountRecord } from '#core/state/records.ts';
import type { Base, Table } from '#core/state/state.ts';
import { State } from '#core/state/view.ts';

export const ACCOUNTS = 100_000;

/** Accounts that one window adds or changes. */
export const PER_WINDOW = 1_000;

export type Entry = readonly [Id, Uint8Array];

/** Record of the account of that number. */
const recordOf = (number: number, balance: bigint): Entry => {
  const accountId = hashId('mt-account', littleEndian(number, 8));
  const currentPubkey = new Uint8Array(PUBLIC_KEY_SIZE);
  currentPubkey.set(fromHex(accountId));
  const common = { accountId, balance, currentPubkey, frontierHash: accountId };
  return [
    accountId,
    encodeAccountRecord(newAccount({ ...common, suiteId: SUITE_ML_DSA_65, isNodeOperator: false }, 0)),
  ];
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

/** Counts what is read of a base. */
export class CountingBase implements Base {
  records = 0;
  nodes = 0;
  ranges = 0;
  readonly #base: Base;

  constructor(base: Base) {
    this.#base = base;
  }

  record(table: Table, key: Id): Uint8Array | undefined {
    this.records++;
    return this.#base.record(table, key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    this.nodes++;
    return this.#base.node(table, path);
  }

  range(table: Table, from?: Id): Iterable<Entry> {
    this.ranges++;
    return this.#base.range(table, from);
  }
}
