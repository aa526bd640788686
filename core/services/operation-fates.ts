import type { Id } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import type { AccountView } from '../operations/accounts.ts';
import { REJECT_REASONS, type RejectReason } from '../operations/validate.ts';

/** Operations remembered; beyond, the one that was heard of first is forgotten. */
export const MOST_FATES = 16_384;

/**
 * What became of an operation (03 §9), by its number in op 16 (10 §4). `confirming`: a quorum was seen, a hint; `confirmed`: cemented. A
 * window that is final here is settled too, so that here nothing is `confirmed` without being `settled`.
 */
export const FATE_STATES = { unknown: 0, pending: 1, confirming: 2, confirmed: 3, settled: 4, rejected: 5 } as const;
export type FateState = keyof typeof FATE_STATES;

/** Its fork came to no quorum in time: another word for `rejected` (10 §4). */
const FORK_TIMEOUT = 6;

/** The state of a number of op 16; undefined: it names none. */
export const fateStateOf = (number: number): FateState | undefined => {
  const words = Object.entries(FATE_STATES) as readonly (readonly [FateState, number])[];
  return number === FORK_TIMEOUT ? 'rejected' : words.find(([, other]) => other === number)?.[0];
};

/** Numbers of reasons in op 16, from 1 on: those of 03 §6.1 in the order of the checks. 0: none, 255: another one. */
const REASONS: readonly string[] = REJECT_REASONS;
const OTHER_REASON = 255;

/**
 * Reasons beside those of 03 §6.1.
 * - `Replaced`: another operation of the account took its place.
 * - `NotValidInTime`: it waited in vain for what must come before it.
 * - `OutOfDate`: what it needs is over, or there is no room for it.
 * - `NotValidWhenCemented`: it was listed in a window that is final, and changed nothing there.
 */
export type FateReason = 'Replaced' | 'NotValidInTime' | 'OutOfDate' | 'NotValidWhenCemented';

export const fateReason = (reason: string): number => {
  const at = REASONS.indexOf(reason === ('Replaced' satisfies FateReason) ? 'InvalidPrevHash' : reason);
  return at < 0 ? OTHER_REASON : at + 1;
};

/** The word for a number of op 16; undefined: it names none. */
export const reasonOfFate = (number: number): string | undefined => {
  if (number === 0) return undefined;
  return REASONS[number - 1] ?? 'Other';
};

/** Where an operation stands, as far as this node has heard. */
export interface Fate {
  readonly state: FateState;
  /** In which it settled, or was cemented in vain; or was confirmed by a quorum as this node saw it. */
  readonly window: number | null;
  /** Why it is rejected: one of 03 §6.1, or a `FateReason`. */
  readonly reason: string | null;
}

const UNKNOWN: Fate = { state: 'unknown', window: null, reason: null };
const PENDING: Fate = { state: 'pending', window: null, reason: null };

const rejected = (reason: string, window: number | null = null): Fate => ({ state: 'rejected', window, reason });

/** Of an operation that a window listed which is final: whether it changed the state there. */
export const finalFate = (window: number, isApplied: boolean): Fate =>
  isApplied
    ? { state: 'settled', window, reason: null }
    : rejected('NotValidWhenCemented' satisfies FateReason, window);

/** What a node says of an operation that is handed in (a verdict of its participant). */
export type Judged =
  | { readonly type: 'accept' | 'hold' | 'stale' }
  | { readonly type: 'reject'; readonly reason: string };

const reasonOf = (verdict: Judged): string => {
  if (verdict.type === 'reject') return verdict.reason;
  return (verdict.type === 'hold' ? 'NotValidInTime' : 'OutOfDate') satisfies FateReason;
};

interface Heard {
  readonly fate: Fate;
  /** Once it was valid here: when its account's frontier has left its prev_hash, another took its place. */
  readonly valid: Operation | undefined;
}

/** What became of operations that this node heard of since it was started, or keeps (03 §9, 10 §4 op 16). */
export class OperationFates {
  /** Of an operation whose final window is kept. */
  readonly #kept: (operation: Id) => Fate | undefined;
  /** In the order they were heard of. */
  readonly #heard = new Map<Id, Heard>();

  constructor(kept: (operation: Id) => Fate | undefined) {
    this.#kept = kept;
  }

  /** `accounts`: of the last final window. */
  of(operation: Id, accounts: AccountView): Fate {
    const heard = this.#heard.get(operation);
    if (heard?.fate.state === 'settled') return heard.fate;
    const kept = this.#kept(operation);
    if (kept !== undefined) return this.#keep(operation, kept);
    if (heard === undefined) return UNKNOWN;
    const { fate, valid } = heard;
    const isOpen = fate.state === 'pending' || fate.state === 'confirming';
    if (!isOpen || valid === undefined || accounts.account(valid.sender)?.frontierHash === valid.prevHash) return fate;
    return this.#keep(operation, rejected('Replaced' satisfies FateReason));
  }

  /** An operation of this node's user, or of a client, is about to be judged. */
  handedIn({ id }: Operation): void {
    const state = this.#heard.get(id)?.fate.state ?? 'rejected';
    if (state === 'rejected') this.#keep(id, PENDING);
  }

  /** It is in the pool here. */
  seen(operation: Operation): void {
    const { state } = this.#heard.get(operation.id)?.fate ?? UNKNOWN;
    if (state === 'confirming' || state === 'settled') return;
    this.#keep(operation.id, PENDING, operation);
  }

  judged(operation: Operation, verdict: Judged): void {
    if (verdict.type === 'accept') {
      this.seen(operation);
      return;
    }
    const { fate, valid } = this.#heard.get(operation.id) ?? { fate: PENDING, valid: undefined };
    const reason = reasonOf(verdict);
    // An id covers no signature (01 R2): a forged copy says nothing of the one that is here.
    const isForgedCopy = valid !== undefined && reason === ('InvalidSignature' satisfies RejectReason);
    if (fate.state === 'pending' && !isForgedCopy) this.#keep(operation.id, rejected(reason));
  }

  /** Bundles of a quorum list it. */
  confirmed(operation: Id, window: number): void {
    const isSettled = this.#heard.get(operation)?.fate.state === 'settled';
    if (!isSettled) this.#keep(operation, { state: 'confirming', window, reason: null });
  }

  /** A window is final that listed `operations`, of which those in `applied` changed the state. */
  final(window: number, applied: readonly Id[], operations: readonly Operation[]): void {
    const changing = new Set(applied);
    for (const { id } of operations) this.#keep(id, finalFate(window, changing.has(id)));
  }

  /**
   * The state is a snapshot's, and nobody told what was applied on the way: an open operation is its account's last one, or still waits,
   * or it is not known what became of it.
   */
  adopted(accounts: AccountView): void {
    for (const [id, { fate, valid }] of Array.from(this.#heard)) {
      if (fate.state !== 'pending' && fate.state !== 'confirming') continue;
      const account = valid && accounts.account(valid.sender);
      if (account?.frontierHash === id)
        this.#keep(id, { state: 'settled', window: account.lastOpWindow, reason: null });
      else if (account === undefined || account.frontierHash !== valid?.prevHash) this.#heard.delete(id);
    }
  }

  #keep(id: Id, fate: Fate, valid = this.#heard.get(id)?.valid): Fate {
    this.#heard.set(id, { fate, valid });
    if (this.#heard.size > MOST_FATES) {
      for (const first of this.#heard.keys()) {
        this.#heard.delete(first);
        break;
      }
    }
    return fate;
  }
}
