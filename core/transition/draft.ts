import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { EntrySet } from '../entry/view.ts';
import { isProven } from '../entry/waiting.ts';
import { overlaid } from '../state/ranges.ts';
import {
  type AccountRecord,
  type CandidateRecord,
  encodeAccountRecord,
  encodeCandidateRecord,
  encodeNodeRecord,
  type NodeRecord,
} from '../state/records.ts';
import type { Changes, State } from '../state/view.ts';

/**
 * The tables of a window being applied: what its steps changed so far, over the settled state, which stays as it is. Records are
 * replaced, never modified.
 */
export class Draft implements EntrySet {
  readonly #state: State;
  /** Where accounts are read that did not change here. */
  #below: State;
  readonly #accounts = new IdMap<AccountRecord | null>();
  readonly #nodes = new IdMap<NodeRecord | null>();
  /** The whole pool as it stands: every window reads all of it. */
  readonly #pool = new IdMap<CandidateRecord>();
  readonly #candidates = new IdMap<CandidateRecord | null>();

  constructor(state: State) {
    this.#state = state;
    this.#below = state;
    for (const candidate of state.candidates()) this.#pool.set(candidate.nodeId, candidate);
  }

  account(accountId: Id): AccountRecord | undefined {
    const change = this.#accounts.get(accountId);
    return change === undefined ? this.#below.account(accountId) : (change ?? undefined);
  }

  /** All accounts, ascending. Replacing or removing the one at hand is allowed on the way. */
  *accounts(): IterableIterator<AccountRecord> {
    const settled = keyed(this.#below.accounts(), ({ accountId }) => accountId);
    for (const [, account] of overlaid(settled, this.#accounts, '')) yield account;
  }

  putAccount(record: AccountRecord): void {
    this.#accounts.set(record.accountId, record);
  }

  removeAccount(accountId: Id): void {
    this.#accounts.set(accountId, null);
  }

  /** Keys of the accounts put or removed, ascending. */
  changedAccounts(): readonly Id[] {
    return this.#accounts.keys();
  }

  /** From here on accounts that did not change are read in `state`, whose balances are those of the settled one. */
  readAccountsOf(state: State): void {
    this.#below = state;
  }

  node(nodeId: Id): NodeRecord | undefined {
    const change = this.#nodes.get(nodeId);
    return change === undefined ? this.#state.node(nodeId) : (change ?? undefined);
  }

  hasNode(nodeId: Id): boolean {
    return this.node(nodeId) !== undefined;
  }

  /** All nodes, ascending; as `accounts`. */
  *nodes(): IterableIterator<NodeRecord> {
    const settled = keyed(this.#state.nodes(), ({ nodeId }) => nodeId);
    for (const [, node] of overlaid(settled, this.#nodes, '')) yield node;
  }

  putNode(record: NodeRecord): void {
    this.#nodes.set(record.nodeId, record);
  }

  removeNode(nodeId: Id): void {
    this.#nodes.set(nodeId, null);
  }

  hasCandidate(nodeId: Id): boolean {
    return this.#pool.has(nodeId);
  }

  isPooledOperator(accountId: Id): boolean {
    for (const { operatorAccountId } of this.#pool.values()) if (operatorAccountId === accountId) return true;
    return false;
  }

  get poolSize(): number {
    let size = 0;
    for (const candidate of this.#pool.values()) if (isProven(candidate)) size++;
    return size;
  }

  candidate(nodeId: Id): CandidateRecord | undefined {
    return this.#pool.get(nodeId);
  }

  candidates(): Iterable<CandidateRecord> {
    return this.#pool.values();
  }

  putCandidate(record: CandidateRecord): void {
    this.#pool.set(record.nodeId, record);
    this.#candidates.set(record.nodeId, record);
  }

  removeCandidate(nodeId: Id): void {
    this.#pool.delete(nodeId);
    this.#candidates.set(nodeId, null);
  }

  /** Sum of all balances minus that of the settled state, in moneta. */
  supplyChange(): bigint {
    let change = 0n;
    for (const [accountId, account] of this.#accounts.sorted()) {
      change += (account?.balance ?? 0n) - (this.#state.account(accountId)?.balance ?? 0n);
    }
    return change;
  }

  changes(): Changes {
    return {
      account: encoded(this.#accounts, encodeAccountRecord),
      node: encoded(this.#nodes, encodeNodeRecord),
      candidate: encoded(this.#candidates, encodeCandidateRecord),
    };
  }
}

function* keyed<V>(records: Iterable<V>, keyOf: (record: V) => Id): IterableIterator<readonly [Id, V]> {
  for (const record of records) yield [keyOf(record), record];
}

function* encoded<V>(
  changes: IdMap<V | null>,
  encode: (record: V) => Uint8Array,
): IterableIterator<readonly [Id, Uint8Array | null]> {
  for (const [key, record] of changes.sorted()) yield [key, record === null ? null : encode(record)];
}
