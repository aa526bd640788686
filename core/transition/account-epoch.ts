import { FatalInvariant } from '../bytes/fatal.ts';
import { type AccountRecord, decodeAccountRecord, encodeAccountRecord } from '../state/records.ts';

/*
 * What a τ₂ boundary makes of one account (02 §9.3 steps 2 and 3, 04 §11 step 3.7). It depends on nothing but the record and the
 * boundary, except that the operator of a waiting candidate stays.
 */

/** account_chain_length_snapshot := account_chain_length; the same object where that changes nothing (02 §9.3). */
export const snapshotted = (account: AccountRecord): AccountRecord => {
  const { accountChainLength } = account;
  if (account.accountChainLengthSnapshot === accountChainLength) return account;
  return { ...account, accountChainLengthSnapshot: accountChainLength };
};

/** Empty and idle for `idleWindows` or longer, and no node names it as its operator: leaves unless a candidate does (02 §9.1). */
export const isPrunable = (account: AccountRecord, window: number, idleWindows: bigint): boolean =>
  account.balance === 0n && !account.isNodeOperator && BigInt(account.lastOpWindow) + idleWindows <= BigInt(window);

const decoded = (bytes: Uint8Array): AccountRecord => {
  const result = decodeAccountRecord(bytes);
  if (!result.ok) throw new FatalInvariant(`stored record: ${result.error}`);
  return result.value;
};

/** Balance of a record in bytes, in moneta; 0 where there is none. */
export const balanceOf = (bytes: Uint8Array | null | undefined): bigint => (bytes ? decoded(bytes).balance : 0n);

/** An account record in bytes, as it is after a boundary; the same bytes where nothing changes, null where the account leaves. */
export interface ClosedAccount {
  readonly record: Uint8Array | null;
  /** Moneta. */
  readonly balance: bigint;
}

export const closedAccount = (bytes: Uint8Array, boundary: number, idleWindows: bigint): ClosedAccount => {
  const account = decoded(bytes);
  const { balance } = account;
  if (isPrunable(account, boundary, idleWindows)) return { record: null, balance };
  const after = snapshotted(account);
  return { record: after === account ? bytes : encodeAccountRecord(after), balance };
};
