import type { Id } from '../bytes/bytes.ts';
import type { AccountRecord } from '../state/records.ts';

/** Accounts as the rules read them: a settled state, or the working set of a window being applied. */
export interface AccountView {
  account(accountId: Id): AccountRecord | undefined;
}

/** Accounts of a window being applied. A record is never modified: a new one takes its place. */
export interface AccountSet extends AccountView {
  putAccount(record: AccountRecord): void;
}
