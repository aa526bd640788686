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
    if (account?.frontierHash === id) return { type: 'settled', window: account.lastOpWindow };
    if (account?.frontierHash !== prevHash) return past(chain, operation);
    const { state, reason } = await chain.state(id);
    if (saidAt === undefined || (state !== 'confirmed' && window >= saidAt + PATIENCE)) {
      saidAt = window;
      await chain.submit(bytes);
      continue;
    }
    if (state === 'rejected') {
      // Between the two questions a window may have become final: the account is asked once more.
      const outcome = isDoubted ? await rejected(chain, operation, reason ?? 'nothing') : undefined;
      if (outcome !== undefined) return outcome;
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

/**
 * A node calls what came too late out of date, whatever it came too late for (09 §12.12). Who sees the receiver's account there looks at
 * the sender's again: it may be this very operation that made it. undefined: the sender's has changed.
 */
const rejected = async (chain: Chain, operation: Operation, reason: string): Promise<Outcome | undefined> => {
  const { type, sender, prevHash } = operation;
  if (type === 'TransferModeB' && (await chain.account(operation.link)).account !== null) {
    const { account } = await chain.account(sender);
    return account?.frontierHash === prevHash ? failed('ReceiverAlreadyExists') : undefined;
  }
  return { type: isForGood(reason) ? 'failed' : 'refused', reason, words: reasonWords(reason) };
};

/**
 * What became of an operation on which the account does not stand: by the node's memory, else by what it keeps of bodies. It has failed
 * only where another stands in its place: a node that is behind, or whose bodies begin later, knows neither, and then it may be settled.
 */
const past = async (chain: Chain, { id, sender, prevHash }: Operation): Promise<Outcome> => {
  const { state, window } = await chain.state(id);
  if (state === 'settled' && window !== null) return { type: 'settled', window };
  if (chain.history === undefined) return NOT_KNOWN_HERE;
  for (let before: number | undefined; ; ) {
    const { operations, next } = await chain.history(sender, before);
    const found = operations.find((other) => other.sender === sender && other.prevHash === prevHash);
    if (found !== undefined)
      return found.id === id ? { type: 'settled', window: found.window } : failed('InvalidPrevHash');
    if (next === null) return NOT_KNOWN_HERE;
    before = next;
  }
};

const NOT_KNOWN_HERE: Outcome = {
  type: 'refused',
  reason: 'NotKnownHere',
  words:
    'this node does not know what became of it: it is behind the network, keeps no windows as old, or is not one of yours; wait until it is at the head, or name another with --node',
};
