import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Operation } from '../consensus/objects.ts';
import type { Memory, RejectedFork, StickyChoice } from './types.ts';

/** Operations held at most (09 §12.12). */
export const MEMPOOL_LIMIT = 65_536;

/** Where the limit is passed this many leave at once, so that ordering all of them is paid for by as many arrivals. */
export const MEMPOOL_SLACK = 4_096;

/** Windows after which an unsettled fork is dropped for good (03 §6.3.4, 04 D-18). */
export const FORK_WINDOWS = 13;

/** Operations with one (sender, prev_hash): the second only to know the fork. */
const PER_FRONTIER = 2;

/** Most urgent first: the order of 03 §6.4. */
type Order = (operations: readonly Operation[]) => readonly Operation[];

interface Frontier {
  readonly sender: Id;
  readonly prevHash: Id;
  /** In the order they were first seen: a confirmer votes for the first only (03 §6.3.5). */
  seen: Id[];
  /** The one this node confirms in its bundles, and the window it last did. */
  choice: { readonly operation: Id; readonly window: number } | undefined;
  /** The window in which the fork was noticed. */
  forkedAt: number | undefined;
  /** Bundles of weight ≥ Q listed one of them: it will settle, however long that takes (04 §14). */
  isCemented: boolean;
  /** Forked out: never confirmed by this node, as long as the frontier stands. */
  rejected: Id[];
}

/**
 * Valid operations waiting for a bundle, and the memory of what was confirmed on which frontier. Which of two forked operations
 * a node saw first is its own view and reaches no rule but its own vote.
 */
export class Mempool {
  readonly #limit: number;
  readonly #slack: number;
  readonly #operations = new IdMap<Operation>();
  /** By sender and prev_hash. */
  readonly #frontiers = new IdMap<Frontier>();

  constructor(limit = MEMPOOL_LIMIT, slack = MEMPOOL_SLACK) {
    this.#limit = limit;
    this.#slack = slack;
  }

  get size(): number {
    return this.#operations.size;
  }

  get(id: Id): Operation | undefined {
    return this.#operations.get(id);
  }

  /** Whether this node forked the operation out, or knows two others on its frontier. */
  isClosedTo(operation: Operation): boolean {
    const frontier = this.#frontiers.get(frontierKey(operation));
    if (frontier === undefined || frontier.seen.includes(operation.id)) return false;
    return frontier.seen.length >= PER_FRONTIER || frontier.rejected.includes(operation.id);
  }

