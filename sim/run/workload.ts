import { ascii, compareIds, type Id } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import { hashId, sha256 } from '#core/crypto/hash.ts';
import { accountId, appId } from '#core/crypto/ids.ts';
import { type SigningKey, SUITE_ML_DSA_65, type Suite } from '#core/crypto/suite.ts';
import { makeOperation } from '#core/operations/codec.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { AccountRecord } from '#core/state/records.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Stream } from '#sim/kernel/streams.ts';
import { Lineage } from './lineage.ts';
import { Replayer } from './replayer.ts';
import type { Scenario } from './scenario.ts';
import { type Deal, Shops, type Street } from './shops.ts';
import { Sleepers } from './sleepers.ts';

/** An operation and the host it is handed to. */
export interface Submission {
  readonly host: number;
  readonly operation: Operation;
  /** Microseconds after the window is final. */
  readonly delay: number;
  /** A user waits for it: not so for what only brings money to the shops. */
  readonly isPayment: boolean;
}

/** Windows after which an operation that did not settle is given up. */
const PATIENCE = 4;

/**
 * The users of a run: real signed operations of accounts whose keys the run holds, drawn from a stream of their own. After every
 * window some accounts without a pending operation transfer, anchor, or create another account. Nobody submits at a host that is
 * down; that a host is not honest its users do not know.
 */
export class Workload {
  readonly #scenario: Scenario;
  readonly #suite: Suite;
  readonly #stream: Stream;
  readonly #keys = new Map<Id, SigningKey>();
  /** Accounts in the order they came to exist. */
  readonly #accounts: Id[] = [];
  /** The host that an account deals at: founders their own, the others in turn. */
  readonly #hosts = new Map<Id, number>();
  /** The operation each account waits for, and since when. */
  readonly #pending = new Map<Id, { readonly id: Id; readonly window: number }>();
  readonly #app = appId('montana-sim');
  readonly #isUp: (host: number) => boolean;
  /** Those who deal, one after another: nobody deals for an account that another has just dealt for. */
  readonly #dealers: readonly { next(settled: Settled, street: Street): readonly Deal[] }[];
  readonly #replayer: Replayer | undefined;
  #created = 0;
  submitted = 0;
  settled = 0;

