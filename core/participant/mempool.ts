import type { Id } from '../bytes/bytes.ts';
import { IdMap, IdSet } from '../collections/id-map.ts';
import type { Operation } from '../consensus/objects.ts';
import type { StickyChoice } from './types.ts';

/** Operations held at most (09 §12.12). */
export const MEMPOOL_LIMIT = 65_536;

/** Windows after which an unsettled fork is dropped for good (03 §6.3.4, 04 D-18). */
export const FORK_WINDOWS = 13;

/** Operations with one (sender, prev_hash): the second only to know the fork. */
const PER_FRONTIER = 2;

interface Frontier {
  readonly sender: Id;
  readonly prevHash: Id;
  /** In the order they were first seen: a confirmer votes for the first only (03 §6.3.5). */
  readonly seen: Id[];
  /** The one this node has confirmed in a bundle, and the window it first did. */
  choice: { readonly operation: Id; readonly window: number } | undefined;
  /** The window in which the fork was noticed. */
  forkedAt: number | undefined;
}

/**
 * Valid operations waiting for a bundle, and the memory of what was confirmed on which frontier. Which of two forked operations
 * a node saw first is its own view and reaches no rule but its own vote.
 */
export class Mempool {
  readonly #operations = new IdMap<Operation>();
  /** By sender and prev_hash. */
  readonly #frontiers = new IdMap<Frontier>();
  /** Forked out on a frontier that still stands. */
  readonly #banned = new IdSet();

  get size(): number {
    return this.#operations.size;
  }

  get(id: Id): Operation | undefined {
    return this.#operations.get(id);
  }

  isBanned(id: Id): boolean {
    return this.#banned.has(id);
  }

  /** Whether there is room for this operation beside the others on its frontier. */
  hasRoom(operation: Operation): boolean {
    const frontier = this.#frontiers.get(frontierKey(operation));
    return this.#operations.size < MEMPOOL_LIMIT && (frontier === undefined || frontier.seen.length < PER_FRONTIER);
  }

  /** Takes a valid operation seen in `window`. */
  add(operation: Operation, window: number): void {
    const key = frontierKey(operation);
    const frontier = this.#frontiers.get(key) ?? newFrontier(operation.sender, operation.prevHash);
    this.#frontiers.set(key, frontier);
    if (!frontier.seen.includes(operation.id)) frontier.seen.push(operation.id);
    if (frontier.seen.length > 1) frontier.forkedAt ??= window;
    this.#operations.set(operation.id, operation);
  }

  /**
   * What the bundle of `window` may list: per frontier the sticky choice, else the first seen, if `isValid` against the settled
   * state; one per sender (04 §4). Ascending by (sender, prev_hash).
   */
  confirmable(isValid: (operation: Operation) => boolean): readonly Operation[] {
    const chosen: Operation[] = [];
    let sender: Id | undefined;
    for (const frontier of this.#frontiers.values()) {
      if (frontier.sender === sender) continue;
      const id = frontier.choice?.operation ?? frontier.seen.find((seen) => this.#operations.has(seen));
      const operation = id === undefined ? undefined : this.#operations.get(id);
      if (operation === undefined || !isValid(operation)) continue;
      chosen.push(operation);
      sender = frontier.sender;
    }
    return chosen;
  }

  /** The bundle of `window` lists these: their frontiers are decided for this node. */
  confirm(operations: readonly Operation[], window: number): void {
    for (const operation of operations) {
      const frontier = this.#frontiers.get(frontierKey(operation));
      if (frontier !== undefined) frontier.choice ??= { operation: operation.id, window };
    }
  }

  /** Choices that must outlive a crash: those of the last 13 windows (09 §8.8). */
  sticky(window: number): readonly StickyChoice[] {
    const choices: StickyChoice[] = [];
    for (const { sender, prevHash, choice } of this.#frontiers.values()) {
      if (choice !== undefined && choice.window + FORK_WINDOWS >= window) choices.push({ sender, prevHash, ...choice });
    }
    return choices;
  }

  restore(choices: readonly StickyChoice[]): void {
    for (const { sender, prevHash, operation, window } of choices) {
      const frontier = newFrontier(sender, prevHash);
      frontier.choice = { operation, window };
      frontier.seen.push(operation);
      this.#frontiers.set(sender + prevHash, frontier);
    }
  }

  /**
   * Window `window` is final: forgets frontiers that moved (`stands` says which still do), and drops forks that nobody settled
   * within 13 windows, both sides for good (03 §6.3.4).
   */
  settled(window: number, stands: (sender: Id, prevHash: Id) => boolean): void {
    for (const key of [...this.#frontiers.keys()]) {
      const frontier = this.#frontiers.get(key) as Frontier;
      const isStanding = stands(frontier.sender, frontier.prevHash);
      const isForkedOut = frontier.forkedAt !== undefined && window >= frontier.forkedAt + FORK_WINDOWS;
      if (isStanding && !isForkedOut) continue;
      for (const id of frontier.seen) {
        this.#operations.delete(id);
        if (isStanding) this.#banned.add(id);
        else this.#banned.delete(id);
      }
      this.#frontiers.delete(key);
    }
  }
}

const frontierKey = (operation: Operation): string => operation.sender + operation.prevHash;

const newFrontier = (sender: Id, prevHash: Id): Frontier => ({
  sender,
  prevHash,
  seen: [],
  choice: undefined,
  forkedAt: undefined,
});
