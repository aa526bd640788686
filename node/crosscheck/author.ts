import { ascii, type Id } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import { hashId, sha256 } from '#core/crypto/hash.ts';
import { accountId, appId } from '#core/crypto/ids.ts';
import { type SigningKey, SUITE_ML_DSA_65, type Suite } from '#core/crypto/suite.ts';
import { makeOperation, type OperationFields } from '#core/operations/codec.ts';
import { validateOperationUnsigned } from '#core/operations/validate.ts';
import type { Scheduled } from '#core/participant/schedule.ts';
import type { AccountRecord } from '#core/state/records.ts';
import type { Settled } from '#core/transition/settled.ts';

/** Every type of operation, in turn. */
const TYPES = ['Anchor', 'TransferModeB', 'Transfer', 'ChangeKey'] as const;

/** Windows from the state an operation is made from to the first bundle that may list it: time to hand it to everybody. */
export const LEAD = 2;

const APP = appId('montana-crosscheck');

interface Owned {
  readonly id: Id;
  key: SigningKey;
  /** The operation it waits for, and the key that is in force once it settled. */
  pending: { readonly id: Id; readonly key: SigningKey } | undefined;
}

/**
 * Writes operations of every type for accounts whose keys it holds, valid where they are listed in the window they are meant for. Keys
 * are test keys: they follow from a number.
 */
export class Author {
  readonly #suite: Suite;
  readonly #accounts: Owned[];
  #keys = 0;
  #turn = 0;

  constructor(suite: Suite, founders: readonly SigningKey[]) {
    this.#suite = suite;
    this.#accounts = founders.map((key) => owned(key));
  }

  /** At most one operation of each type for the window two after `settled`. */
  next(settled: Settled): readonly Scheduled[] {
    for (const account of this.#accounts) this.#settle(account, settled);
    const notBefore = settled.window + LEAD;
    return TYPES.flatMap((type) => {
      const operation = this.#operation(type, settled, notBefore);
      return operation === undefined ? [] : [{ operation, notBefore }];
    });
  }

  #settle(account: Owned, { state }: Settled): void {
    const { pending } = account;
    if (pending === undefined || state.account(account.id)?.frontierHash !== pending.id) return;
    account.key = pending.key;
    account.pending = undefined;
  }

  /** Of the accounts in turn the first that can do it. */
  #operation(type: (typeof TYPES)[number], { state, network }: Settled, window: number): Operation | undefined {
    const { rules, params } = network;
    this.#turn++;
    for (let i = 0; i < this.#accounts.length; i++) {
      const author = this.#accounts[(this.#turn + i) % this.#accounts.length] as Owned;
      const record = author.pending === undefined ? state.account(author.id) : undefined;
      if (record === undefined) continue;
      const newKey = type === 'ChangeKey' || type === 'TransferModeB' ? this.#newKey() : author.key;
      const fields = this.#fields(type, author.id, record, newKey);
      if (fields === undefined) continue;
      const operation = makeOperation(fields, author.key);
      if (validateOperationUnsigned(operation, state, window, rules, params.tau2Windows) !== undefined) continue;
      author.pending = { id: operation.id, key: type === 'ChangeKey' ? newKey : author.key };
      if (type === 'TransferModeB') this.#accounts.push(owned(newKey));
      return operation;
    }
    return undefined;
  }

  #fields(
    type: (typeof TYPES)[number],
    sender: Id,
    { frontierHash: prevHash, balance }: AccountRecord,
    { publicKey }: SigningKey,
  ): OperationFields | undefined {
    const own = { sender, prevHash };
    const amount = balance / 4n;
    switch (type) {
      case 'Anchor':
        return { type, ...own, appId: APP, dataHash: hashId('mt-content-manifest', ascii(`${this.#turn}`)) };
      case 'TransferModeB':
        return {
          type,
          ...own,
          amount,
          link: accountId(SUITE_ML_DSA_65, publicKey),
          suiteId: SUITE_ML_DSA_65,
          receiverPubkey: publicKey,
        };
      case 'Transfer': {
        const receiver = this.#accounts.find(({ id, pending }) => id !== sender && pending === undefined);
        return receiver && { type, ...own, amount, link: receiver.id };
      }
      case 'ChangeKey':
        return { type, ...own, newSuiteId: SUITE_ML_DSA_65, newPubkey: publicKey };
    }
  }

  #newKey(): SigningKey {
    return this.#suite.key(sha256(ascii(`montana-crosscheck/key/${this.#keys++}`)));
  }
}

const owned = (key: SigningKey): Owned => ({ id: accountId(SUITE_ML_DSA_65, key.publicKey), key, pending: undefined });