  constructor(
    scenario: Scenario,
    suite: Suite,
    stream: Stream,
    founders: readonly SigningKey[],
    isUp: (host: number) => boolean,
  ) {
    this.#scenario = scenario;
    this.#suite = suite;
    this.#stream = stream;
    this.#isUp = isUp;
    for (const key of founders) this.#accounts.push(this.#hold(key));
    const { shops, sleepers, lineage, replayer } = scenario.workload;
    const newAccount = (): Id => this.#newAccount();
    this.#dealers = [
      ...(shops === undefined ? [] : [new Shops(shops, stream)]),
      ...(sleepers === undefined ? [] : [new Sleepers(sleepers, newAccount)]),
      ...(lineage ? [new Lineage(newAccount)] : []),
    ];
    this.#replayer = replayer ? new Replayer() : undefined;
  }

  #hold(key: SigningKey): Id {
    const id = accountId(SUITE_ML_DSA_65, key.publicKey);
    this.#hosts.set(id, this.#keys.size % this.#scenario.nodes);
    this.#keys.set(id, key);
    return id;
  }

  /** An account whose key the run holds; it does not exist yet. */
  #newAccount(): Id {
    return this.#hold(this.#suite.key(sha256(ascii(`montana-sim/${this.#scenario.seed}/created/${this.#created++}`))));
  }

  /** A window is final: what users submit because of it. */
  next(record: FinalRecord): readonly Submission[] {
    const { settled, operations, entry } = record;
    const applied = new Set(entry.operations);
    for (const { sender, id } of operations) {
      if (this.#pending.get(sender)?.id !== id || !applied.has(id)) continue;
      this.#pending.delete(sender);
      this.settled++;
    }
    for (const [account, { window }] of this.#pending) {
      if (window + PATIENCE < settled.window) this.#pending.delete(account);
    }
    const { transfers, anchors, creations } = this.#scenario.workload;
    const submissions: Submission[] = [];
    const add = (count: number, make: (sender: Id, key: SigningKey) => Operation | undefined): void => {
      for (let i = 0; i < count; i++) {
        const sender = this.#accounts[this.#stream.below(this.#accounts.length)] as Id;
        const host = this.#stream.below(this.#scenario.nodes);
        if (this.#pending.has(sender) || !this.#isUp(host)) continue;
        const operation = make(sender, this.#keys.get(sender) as SigningKey);
        if (operation !== undefined) submissions.push(this.#submit(settled, { host, operation }));
      }
    };
    const { state } = settled;
    add(transfers, (sender, key) => {
      const account = state.account(sender);
      const link = this.#accounts[this.#stream.below(this.#accounts.length)] as Id;
      if (account === undefined || account.balance < 2n || link === sender || state.account(link) === undefined) return;
      const amount = 1n + (BigInt(this.#stream.next()) % (account.balance / 2n));
      return makeOperation({ type: 'Transfer', prevHash: account.frontierHash, sender, link, amount }, key);
    });
    add(anchors, (sender, key) => {
      const account = state.account(sender);
      if (account === undefined) return;
      const dataHash = hashId('mt-content-manifest', this.#stream.bytes(32));
      return makeOperation({ type: 'Anchor', prevHash: account.frontierHash, sender, appId: this.#app, dataHash }, key);
    });
    add(creations, (sender, key) => {
      const account = state.account(sender);
      if (account === undefined || account.balance < 2n || account.lastAccountCreationWindow > 0) return;
      return this.#creation(account, account.balance / 2n, this.#newUser(), key);
    });
    submissions.push(...this.#deals(settled), ...this.#replays(record));
    return submissions.sort((a, b) => compareIds(a.operation.id, b.operation.id));
  }

  #deals(settled: Settled): readonly Submission[] {
    const street: Street = {
      accounts: this.#accounts,
      isBusy: (account) => this.#pending.has(account),
      isOpen: (account) => this.#isUp(this.#hosts.get(account) as number),
    };
    return this.#dealers.flatMap((dealer) => {
      // A copy: the accounts that these deals create come after all there are.
      const deals = dealer.next(settled, { ...street, accounts: [...this.#accounts] });
      return deals.map((deal) => this.#deal(settled, deal));
    });
  }

  #deal(settled: Settled, { sender, link = this.#newUser(), amount, delay, isPayment }: Deal): Submission {
    const { state } = settled;
    const account = state.account(sender) as AccountRecord;
    const key = this.#keys.get(sender) as SigningKey;
    const operation =
      state.account(link) === undefined
        ? this.#creation(account, amount, link, key)
        : makeOperation({ type: 'Transfer', prevHash: account.frontierHash, sender, link, amount }, key);
    return this.#submit(settled, { host: this.#hostOf(sender), operation, delay, isPayment });
  }

  /** The host that an account deals at; the next one that is up while it is down. */
  #hostOf(account: Id): number {
    const { nodes } = this.#scenario;
    const own = this.#hosts.get(account) as number;
    for (let i = 0; i < nodes; i++) if (this.#isUp((own + i) % nodes)) return (own + i) % nodes;
    return own;
  }

  /** What the attacker hands in, each to any host that is up. */
  #replays(record: FinalRecord): readonly Submission[] {
    const operations = this.#replayer?.next(record) ?? [];
    return operations.flatMap((operation) => {
      const host = this.#stream.below(this.#scenario.nodes);
      return this.#isUp(host) ? [{ host, operation, delay: 0, isPayment: false }] : [];
    });
  }

  /** A new account that joins those of all users. */
  #newUser(): Id {
    const id = this.#newAccount();
    this.#accounts.push(id);
    return id;
  }

  /** A transfer to an account that does not exist, and whose key the run holds. */
  #creation({ accountId: sender, frontierHash }: AccountRecord, amount: bigint, link: Id, key: SigningKey): Operation {
    const { publicKey: receiverPubkey } = this.#keys.get(link) as SigningKey;
    const fields = { suiteId: SUITE_ML_DSA_65, receiverPubkey, amount };
    return makeOperation({ type: 'TransferModeB', prevHash: frontierHash, sender, link, ...fields }, key);
  }

  #submit(
    { window }: Settled,
    { delay = 0, isPayment = true, ...submission }: Pick<Submission, 'host' | 'operation'> & Partial<Submission>,
  ): Submission {
    const { sender, id } = submission.operation;
    this.#pending.set(sender, { id, window });
    this.submitted++;
    return { ...submission, delay, isPayment };
  }
}
