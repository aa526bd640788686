import { compareIds, type Id } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { IdSet } from '../collections/id-map.ts';
import type { Operation } from '../consensus/objects.ts';
import type { Verify } from '../crypto/suite.ts';
import { accountWindow, initialFrontier, newAccount } from '../genesis/births.ts';
import type { Rules } from '../genesis/rules.ts';
import type { AccountRecord } from '../state/records.ts';
import type { AccountSet } from './accounts.ts';
import { type RejectReason, validateOperation } from './validate.ts';

/** The window W whose cemented operations settle. */
export interface SettleBasis {
  readonly window: number;
  readonly tau2Windows: bigint;
  readonly rules: Pick<Rules, 'creationCooldown' | 'birthFrontier'>;
  readonly genesisHash: Id;
}

/** `Equivocation`: valid, but its sender has a valid one of a lower op_hash in the same window (03 §8.1.2). */
export type SettleFault = RejectReason | 'Equivocation';

/** What became of one cemented operation. One with a fault changed nothing. */
export interface SettleReceipt {
  readonly operation: Operation;
  /** Undefined: applied. */
  readonly fault: SettleFault | undefined;
}

/**
 * Step 0 of a window (03 §8.1): applies the user operations cemented in it to `accounts`, which hold S(W−1). All are judged before
 * any is applied, so the order of application, op_hash ascending, could be any other. Receipts in that order.
 */
export const settleOperations = (
  cemented: readonly Operation[],
  accounts: AccountSet,
  basis: SettleBasis,
  verify: Verify,
): readonly SettleReceipt[] => {
  const senders = new IdSet();
  const receipts = [...cemented]
    .sort((a, b) => compareIds(a.id, b.id))
    .map((operation) => ({ operation, fault: settleFault(operation, accounts, senders, basis, verify) }));
  for (const { operation, fault } of receipts) if (fault === undefined) applyOperation(operation, accounts, basis);
  return receipts;
};

/** Steps 1 and 2 of 03 §8.1; `senders` has those of valid operations with a lower op_hash. */
const settleFault = (
  operation: Operation,
  accounts: AccountSet,
  senders: IdSet,
  { window, rules, tau2Windows }: SettleBasis,
  verify: Verify,
): SettleFault | undefined => {
  const fault = validateOperation(operation, accounts, window, rules, tau2Windows, verify);
  if (fault !== undefined) return fault;
  if (senders.has(operation.sender)) return 'Equivocation';
  senders.add(operation.sender);
  return undefined;
};

/** Step 3 of 03 §8.1: the sum of all balances stays what it was. */
const applyOperation = (operation: Operation, accounts: AccountSet, basis: SettleBasis): void => {
  const sender = withOwnOperation(existing(accounts, operation.sender), operation.id, basis.window);
  switch (operation.type) {
    case 'Transfer':
      accounts.putAccount(withDebit(sender, operation.amount));
      accounts.putAccount(withCredit(existing(accounts, operation.link), operation.amount));
      break;
    case 'TransferModeB': {
      const { link, suiteId, receiverPubkey, amount } = operation;
      accounts.putAccount({ ...withDebit(sender, amount), lastAccountCreationWindow: basis.window });
      // Another operation of this window may have created it: both name the same key, so the second only pays (03 E-3).
      const receiver = accounts.account(link) ?? bornOf(link, suiteId, receiverPubkey, basis);
      accounts.putAccount(withCredit(receiver, amount));
      break;
    }
    case 'ChangeKey':
      accounts.putAccount({ ...sender, currentPubkey: operation.newPubkey, suiteId: operation.newSuiteId });
      break;
    case 'Anchor':
      accounts.putAccount(sender);
  }
};

const bornOf = (accountId: Id, suiteId: number, currentPubkey: Uint8Array, basis: SettleBasis): AccountRecord => {
  const frontierHash = initialFrontier(basis.rules, basis.genesisHash, accountId, basis.window);
  const birth = { accountId, balance: 0n, suiteId, currentPubkey, isNodeOperator: false, frontierHash };
  return newAccount(birth, basis.window);
};

/** What any own operation does to its sender (03 §3). */
const withOwnOperation = (sender: AccountRecord, operation: Id, window: number): AccountRecord => ({
  ...sender,
  frontierHash: operation,
  opHeight: next(sender.opHeight),
  accountChainLength: next(sender.accountChainLength),
  lastOpWindow: accountWindow(window),
});

const MOST_U32 = 0xffff_ffff;
const MOST_U128 = (1n << 128n) - 1n;

const next = (counter: number): number => {
  if (counter >= MOST_U32) throw new FatalInvariant('an account counter is full');
  return counter + 1;
};

const withDebit = (account: AccountRecord, amount: bigint): AccountRecord => {
  if (amount > account.balance) throw new FatalInvariant(`debit of ${amount} exceeds balance of ${account.accountId}`);
  return { ...account, balance: account.balance - amount };
};

/** An account with `amount` moneta more; a credit is no activity, nothing else changes (03 §3). */
export const withCredit = (account: AccountRecord, amount: bigint): AccountRecord => {
  const balance = account.balance + amount;
  if (balance > MOST_U128) throw new FatalInvariant(`balance of ${account.accountId} exceeds 128 bits`);
  return { ...account, balance };
};

const existing = (accounts: AccountSet, accountId: Id): AccountRecord => {
  const account = accounts.account(accountId);
  if (account === undefined) throw new FatalInvariant(`account ${accountId} vanished inside a window`);
  return account;
};
