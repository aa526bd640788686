import { setTimeout as wait } from 'node:timers/promises';
import { toHex } from '#core/bytes/bytes.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import { Refused } from '#node/config/refused.ts';
import type { Chain, OperationState } from '#node/owner/chain.ts';
import { type AccountClient, NotNow } from './client.ts';

/** Milliseconds between two questions where a window is waited for: of accounts a host answers sixteen a window, of others 256. */
const PAUSE = 1_000;
/** Milliseconds after which what is waited for may be looked at although no window became final. */
const LONGEST_MOMENT = 15_000;
/** Milliseconds for which a refusal that the next window ends is waited out. */
const PATIENCE = 120_000;

/**
 * The chain as somebody else's node tells it, as far as it is proven: accounts. Of an operation the node's word is a hint: that it is done
 * only the account shows, and no refusal is for good, for a node that lies would have the owner pay again. Which operations an account
 * had nobody proves: there is no history.
 */
export const provenChain = (client: Pick<AccountClient, 'account' | 'status' | 'fate' | 'submit'>): Chain => {
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (const until = performance.now() + PATIENCE; ; ) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof NotNow) || performance.now() > until) throw error;
        await wait(PAUSE);
      }
    }
  };
  const finalWindow = async (): Promise<number> => (await patiently(() => client.status())).finalWindow;
  /** Whether the node says that a window above `after` is final. */
  const waited = async (after: number): Promise<boolean> => {
    for (const until = performance.now() + LONGEST_MOMENT; performance.now() < until; ) {
      await wait(PAUSE);
      if ((await finalWindow()) > after) return true;
    }
    return false;
  };
  return {
    history: undefined,
    async account(id) {
      const { window, stateRoot, account } = await patiently(() => client.account(id));
      const shown = account && {
        ...account,
        balance: String(account.balance),
        currentPubkey: toHex(account.currentPubkey),
      };
      return { window, stateRoot, account: shown ?? null };
    },
    async state(operation): Promise<OperationState> {
      const { state, reason } = await patiently(() => client.fate(operation));
      const hint = { operation, window: null, reason: null };
      if (state === 'rejected') return { ...hint, state, reason: `that node does not take it: ${reason}` };
      return { ...hint, state: state === 'confirmed' || state === 'settled' ? 'confirming' : state };
    },
    async submit(bytes) {
      const operation = decodeOperation(bytes);
      if (!operation.ok) throw new Refused(`the operation is damaged (${operation.error}); nothing was sent`);
      client.submit(operation.value);
      return { verdict: 'queued' };
    },
    next: async (after) => ((await waited(after)) ? after : undefined),
    moment: async () => void (await waited(await finalWindow())),
  };
};
