import type { Id } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import type { FinalRecord } from '#core/participant/types.ts';

/** An operation and the window it settled in last. */
interface Kept {
  readonly operation: Operation;
  readonly window: number;
}

/**
 * Somebody who keeps every operation that settles and holds no key. Once an account exists whose record is younger than operations it
 * signed, these are handed in again byte for byte, window after window, until they settle a second time (03 A-1).
 */
export class Replayer {
  /** By sender, then by op_hash. */
  readonly #kept = new Map<Id, Map<Id, Kept>>();

  /** What is handed in because a window is final, in the order it settled first. */
  next({ settled: { state, window }, operations, entry }: FinalRecord): readonly Operation[] {
    const bodies = new Map(operations.map((operation) => [operation.id, operation]));
    for (const id of entry.operations) {
      const operation = bodies.get(id);
      if (operation !== undefined) this.#keep(operation, window);
    }
    return [...this.#kept].flatMap(([sender, kept]) => {
      const birth = state.account(sender)?.creationWindow ?? 0;
      return [...kept.values()].filter((before) => before.window < birth).map(({ operation }) => operation);
    });
  }

  #keep(operation: Operation, window: number): void {
    const kept = this.#kept.get(operation.sender) ?? new Map<Id, Kept>();
    kept.set(operation.id, { operation, window });
    this.#kept.set(operation.sender, kept);
  }
}
