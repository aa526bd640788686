import type { Id } from '#core/bytes/bytes.ts';
import { creationCooldownElapsed } from '#core/operations/validate.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Scenario } from './scenario.ts';
import type { Deal, Street } from './shops.ts';

/** Payments of a sleeper before it falls asleep: half of what it has, then the rest. */
const PAYMENTS = 2;

/**
 * Microseconds after a window is final until an account is created again: every host has seen it vanish by then. One that has not
 * takes the transfer as stale for good (09 §12.12).
 */
const SEEN_EVERYWHERE = 10_000_000;

interface Sleeper {
  readonly account: Id;
  /** Who created it: its payments go back there. */
  patron: Id | undefined;
  /** How often it has come to exist. */
  births: number;
  /** In the last state. */
  exists: boolean;
}

/**
 * Accounts that fall idle: each is created by somebody with money, pays twice what it was given back to him, and does nothing more.
 * The last `dust` keep 1 nɈ, which keeps them in the table (03 A-3); the others leave it 4τ₂ windows later. The first `recreated` are
 * then given as much once more, under the same key, and do nothing with it. An operator whose node is down pays everything he has to
 * one whose node is up, so that his account can leave after his node.
 */
export class Sleepers {
  readonly #amount: bigint;
  /** From this one on they keep dust. */
  readonly #firstOfDust: number;
  readonly #recreated: number;
  readonly #sleepers: readonly Sleeper[];

  /** `newAccount`: the id of one that does not exist and that nobody else uses. */
  constructor({ count, amount, dust, recreated }: NonNullable<Scenario['workload']['sleepers']>, newAccount: () => Id) {
    this.#amount = BigInt(amount);
    this.#firstOfDust = count - dust;
    this.#recreated = recreated;
    this.#sleepers = Array.from({ length: count }, () => ({
      ...{ account: newAccount(), patron: undefined, births: 0, exists: false },
    }));
  }

  /** What is dealt because `settled` is final. */
  next(settled: Settled, street: Street): readonly Deal[] {
    const patrons = this.#patrons(settled, street);
    const deals = this.#departures(settled, street);
    this.#sleepers.forEach((sleeper, number) => {
      const record = settled.state.account(sleeper.account);
      if (record !== undefined && !sleeper.exists) sleeper.births++;
      sleeper.exists = record !== undefined;
      const { account, patron, births } = sleeper;
      if (record === undefined) {
        const isDue = births === 0 || (births === 1 && number < this.#recreated);
        const isUnderWay = patron !== undefined && street.isBusy(patron);
        const next = isDue && !isUnderWay ? patrons.shift() : undefined;
        if (next === undefined) return;
        sleeper.patron = next;
        const delay = births === 0 ? 0 : SEEN_EVERYWHERE;
        deals.push({ sender: next, link: account, amount: this.#amount, delay, isPayment: false });
      } else if (births === 1 && patron !== undefined && record.opHeight < PAYMENTS && !street.isBusy(account)) {
        const isLast = record.opHeight === PAYMENTS - 1;
        const dust = number < this.#firstOfDust ? 0n : 1n;
        const amount = isLast ? record.balance - dust : record.balance / 2n;
        deals.push({ sender: account, link: patron, amount, delay: 0, isPayment: true });
      }
    });
    return deals;
  }

  /** Who can create an account now. */
  #patrons({ state, window, network }: Settled, { accounts, isBusy, isOpen }: Street): Id[] {
    const { rules, params } = network;
    return accounts.filter((account) => {
      const record = state.account(account);
      if (record === undefined || record.balance < this.#amount || isBusy(account) || !isOpen(account)) return false;
      return creationCooldownElapsed(record, window + 1, rules, params.tau2Windows);
    });
  }

  #departures({ state }: Settled, { accounts, isBusy, isOpen }: Street): Deal[] {
    const heir = accounts.find(isOpen);
    if (heir === undefined) return [];
    return accounts.flatMap((sender): Deal[] => {
      const { isNodeOperator = false, balance = 0n } = state.account(sender) ?? {};
      if (!isNodeOperator || balance === 0n || isOpen(sender) || isBusy(sender)) return [];
      return [{ sender, link: heir, amount: balance, delay: 0, isPayment: false }];
    });
  }
}
