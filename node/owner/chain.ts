import { setTimeout as wait } from 'node:timers/promises';
import { type Id, parseHex } from '#core/bytes/bytes.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { accountOf, historyOf, nextWindow, operationState, submitOperation } from '#node/api/client.ts';

type AnswerOf<F extends (...args: never) => Promise<unknown>> = Awaited<ReturnType<F>>;

export type AccountAnswer = AnswerOf<typeof accountOf>;
export type HistoryAnswer = AnswerOf<typeof historyOf>;
/** An operation of a final window. */
export type HistoryOperation = HistoryAnswer['operations'][number];
export type OperationState = AnswerOf<typeof operationState>;

/** What an owner's commands ask a node. Everything throws `Refused`. */
export interface Chain {
  account(id: Id): Promise<AccountAnswer>;
  /** undefined: nobody tells which operations an account had. */
  readonly history: ((id: Id, before?: number, count?: number) => Promise<HistoryAnswer>) | undefined;
  state(operation: Id): Promise<OperationState>;
  /** The node's first word on it. */
  submit(bytes: Uint8Array): Promise<{ readonly verdict: string }>;
  /** undefined: none became final for a while. */
  next(after: number): Promise<unknown>;
  /** A moment between two questions, so as not to keep the node busy. */
  moment(): Promise<void>;
}

/** Milliseconds. */
const MOMENT = 400;

/** A chain that tells which operations an account had: of a node of one's own. */
export interface WholeChain extends Chain {
  readonly history: NonNullable<Chain['history']>;
}

/** The chain as the node of a socket tells it. */
export const chainOf = (socket: string): WholeChain => ({
  account: (id) => accountOf(socket, id),
  history: (id, before, count) => historyOf(socket, id, before, count),
  state: (operation) => operationState(socket, operation),
  submit: (bytes) => submitOperation(socket, bytes),
  next: (after) => nextWindow(socket, after),
  moment: () => wait(MOMENT),
});

/** The record in an answer; undefined: there is no such account. */
export const recordOf = ({ account }: AccountAnswer): AccountRecord | undefined =>
  account === null
    ? undefined
    : { ...account, balance: BigInt(account.balance), currentPubkey: parseHex(account.currentPubkey)! };
