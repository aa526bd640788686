import type { Id } from '#core/bytes/bytes.ts';
import { creationCooldownElapsed } from '#core/operations/validate.ts';
import type { AccountRecord } from '#core/state/records.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Stream } from '#sim/kernel/streams.ts';
import type { Scenario } from './scenario.ts';

/** Payments that a shop can make before it is paid. */
const FLOAT = 4n;

/**
 * Shops pay at any time within so many microseconds after a window is final. Later ones would miss the bundles of the next window, be
 * settled a window later, and so keep the shop from paying once a window: an account has one operation under way.
 */
const TRADE = 30_000_000;

/** A transfer somebody makes because a window is final. */
export interface Deal {
  readonly sender: Id;
  /** One that does not exist is created by the transfer; undefined: a new one, which joins the accounts of all users. */
  readonly link: Id | undefined;
  readonly amount: bigint;
  /** Microseconds after the window is final. */
  readonly delay: number;
  /** A payment of a shop; the others only bring money to the shops. */
  readonly isPayment: boolean;
}

/** What those who deal know of the users of a run. Accounts are those of the founders, then those created, in the order of their creation. */
export interface Street {
  readonly accounts: readonly Id[];
  /** An operation of its own is under way. */
  isBusy(account: Id): boolean;
  /** Its node is up. */
  isOpen(account: Id): boolean;
}

/**
 * The shops of a run: its first `count` accounts. There is no money at first, and each window brings 13 Ɉ to its winner. So whoever
 * has enough for two shops gives half away: to a new account as long as there are too few, else to a shop with too little, else to
 * an account that may still create one and has too little for that. Once every shop has what `FLOAT` payments take, trade begins:
 * in every window each pays the next one that is open.
 */
export class Shops {
  readonly #count: number;
  readonly #amount: bigint;
  readonly #stream: Stream;
  /** Who was given something and by whom, while it is under way. */
  readonly #given = new Map<Id, Id>();
  /** Trade goes on from its first window, whoever runs short. */
  #isTrading = false;

  constructor({ count, amount }: NonNullable<Scenario['workload']['shops']>, stream: Stream) {
    this.#count = count;
    this.#amount = BigInt(amount);
    this.#stream = stream;
  }

  /** What is dealt because `settled` is final. */
  next(settled: Settled, street: Street): readonly Deal[] {
    const shops = street.accounts.slice(0, this.#count).filter((account) => street.isOpen(account));
    if (!this.#isTrading) {
      const gifts = this.#gifts(settled, street, shops);
      this.#isTrading = gifts.length === 0 && this.#areFunded(settled, street, shops);
      if (!this.#isTrading) return gifts;
    }
    return shops.flatMap((sender, i): Deal[] => {
      const link = shops[(i + 1) % shops.length] as Id;
      const { balance = 0n } = settled.state.account(sender) ?? {};
      if (street.isBusy(sender) || balance < this.#amount || link === sender) return [];
      return [{ sender, link, amount: this.#amount, delay: this.#stream.below(TRADE), isPayment: true }];
    });
  }

  #areFunded({ state }: Settled, { accounts }: Street, shops: readonly Id[]): boolean {
    const float = FLOAT * this.#amount;
    return accounts.length >= this.#count && shops.every((shop) => (state.account(shop)?.balance ?? 0n) >= float);
  }

  #gifts({ state, window, network }: Settled, street: Street, shops: readonly Id[]): readonly Deal[] {
    const { accounts } = street;
    const { params, rules } = network;
    const float = FLOAT * this.#amount;
    for (const [receiver, giver] of this.#given) if (!street.isBusy(giver)) this.#given.delete(receiver);
    let missing = this.#count - accounts.length;
    const mayCreate = (record: AccountRecord): boolean =>
      missing > 0 && creationCooldownElapsed(record, window + 1, rules, params.tau2Windows);
    const wants = (shop: Id, wanted: bigint, isFit: (record: AccountRecord) => boolean): boolean => {
      const record = state.account(shop);
      return record !== undefined && record.balance < wanted && !this.#given.has(shop) && isFit(record);
    };
    const poor = shops.filter((shop) => wants(shop, float, () => true));
    const creators = shops.filter((shop) => !poor.includes(shop) && wants(shop, 2n * float, mayCreate));
    const gifts: Deal[] = [];
    for (const sender of accounts) {
      const record = state.account(sender);
      if (record === undefined || record.balance < 2n * float) continue;
      if (street.isBusy(sender) || !street.isOpen(sender)) continue;
      const gift = { sender, amount: record.balance / 2n, delay: 0, isPayment: false };
      if (mayCreate(record)) {
        missing--;
        gifts.push({ ...gift, link: undefined });
        continue;
      }
      const link = poor.shift() ?? (missing > 0 ? creators.shift() : undefined);
      if (link === undefined) continue;
      this.#given.set(link, sender);
      gifts.push({ ...gift, link });
    }
    return gifts;
  }
}
