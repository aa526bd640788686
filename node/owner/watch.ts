import type { Id } from '#core/bytes/bytes.ts';
import { amountText } from './amount.ts';
import type { Chain, HistoryOperation } from './chain.ts';
import { change, operationRow } from './rows-of-operations.ts';

/** An account at a final window, and what happened since the one seen before. Amounts are decimal strings of moneta. */
export interface Seen {
  readonly window: number;
  /** null: there is no such account. */
  readonly balance: string | null;
  /** What windows brought it that its operator won; null, and no operations: another balance, and nobody tells what moved it. */
  readonly earned: string | null;
  /** Oldest first. */
  readonly operations: readonly HistoryOperation[];
}

/** An account as windows become final: first as it is, then for ever. Throws `Refused` when the node ends. */
export async function* watch(chain: Chain, account: Id): AsyncGenerator<Seen> {
  let before = await chain.account(account);
  yield { window: before.window, balance: before.account?.balance ?? null, earned: '0', operations: [] };
  for (;;) {
    if ((await chain.next(before.window)) === undefined) continue;
    const now = await chain.account(account);
    if (now.window <= before.window) continue;
    const operations = await between(chain, account, before.window, now.window);
    const moved = (operations ?? []).reduce((sum, operation) => sum + change(operation, account), 0n);
    const [balance, was] = [now.account?.balance, BigInt(before.account?.balance ?? 0)];
    const gain = BigInt(balance ?? 0) - was - moved;
    const isTold = operations !== undefined && gain >= 0n;
    const earned = isTold || gain === 0n ? String(gain) : null;
    before = now;
    yield { window: now.window, balance: balance ?? null, earned, operations: isTold ? operations : [] };
  }
}

/** Operations of windows above `after`, up to `last`; oldest first. undefined: nobody tells, as of windows that a node has behind its snapshot. */
const between = async (
  chain: Chain,
  account: Id,
  after: number,
  last: number,
): Promise<readonly HistoryOperation[] | undefined> => {
  if (chain.history === undefined) return undefined;
  const found: HistoryOperation[] = [];
  for (let before: number | null = last + 1; before !== null && before > after + 1; ) {
    const { operations, next, oldest } = await chain.history(account, before);
    if (oldest > after + 1) return undefined;
    found.push(...operations.filter(({ window }) => window > after));
    before = next;
  }
  return found.reverse();
};

const NOBODY_TELLS = '  nobody tells what moved it';

/** For a person: the window and the balance, then a row an operation. */
export const seenText = ({ window, balance, earned, operations }: Seen, account: Id): string => {
  const gain = earned === null ? NOBODY_TELLS : earned === '0' ? '' : `  earned ${amountText(BigInt(earned))}`;
  const held = balance === null ? 'no account yet' : amountText(BigInt(balance));
  const rows = operations.map((operation) => `${operationRow(operation, account)}\n`);
  return `${String(window).padStart(8)}  final     balance ${held}${gain}\n${rows.join('')}`;
};
