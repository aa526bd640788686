import type { Id } from '#core/bytes/bytes.ts';
import { creationCooldownElapsed } from '#core/operations/validate.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Deal, Street } from './shops.ts';

/** An account keeps one part in so many of what it has, for the accounts it creates later; its child gets the rest. */
const KEPT = 64n;

/**
 * The descendants of one account: the first of all that has money and may create one. From then on each of them creates an account in
 * every window in which the cooldown lets it (03 A-2). To know how many there are takes no more than their birthdays: `measures/lineage.ts`.
 */
export class Lineage {
  readonly #newAccount: () => Id;
  readonly #members: Id[] = [];

  /** `newAccount`: the id of one that does not exist and that nobody else uses. */
  constructor(newAccount: () => Id) {
    this.#newAccount = newAccount;
  }

  /** What is dealt because `settled` is final. */
  next({ state, window, network }: Settled, { accounts, isBusy }: Street): readonly Deal[] {
    const { params, rules } = network;
    /** What a new account gets from this one now; 0: there is none. */
    const dowry = (account: Id): bigint => {
      const record = state.account(account);
      if (record === undefined || isBusy(account)) return 0n;
      if (!creationCooldownElapsed(record, window + 1, rules, params.tau2Windows)) return 0n;
      return record.balance - (record.balance + KEPT - 1n) / KEPT;
    };
    if (this.#members.length === 0)
      this.#members.push(...accounts.filter((account) => dowry(account) > 0n).slice(0, 1));
    const deals = this.#members.flatMap((sender): Deal[] => {
      const amount = dowry(sender);
      return amount === 0n ? [] : [{ sender, link: this.#newAccount(), amount, delay: 0, isPayment: false }];
    });
    this.#members.push(...deals.map(({ link }) => link as Id));
    return deals;
  }
}
