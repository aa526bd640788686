import type { Id } from '#core/bytes/bytes.ts';
import type { OperationAnswer } from '#node/api/account-schemas.ts';

/** Milliseconds an answer may wait for the protocol. */
const PATIENCE = 2_000;

/** Operations of the API, until the protocol says what it makes of them. */
export class WaitingOperations {
  readonly #waiting = new Map<Id, ((verdict: string) => void)[]>();

  /** Hands an operation in. `queued`: nothing was said yet, as of one that waits for a later window. */
  submit(operation: Id, handIn: () => void): Promise<OperationAnswer> {
    return new Promise((resolve) => {
      const answer = (verdict: string): void => {
        clearTimeout(timer);
        resolve({ operation, verdict });
      };
      const timer = setTimeout(() => {
        const rest = this.#waiting.get(operation)?.filter((other) => other !== answer) ?? [];
        if (rest.length > 0) this.#waiting.set(operation, rest);
        else this.#waiting.delete(operation);
        answer('queued');
      }, PATIENCE);
      this.#waiting.set(operation, [...(this.#waiting.get(operation) ?? []), answer]);
      handIn();
    });
  }

  answered(operation: Id, verdict: string): void {
    const waiting = this.#waiting.get(operation) ?? [];
    this.#waiting.delete(operation);
    for (const answer of waiting) answer(verdict);
  }
}
