import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import { type Fate, type FateReason, finalFate, type OperationFates } from '#core/services/operation-fates.ts';
import type { OperationState } from '#node/api/account-schemas.ts';
import type { Store } from '#node/store/store.ts';

/** What is kept of an operation that a final window listed, of a process before too. */
export const keptFate =
  (store: Pick<Store, 'entry' | 'object' | 'windowOf'>) =>
  (operation: Id): Fate | undefined => {
    const window = store.windowOf(operation);
    if (window === undefined || store.object(operation)?.kind !== 'operation') return undefined;
    return finalFate(window, store.entry(window)?.operations.includes(operation) === true);
  };

/** What the host told is what became of operations. */
export const tellFates = (fates: OperationFates, notice: Notice): void => {
  switch (notice.type) {
    case 'published':
    case 'accepted':
      if (notice.object.kind === 'operation') fates.seen(notice.object);
      break;
    case 'submitted':
      fates.judged(notice.operation, notice.verdict);
      break;
    case 'confirmed':
      fates.confirmed(notice.notice.operation, notice.notice.window);
      break;
    case 'final': {
      const { settled, entry, operations } = notice.record;
      fates.final(settled.window, entry.operations, operations);
      break;
    }
  }
};

/** For the one who signed it. */
const REASON_WORDS: Readonly<Record<FateReason, string>> = {
  Replaced: 'another operation of the account took its place',
  NotValidInTime: 'it waited in vain for what must come before it: its account, frontier, balance or receiver',
  OutOfDate: 'it is out of date, or the node has no room for it',
  NotValidWhenCemented: 'it was not valid in the window that cemented it',
};

const isOwnReason = (reason: string): reason is FateReason => Object.hasOwn(REASON_WORDS, reason);

/** A fate as the API says it: reasons of 03 §6.1 by their names, the others in words. */
export const operationState = (operation: Id, { state, window, reason }: Fate): OperationState => ({
  operation,
  state,
  window,
  reason: reason !== null && isOwnReason(reason) ? REASON_WORDS[reason] : reason,
});