  /** Takes a valid operation seen in `window`; false when the pool is full of more urgent ones. */
  add(operation: Operation, window: number, order: Order): boolean {
    const frontier = this.#frontierOf(operation.sender, operation.prevHash);
    if (!frontier.seen.includes(operation.id)) frontier.seen.push(operation.id);
    if (frontier.seen.length > 1) frontier.forkedAt ??= window;
    this.#operations.set(operation.id, operation);
    if (this.#operations.size <= this.#limit) return true;
    for (const { id } of order([...this.#operations.values()]).slice(this.#limit - this.#slack)) {
      this.#operations.delete(id);
    }
    return this.#operations.has(operation.id);
  }

  /**
   * What a bundle may list: per frontier the sticky choice, else the first seen, if `isValid` against the settled state; one per
   * sender (04 §4). Ascending by (sender, prev_hash).
   */
  confirmable(isValid: (operation: Operation) => boolean): readonly Operation[] {
    const chosen: Operation[] = [];
    let sender: Id | undefined;
    for (const frontier of this.#frontiers.values()) {
      if (frontier.sender === sender) continue;
      const id = frontier.choice?.operation ?? frontier.seen[0];
      const operation = id === undefined ? undefined : this.#operations.get(id);
      if (operation === undefined || !isValid(operation)) continue;
      chosen.push(operation);
      sender = frontier.sender;
    }
    return chosen;
  }

  /** The bundle of `window` lists these: their frontiers are decided for this node. */
  confirm(operations: readonly Operation[], window: number): void {
    for (const { id, sender, prevHash } of operations) {
      const frontier = this.#frontierOf(sender, prevHash);
      if ((frontier.choice?.operation ?? id) === id) frontier.choice = { operation: id, window };
    }
  }

  /** Bundles of weight ≥ Q list this operation. */
  cemented(id: Id): void {
    const operation = this.#operations.get(id);
    if (operation !== undefined) this.#frontierOf(operation.sender, operation.prevHash).isCemented = true;
  }

  /** What must outlive a crash in `window`: choices of the last 13 windows, and what was forked out (09 §8.8, §12.15c). */
  memory(window: number): Memory {
    const sticky: StickyChoice[] = [];
    const rejected: RejectedFork[] = [];
    for (const { sender, prevHash, choice, rejected: operations } of this.#frontiers.values()) {
      if (choice !== undefined && isRemembered(choice, window)) sticky.push({ sender, prevHash, ...choice });
      if (operations.length > 0) rejected.push({ sender, prevHash, operations: [...operations] });
    }
    return { sticky, rejected };
  }

  restore({ sticky, rejected }: Memory): void {
    for (const { sender, prevHash, operation, window } of sticky) {
      const frontier = this.#frontierOf(sender, prevHash);
      frontier.choice = { operation, window };
      frontier.seen.push(operation);
    }
    for (const { sender, prevHash, operations } of rejected) {
      this.#frontierOf(sender, prevHash).rejected = [...operations];
    }
  }

  /**
   * Window `window` is final: forgets frontiers that moved (`stands` says which still do) or of which nothing is left, and drops
   * forks that nobody cemented within 13 windows, both sides for good (03 §6.3.4).
   */
  settled(window: number, stands: (sender: Id, prevHash: Id) => boolean): void {
    for (const key of this.#frontiers.keys()) {
      const frontier = this.#frontiers.get(key) as Frontier;
      const isStanding = stands(frontier.sender, frontier.prevHash);
      const { forkedAt, isCemented } = frontier;
      const isForkedOut = forkedAt !== undefined && !isCemented && window >= forkedAt + FORK_WINDOWS;
      if (!isStanding || isForkedOut) this.#drop(frontier);
      this.#forgetChoice(frontier, window + 1);
      if (!isStanding || this.#isEmpty(frontier)) this.#frontiers.delete(key);
    }
  }

  #drop(frontier: Frontier): void {
    for (const id of frontier.seen) this.#operations.delete(id);
    frontier.rejected.push(...frontier.seen);
    frontier.seen = [];
    frontier.forkedAt = undefined;
  }

  /** A choice outlives its operation by 13 windows: until then nothing else is confirmed there (04 §4). */
  #forgetChoice(frontier: Frontier, window: number): void {
    const { choice } = frontier;
    if (choice === undefined || this.#operations.has(choice.operation)) return;
    if (!isRemembered(choice, window)) frontier.choice = undefined;
  }

  #isEmpty({ seen, choice, rejected }: Frontier): boolean {
    return choice === undefined && rejected.length === 0 && !seen.some((id) => this.#operations.has(id));
  }

  #frontierOf(sender: Id, prevHash: Id): Frontier {
    const key = sender + prevHash;
    let frontier = this.#frontiers.get(key);
    if (frontier === undefined) {
      frontier = {
        sender,
        prevHash,
        seen: [],
        choice: undefined,
        forkedAt: undefined,
        isCemented: false,
        rejected: [],
      };
      this.#frontiers.set(key, frontier);
    }
    return frontier;
  }
}

/** Whether a choice made in an earlier window still binds: during the 13 windows after it (04 §4). */
const isRemembered = (choice: { readonly window: number }, window: number): boolean =>
  choice.window + FORK_WINDOWS >= window;

const frontierKey = (operation: Operation): string => operation.sender + operation.prevHash;
