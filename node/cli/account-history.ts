import { operationRow } from '#node/owner/rows-of-operations.ts';
import { type AccountOptions, readerOf } from '#node/owner/wallet.ts';
import { whole } from './whole.ts';

export interface AccountHistoryOptions extends AccountOptions {
  readonly count: string;
  readonly before?: string;
}

const MOST_WINDOW = 2 ** 32;

/** `montana account history`: newest first. Exit code 0. Throws `Refused`, `UsageError`. */
export const accountHistory = async (options: AccountHistoryOptions): Promise<number> => {
  const count = whole('--count', options.count, 1, 256);
  const from = options.before === undefined ? undefined : whole('--before', options.before, 0, MOST_WINDOW);
  const { account, chain } = readerOf(options);
  const found = [];
  let [next, oldest]: [number | null | undefined, number] = [from, 0];
  do {
    const page = await chain.history(account, next ?? undefined, count - found.length);
    found.push(...page.operations);
    ({ next, oldest } = page);
  } while (found.length < count && next !== null);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ account, operations: found, next, oldest })}\n`);
    return 0;
  }
  for (const operation of found) process.stdout.write(`${operationRow(operation, account)}\n`);
  if (found.length === 0) process.stdout.write('no operations\n');
  if (next !== null) process.stdout.write(`older: --before ${next}\n`);
  else if (oldest > 0) process.stdout.write(`this node keeps operations from window ${oldest} on\n`);
  return 0;
};
