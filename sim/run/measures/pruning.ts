import type { Id } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import type { Notice } from '#core/host/host.ts';
import { isBoundary } from '#core/transition/epoch.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Measure, Metrics } from './measure.ts';

/** What has vanished from a table: how many at each boundary, and which. */
class Table {
  #present: ReadonlySet<Id>;
  readonly vanished = new Set<Id>();
  readonly byWindow = new Map<number, number>();

  constructor(present: Iterable<Id>) {
    this.#present = new Set(present);
  }

  /** A boundary. Nothing vanishes between two, and what is younger than an epoch not at all. */
  look(present: Iterable<Id>, window: number): void {
    const now = new Set(present);
    const gone = [...this.#present].filter((id) => !now.has(id));
    for (const id of gone) this.vanished.add(id);
    if (gone.length > 0) this.byWindow.set(window, gone.length);
    this.#present = now;
  }

  metrics(name: string): Metrics {
    const counts = [...this.byWindow];
    return {
      [`${name}Vanished`]: counts.reduce((sum, [, count]) => sum + count, 0),
      ...Object.fromEntries(counts.map(([window, count]) => [`${name}Vanished.${window}`, count])),
    };
  }
}

/**
 * `pruning`: which accounts and nodes leave the state and when (02 §9), what idle accounts stay because of their balance (03 A-3),
 * and which operations settle a second time because an account exists again (03 A-1).
 */
export class Pruning implements Measure {
  readonly #accounts: Table;
  readonly #nodes: Table;
  readonly #operators: Set<Id>;
  readonly #settledOnce = new Set<Id>();
  #next = 0;
  #recreated = 0;
  #replayed = 0;
  #loss = 0n;
  /** Accounts that would have left the state by the last boundary, if they had nothing. */
  #kept = 0;

  /** `start`: the state before window 0. */
  constructor({ state }: Pick<Settled, 'state'>) {
    this.#accounts = new Table(ids(state.accounts(), 'accountId'));
    this.#nodes = new Table(ids(state.nodes(), 'nodeId'));
    this.#operators = new Set(ids(state.nodes(), 'operatorAccountId'));
  }

  notice(_host: number, notice: Notice): void {
    if (notice.type !== 'final' || notice.record.settled.window !== this.#next) return;
    const { settled, operations, entry } = notice.record;
    this.#next++;
    const applied = new Set(entry.operations);
    for (const operation of operations) if (applied.has(operation.id)) this.#settles(operation);
    if (isBoundary(settled.window, settled.network.params.tau2Windows)) this.#look(settled);
  }

  #settles(operation: Operation): void {
    if (operation.type === 'TransferModeB' && this.#accounts.vanished.has(operation.link)) this.#recreated++;
    if (this.#settledOnce.has(operation.id)) {
      this.#replayed++;
      if ('amount' in operation) this.#loss += operation.amount;
    }
    this.#settledOnce.add(operation.id);
  }

  #look({ state, window, network }: Settled): void {
    for (const { operatorAccountId } of state.nodes()) this.#operators.add(operatorAccountId);
    this.#accounts.look(ids(state.accounts(), 'accountId'), window);
    this.#nodes.look(ids(state.nodes(), 'nodeId'), window);
    const idle = Number(network.params.pruningIdleWindows);
    const isKept = [...state.accounts()].map(
      (record) => !record.isNodeOperator && record.lastOpWindow + idle <= window,
    );
    this.#kept = isKept.filter(Boolean).length;
  }

  metrics(): Metrics {
    return {
      ...this.#accounts.metrics('accounts'),
      ...this.#nodes.metrics('nodes'),
      operatorAccountsVanished: [...this.#accounts.vanished].filter((id) => this.#operators.has(id)).length,
      accountsKeptByBalance: this.#kept,
      accountsRecreated: this.#recreated,
      replayed: this.#replayed,
      replayedLoss: Number(this.#loss),
    };
  }
}

const ids = <K extends string>(records: Iterable<Readonly<Record<K, Id>>>, field: K): readonly Id[] =>
  Array.from(records, (record) => record[field]);
