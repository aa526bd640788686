import { compareIds } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import type { AccountRecord } from '../state/records.ts';
import type { AccountView } from './accounts.ts';

interface Ranked {
  readonly operation: Operation;
  readonly priority: bigint;
}

/**
 * The order in which waiting operations are listed when they do not all fit, most urgent first; on overflow the last are dropped
 * (03 §6.4, 09 §12.12). Local policy, but a function of settled state alone. Buckets by the sender's age take turns, so that
 * old accounts cannot crowd out young ones; inside a bucket age × idle counts. Senders that do not exist come last.
 */
export const priorityOrder = (
  operations: readonly Operation[],
  view: AccountView,
  window: number,
  tau2Windows: bigint,
): readonly Operation[] => {
  const buckets: Ranked[][] = [[], [], [], []];
  const strangers: Operation[] = [];
  for (const operation of operations) {
    const sender = view.account(operation.sender);
    if (sender === undefined) strangers.push(operation);
    else {
      const bucket = ageBucket(sender, window, tau2Windows);
      (buckets[bucket] as Ranked[]).push({ operation, priority: operationPriority(sender, window) });
    }
  }
  for (const bucket of buckets) bucket.sort(byPriority);
  strangers.sort((a, b) => compareIds(a.id, b.id));
  return [...inTurn(buckets), ...strangers];
};

/** age × idle of an account, in windows² (03 §6.4). */
export const operationPriority = ({ creationWindow, lastOpWindow }: AccountRecord, window: number): bigint =>
  BigInt(window - creationWindow) * BigInt(window - lastOpWindow);

/** 0 below 4τ₂ windows of age, 1 below 16τ₂, 2 below 64τ₂, else 3 (03 §6.4). */
export const ageBucket = ({ creationWindow }: AccountRecord, window: number, tau2Windows: bigint): number => {
  const age = BigInt(window - creationWindow);
  if (age < 4n * tau2Windows) return 0;
  if (age < 16n * tau2Windows) return 1;
  return age < 64n * tau2Windows ? 2 : 3;
};

const byPriority = (a: Ranked, b: Ranked): number => {
  if (a.priority !== b.priority) return a.priority > b.priority ? -1 : 1;
  return compareIds(a.operation.id, b.operation.id);
};

/** One of each bucket in turn; an empty one is skipped. */
const inTurn = (buckets: readonly (readonly Ranked[])[]): readonly Operation[] => {
  const order: Operation[] = [];
  for (let rank = 0; buckets.some((bucket) => rank < bucket.length); rank++) {
    for (const bucket of buckets) {
      const ranked = bucket[rank];
      if (ranked !== undefined) order.push(ranked.operation);
    }
  }
  return order;
};
