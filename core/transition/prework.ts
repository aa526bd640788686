import { equalBytes, type Id } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { divide } from '../bytes/integers.ts';
import { IdSet } from '../collections/id-map.ts';
import { LayeredMap } from '../collections/layered-map.ts';
import { type Delta, UNCHANGED } from '../state/state.ts';
import type { State } from '../state/view.ts';
import { balanceOf, type ClosedAccount, closedAccount } from './account-epoch.ts';
import { type Cost, treeHashes } from './cost.ts';
import { isBoundary } from './epoch.ts';
import type { Settled } from './settled.ts';

/** Accounts that one piece of work looks at: 256 pieces, one for each tick of a window, are a million. */
export const PIECE = 4096;

/** Of so many looked at one may change, or the piece ends: changing one costs many times as much. */
const LOOKED_AT_PER_CHANGE = 8;

type Changes = readonly (readonly [Id, Uint8Array | null])[];

/**
 * Boundary prework (09 §8.9). A τ₂ boundary copies a counter in every account that had an operation in the epoch, looks for those to be
 * pruned, and audits the supply: work for all accounts, in a window that has to close like any other. All of it but what the
 * operations of that window themselves touch can be done before, in pieces, on the state of the window before.
 *
 * `state` is the settled state with its accounts as the boundary would leave them if no window came in between. A window that does
 * come (`follow`) makes the accounts it changed work again, and only those. `applyWindow` does what is left, then the boundary's own
 * operations on top. Roots, records and every other result are what they are without prework: it may change speed only.
 *
 * What stays for the boundary window: its own operations, all nodes (checkpoints rotate after its own confirmations), and the
 * operators of waiting candidates.
 */
export class Prework {
  /** The window it prepares for. */
  readonly boundary: number;
  readonly #idleWindows: bigint;
  #settled: Settled;
  #state: State;
  /** Exactly what the account table of `state` differs in from the settled one. */
  readonly #delta = { records: new LayeredMap<Uint8Array | null>(), nodes: new LayeredMap<Uint8Array | null>() };
  /** Accounts that leave unless a candidate names them. */
  readonly #pruned = new IdSet();
  /** Accounts that changed since they were worked, or before. */
  readonly #again = new IdSet();
  /** Accounts up to this one were walked. */
  #last: Id | '' = '';
  #isWalked = false;
  #supply = 0n;
  #hashes = 0;
  #records = 0;

  /** For the boundary at or after the open window of `settled`. Nothing is worked yet. */
  constructor(settled: Settled) {
    const { tau2Windows, pruningIdleWindows } = settled.network.params;
    let boundary = settled.window + 1;
    while (!isBoundary(boundary, tau2Windows)) boundary++;
    this.boundary = boundary;
    this.#idleWindows = pruningIdleWindows;
    this.#settled = settled;
    this.#state = settled.state;
  }

  get isDone(): boolean {
    return this.#isWalked && this.#again.size === 0;
  }

