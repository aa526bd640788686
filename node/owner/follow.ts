import type { Operation } from '#core/consensus/objects.ts';
import type { Chain } from './chain.ts';
import { isForGood, reasonWords, STATE_WORDS } from './words.ts';

/** How an operation ended. `window`: in which it settled. */
export type Outcome =
  | { readonly type: 'settled'; readonly window: number }
  /** It can settle no more. `words`: why, and what to do. */
  | { readonly type: 'failed'; readonly reason: string; readonly words: string }
  /** The node does not take it now, but it can still settle: nothing else is to be signed in its place. */
  | { readonly type: 'refused'; readonly reason: string; readonly words: string };

/** Final windows without news after which the same bytes are said again: a node forgets what it held for two (09 §12.12). */
const PATIENCE = 3;

/**
 * Brings an operation that is durable to its end: says it to the node, again where it was forgotten, and tells each new state. What settled
 * is asked of the account first: its frontier is the operation's id, or has left the operation's prev_hash (03 §3). Throws `Refused`
 * when the node ends; the operation lives on then.
 */
export const follow = async (chain: Chain, operation: Operation, tell: (words: string) => void): Promise<Outcome> => {
  const { id, prevHash, sender, bytes } = operation;
  let told = '';
  let saidAt: number | undefined;
  let isDoubted = false;
  for (;;) {
    const { window, account } = await chain.account(sender);
    if (account === null) return failed('AccountNotFound');
    if (account.frontierHash === id) return { type: 'settled', window: account.lastOpWindow };
    if (account.frontierHash !== prevHash) {
      const settledAt = await settledWindow(chain, operation);
      return settledAt === undefined ? failed('InvalidPrevHash') : { type: 'settled', window: settledAt };
    }
    const { state, reason } = await chain.state(id);
    if (saidAt === undefined || (state !== 'confirmed' && window >= saidAt + PATIENCE)) {
      saidAt = window;
      await chain.submit(bytes);
      continue;
    }
    if (state === 'rejected') {
      // Between the two questions a window may have become final: the account is asked once more.
      if (isDoubted) return rejected(chain, operation, reason ?? 'nothing');
      isDoubted = true;
      continue;
    }
    if (state !== 'unknown' && state !== 'settled' && state !== told) {
      told = state;
      tell(STATE_WORDS[state]);
    }
    await chain.moment();
  }
};

const failed = (reason: string): Outcome => ({ type: 'failed', reason, words: reasonWords(reason) });

/** A node calls what came too late out of date, whatever it came too late for (09 §12.12). */
const rejected = async (chain: Chain, operation: Operation, reason: string): Promise<Outcome> => {
  const isBorn = operation.type === 'TransferModeB' && (await chain.account(operation.link)).account !== null;
  if (isBorn) return failed('ReceiverAlreadyExists');
  return { type: isForGood(reason) ? 'failed' : 'refused', reason, words: reasonWords(reason) };
};

/** Whether an operation that the account has left behind was its own past: by the node's memory, else by what it keeps of bodies. */
const settledWindow = async (chain: Chain, { id, sender }: Operation): Promise<number | undefined> => {
  const { state, window } = await chain.state(id);
  if (state === 'settled' && window !== null) return window;
  for (let before: number | undefined; ; ) {
    const { operations, next } = await chain.history(sender, before);
    const found = operations.find((other) => other.id === id);
    if (found !== undefined || next === null) return found?.window;
    before = next;
  }
};
