import type { Id } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import type { AccountView } from '../operations/accounts.ts';
import type { RejectReason } from '../operations/validate.ts';

/** Operations remembered; beyond, the one that was heard of longest ago is forgotten. */
export const MOST_FATES = 16_384;

/** What became of an operation, by its number in op 16 (10 §4, 03 §9). */
export const FATE_STATES = { unknown: 0, pending: 1, quorum: 2, settled: 4, rejected: 5 } as const;
export type FateState = keyof typeof FATE_STATES;

/** Numbers of reasons in op 16, from 1 on: those of 03 §6.1 in the order of the checks. 0: none, 255: another one. */
const REASONS: readonly string[] = [
  'AccountNotFound',
  'InvalidPrevHash',
  'ReceiverAlreadyExists',
  'UnsupportedSuite',
  'InvalidBinding',
  'SelfTransfer',
  'ZeroAmount',
  'InsufficientBalance',
  'AccountCreationCooldownNotElapsed',
  'ReceiverNotActive',
  'InvalidSignature',
] satisfies readonly RejectReason[];
const OTHER_REASON = 255;

export const fateReason = (reason: string): number => {
  const at = REASONS.indexOf(reason);
  return at < 0 ? OTHER_REASON : at + 1;
};

/** The word for a number of op 16; undefined: it names none. */
export const reasonOfFate = (number: number): string | undefined => {
  if (number === 0) return undefined;
  return REASONS[number - 1] ?? 'Other';
};

/** What a node says of an operation that is handed in (a verdict of its participant). */
export type Judged =
  | { readonly type: 'accept' | 'hold' | 'stale' }
  | { readonly type: 'reject'; readonly reason: string };

/** Where an operation stands, as far as this node has heard. */
export interface Fate {
  readonly state: FateState;
  /** In which it was confirmed or settled; 0 before. */
  readonly window: number;
  /** Why it was rejected; empty otherwise. */
  readonly reason: string;
}

const UNKNOWN: Fate = { state: 'unknown', window: 0, reason: '' };
const PENDING: Fate = { state: 'pending', window: 0, reason: '' };

interface Kept {
  readonly operation: Operation | undefined;
  readonly fate: Fate;
}

/** What became of operations that this node heard of since it was started (10 §4 op 16). */
export class OperationFates {
  /** In the order they were heard of. */
  readonly #kept = new Map<Id, Kept>();

  /** An operation that is in the pool here. */
  seen(operation: Operation): void {
    const { state } = this.#kept.get(operation.id)?.fate ?? UNKNOWN;
    if (state === 'unknown' || state === 'rejected') this.#keep(operation.id, { operation, fate: PENDING });
  }

  /** What this node says of an operation that was handed in. One that is stale is known by what was said before. */
  judged(operation: Operation, verdict: Judged): void {
    if (verdict.type === 'accept') this.seen(operation);
    const reason = verdict.type === 'reject' ? verdict.reason : verdict.type === 'hold' ? 'NotValidInTime' : undefined;
    const { state } = this.#kept.get(operation.id)?.fate ?? UNKNOWN;
    if (reason === undefined || state === 'quorum' || state === 'settled') return;
    this.#keep(operation.id, { operation, fate: { state: 'rejected', window: 0, reason } });
  }

  /** Bundles of a quorum list it. */
  confirmed(operation: Id, window: number): void {
    const kept = this.#kept.get(operation);
    if (kept?.fate.state === 'settled') return;
    this.#keep(operation, { operation: kept?.operation, fate: { state: 'quorum', window, reason: '' } });
  }

  /** A window is final that cemented `operations`. Only `applied` ones are settled: what was not valid in it changed nothing. */
  final(operations: readonly Operation[], applied: readonly Id[], window: number): void {
    const valid = new Set(applied);
    for (const operation of operations) {
      const isSettled = valid.has(operation.id);
      const fate: Fate = isSettled
        ? { state: 'settled', window, reason: '' }
        : { state: 'rejected', window: 0, reason: 'NotValidInTime' };
      this.#keep(operation.id, { operation, fate });
    }
  }

  /**
   * One that waits while its account went on without it can never settle. Where its account stands on it, it is settled, though its window
   * was none of those applied here: a snapshot brought it.
   */
  of(operation: Id, accounts: AccountView): Fate {
    const kept = this.#kept.get(operation);
    if (kept?.operation === undefined || kept.fate.state === 'settled') return kept?.fate ?? UNKNOWN;
    const account = accounts.account(kept.operation.sender);
    if (account?.frontierHash === operation) return { state: 'settled', window: account.lastOpWindow, reason: '' };
    if (kept.fate.state !== 'pending' || account?.frontierHash === kept.operation.prevHash) return kept.fate;
    return { state: 'rejected', window: 0, reason: 'InvalidPrevHash' };
  }

  #keep(id: Id, kept: Kept): void {
    const isNew = !this.#kept.has(id);
    this.#kept.set(id, kept);
    if (!isNew || this.#kept.size <= MOST_FATES) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}