  /** All that was done so far. Every account that was looked at counts as a record. */
  get cost(): Cost {
    return { hashes: this.#hashes, records: this.#records };
  }

  /** Works at most `limit` ≥ 1 accounts more, an eighth as many if they change. Returns `isDone`. */
  advance(limit: number = PIECE): boolean {
    const most = divide(limit + LOOKED_AT_PER_CHANGE - 1, LOOKED_AT_PER_CHANGE);
    const changes: (readonly [Id, Uint8Array | null])[] = [];
    for (const key of this.#again.sorted().slice(0, most)) {
      this.#again.delete(key);
      const record = this.#settled.state.record('account', key);
      changes.push([key, record === undefined ? null : this.#close(key, record).record]);
    }
    if (!this.#isWalked && changes.length < most) this.#walk(limit, most, changes);
    this.#put(changes);
    return this.isDone;
  }

  /** All that is left, in pieces. */
  finish(): void {
    while (!this.advance());
  }

  /**
   * The open window was settled: `settled` is the state after it, `delta` what it changed. Costs what that is.
   * To be called before a base takes the delta in. Throws `FatalInvariant` for any other window than the next, and for the
   * boundary itself.
   */
  follow(settled: Settled, delta: Delta): void {
    const before = this.#settled;
    if (settled.window !== before.window + 1 || settled.window >= this.boundary)
      throw new FatalInvariant(`prework for ${this.boundary} at ${before.window} cannot follow ${settled.window}`);
    const held = this.#state;
    const tree = held.tree('account');
    const records = Array.from(delta.account.records.keys(), (key) => [key, held.record('account', key)] as const);
    const nodes = Array.from(delta.account.nodes.keys(), (name) => [name, tree.node(name)] as const);
    for (const [key, record] of delta.account.records) {
      this.#again.add(key);
      if (!this.#isWalked && key > this.#last) continue;
      this.#supply += balanceOf(record) - balanceOf(before.state.record('account', key));
    }
    this.#settled = settled;
    this.#note(records, nodes);
    this.#become({ account: UNCHANGED, node: delta.node, candidate: delta.candidate });
  }

  /** Whether the window after `settled` is the one prepared for. */
  isFor({ window, state }: Settled): boolean {
    return (
      window + 1 === this.boundary &&
      window === this.#settled.window &&
      state.stateRoot() === this.#settled.state.stateRoot()
    );
  }

  /** The settled state with its accounts as the boundary leaves them, as far as worked. */
  get state(): State {
    return this.#state;
  }

  /** Accounts that leave unless a candidate names them or the boundary's own operations change them. Not to be modified. */
  get pruned(): IdSet {
    return this.#pruned;
  }

  /** Sum of the balances of the settled state, in moneta, as far as walked. */
  get supply(): bigint {
    return this.#supply;
  }

  /** What `delta`, which stands on `state`, changes of the settled state. Costs what `delta` is; reads this prework ever after. */
  onSettled(delta: Delta): Delta {
    const { state } = this.#settled;
    const tree = state.tree('account');
    const records = new LayeredMap(this.#delta.records);
    const nodes = new LayeredMap(this.#delta.nodes);
    for (const [key, record] of delta.account.records) differ(records, key, record, state.record('account', key));
    for (const [name, value] of delta.account.nodes) differ(nodes, name, value, tree.node(name));
    return { ...delta, account: { records, nodes } };
  }

  /** The state after the boundary, which `own` makes of `state` and `delta`, its `onSettled`, of the settled one. */
  after(own: Delta, delta: Delta): State {
    return this.#state.hasCheapVersions ? this.#state.with(own) : this.#settled.state.with(delta);
  }

  /** Looks at `limit` accounts, or until there are `most` changes. */
  #walk(limit: number, most: number, changes: (readonly [Id, Uint8Array | null])[]): void {
    let room = limit;
    for (const [key, bytes] of this.#settled.state.range('account', this.#last)) {
      if (key === this.#last) continue;
      if (room-- === 0 || changes.length === most) return;
      const { record, balance } = this.#close(key, bytes);
      this.#supply += balance;
      if (record !== bytes) changes.push([key, record]);
      this.#last = key;
    }
    this.#isWalked = true;
  }

  #close(key: Id, bytes: Uint8Array): ClosedAccount {
    this.#records++;
    const closed = closedAccount(bytes, this.boundary, this.#idleWindows);
    if (closed.record === null) this.#pruned.add(key);
    else this.#pruned.delete(key);
    return closed;
  }

  #put(changes: Changes): void {
    if (changes.length === 0) return;
    const { delta, cost } = this.#state.apply({ account: changes });
    this.#hashes += treeHashes(cost);
    this.#note(delta.account.records, delta.account.nodes);
    this.#become(delta);
  }

  /** Takes note of what entries of `state` now are, beside what the settled state has there. */
  #note(records: Entries, nodes: Entries): void {
    const { state } = this.#settled;
    const tree = state.tree('account');
    for (const [key, record] of records) differ(this.#delta.records, key, record ?? null, state.record('account', key));
    for (const [name, value] of nodes) differ(this.#delta.nodes, name, value ?? null, tree.node(name));
  }

  /**
   * `state` under `delta`: a version of it where those are cheap. Else one layer over the settled state, however many pieces were
   * worked, so that reads stay as they are.
   */
  #become(delta: Delta): void {
    const { state } = this.#settled;
    this.#state = this.#state.hasCheapVersions
      ? this.#state.with(delta)
      : state.under({ account: this.#delta, node: UNCHANGED, candidate: UNCHANGED });
  }
}

type Entries = Iterable<readonly [string, Uint8Array | null | undefined]>;

/** Enters `value` into a delta over a table that holds `before`: nothing where the two are equal. */
const differ = (
  delta: LayeredMap<Uint8Array | null>,
  key: string,
  value: Uint8Array | null,
  before: Uint8Array | undefined,
): void => {
  const isEqual = value === null ? before === undefined : before !== undefined && equalBytes(value, before);
  if (isEqual) delta.delete(key);
  else delta.set(key, value);
};
