import type { Id } from '#core/bytes/bytes.ts';
import { equalBytes } from '#core/bytes/bytes.ts';
import { accountId } from '#core/crypto/ids.ts';
import { SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { type AccountRecord, decodeAccountRecord } from '#core/state/records.ts';
import type { State } from '#core/state/view.ts';

const nameOf = (key: Uint8Array): Id => accountId(SUITE_ML_DSA_65, key);

/**
 * Whose current key a key is. An account is found by its first key; those that changed it are indexed: one walk through all
 * accounts at the start, then what each final window changed.
 */
export class AccountKeys {
  /** Current key of an account that changed it, as the id it would give, to that account; and back. */
  readonly #accounts = new Map<Id, Id>();
  readonly #names = new Map<Id, Id>();

  constructor(state: State) {
    for (const account of state.accounts()) this.#see(account);
  }

  final({ delta }: FinalRecord): void {
    for (const [id, bytes] of delta.account.records) {
      this.#forget(id);
      const account = bytes === null ? undefined : decodeAccountRecord(bytes);
      if (account?.ok) this.#see(account.value);
    }
  }

  /** A key that was rotated out is nobody's (06 §15 E-12). */
  isCurrent(state: State, key: Uint8Array): boolean {
    const name = nameOf(key);
    if (this.#accounts.has(name)) return true;
    const account = state.account(name);
    return account !== undefined && equalBytes(account.currentPubkey, key);
  }

  #see({ accountId: id, currentPubkey }: AccountRecord): void {
    const name = nameOf(currentPubkey);
    if (name === id) return;
    this.#accounts.set(name, id);
    this.#names.set(id, name);
  }

  #forget(id: Id): void {
    const name = this.#names.get(id);
    if (name === undefined) return;
    this.#names.delete(id);
    if (this.#accounts.get(name) === id) this.#accounts.delete(name);
  }
}
