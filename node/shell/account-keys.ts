import { equalBytes, type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import { accountId } from '#core/crypto/ids.ts';
import { SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { type AccountRecord, decodeAccountRecord } from '#core/state/records.ts';
import type { State } from '#core/state/view.ts';

const nameOf = (key: Uint8Array): Id => accountId(SUITE_ML_DSA_65, key);

/** Accounts that one step of the walk looks at: some milliseconds. */
const STEP = 256;

/**
 * Whose current key a key is. An account is found by its first key; those that changed it are indexed: one walk through all
 * accounts after the start, and what each final window changed. Until the walk is over a changed key may not be known yet.
 */
export class AccountKeys {
  /** Current key of an account that changed it, as the id it would give, to that account; and back. */
  readonly #accounts = new Map<Id, Id>();
  readonly #names = new Map<Id, Id>();
  /** Where the walk goes on. */
  #next: Id = ZERO_ID;

  /** One step of the walk, in the state of now; false: it is over. */
  advance(state: State): boolean {
    let count = 0;
    for (const [id, bytes] of state.range('account', this.#next)) {
      if (count++ === STEP) {
        this.#next = id;
        return true;
      }
      this.#seeRecord(bytes);
    }
    return false;
  }

  final({ delta }: FinalRecord): void {
    for (const [id, bytes] of delta.account.records) {
      this.#forget(id);
      if (bytes !== null) this.#seeRecord(bytes);
    }
  }

  /** The account of a current key; a key that was rotated out is nobody's (06 §15 E-12). */
  accountOf(state: State, key: Uint8Array): Id | undefined {
    const name = nameOf(key);
    const owner = this.#accounts.get(name);
    if (owner !== undefined) return owner;
    const account = state.account(name);
    return account !== undefined && equalBytes(account.currentPubkey, key) ? name : undefined;
  }

  #seeRecord(bytes: Uint8Array): void {
    const account = decodeAccountRecord(bytes);
    if (account.ok) this.#see(account.value);
  }

  #see({ accountId: id, accountChainLength, currentPubkey }: AccountRecord): void {
    // Whoever never did anything has its first key: most accounts need no hashing.
    if (accountChainLength === 0) return;
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
