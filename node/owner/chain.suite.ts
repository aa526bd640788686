import type { Id } from '#core/bytes/bytes.ts';
import { toHex } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { MONTANA } from '#core/genesis/rules.ts';
import { MemoryAccounts } from '#core/operations/accounts.suite.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import { settleOperations } from '#core/operations/settle.ts';
import { validateOperation } from '#core/operations/validate.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { liveSuite } from '#node/shell/suite.ts';
import type { Chain, HistoryOperation, OperationState } from './chain.ts';

const { verify } = liveSuite();

const founder = { accountPubkey: new Uint8Array(1952).fill(1), nodePubkey: new Uint8Array(1952).fill(2) };

export const genesis = buildGenesis({ params: DEVNET, rules: MONTANA, founders: [founder] });
export const { network } = genesis;

/** A node that holds what it is told and closes a window whenever nobody asks: the rules of accounts, without a network. */
export class FakeChain implements Chain {
  readonly accounts: MemoryAccounts;
  readonly said: Operation[] = [];
  window = 0;
  /** Takes the place of what the node would say of every operation. */
  reason: string | undefined;
  /** Whether it forgets what it held with each window, as a node that starts again. */
  isForgetful = false;
  /** Called before a window is closed. */
  before: () => void = () => undefined;
  #held: Operation[] = [];
  readonly #settled: HistoryOperation[] = [];

  constructor(records: readonly AccountRecord[] = []) {
    this.accounts = new MemoryAccounts(records);
  }

  async account(id: Id) {
    const record = this.accounts.account(id);
    const account =
      record === undefined
        ? null
        : { ...record, balance: String(record.balance), currentPubkey: toHex(record.currentPubkey) };
    return { window: this.window, stateRoot: '', account };
  }

  /** One operation an answer. */
  async history(id: Id, before = Number.MAX_SAFE_INTEGER) {
    const mine = this.#settled.filter(
      (operation) =>
        operation.window < before && (operation.sender === id || ('link' in operation && operation.link === id)),
    );
    return { operations: mine.slice(-1), next: mine.length > 1 ? mine.at(-1)!.window : null, oldest: 0 };
  }

  async state(operation: Id): Promise<OperationState> {
    const window = this.#settled.find(({ id }) => id === operation)?.window ?? null;
    if (window !== null) return { operation, state: 'settled', window, reason: null };
    if (this.reason !== undefined) return { operation, state: 'rejected', window: null, reason: this.reason };
    const isHeld = this.#held.some(({ id }) => id === operation);
    return { operation, state: isHeld ? 'pending' : 'unknown', window: null, reason: null };
  }

  async submit(bytes: Uint8Array) {
    const operation = decodeOperation(bytes);
    if (!operation.ok) throw new Error(operation.error);
    this.said.push(operation.value);
    const { rules, params } = network;
    const { accounts, window } = this;
    const fault = validateOperation(operation.value, accounts, window + 1, rules, params.tau2Windows, verify);
    if (fault === undefined && this.reason === undefined) this.#held.push(operation.value);
    return { verdict: fault === undefined ? 'accept' : `reject: ${fault}` };
  }

  async next(after: number) {
    while (this.window <= after) this.close();
    return this.window;
  }

  async moment() {
    this.close();
  }

  /** Closes a window with what is held, and more. */
  close(...more: readonly Operation[]): void {
    this.before();
    if (this.isForgetful) this.#held = [];
    this.window++;
    const basis = {
      window: this.window,
      tau2Windows: network.params.tau2Windows,
      rules: network.rules,
      genesisHash: network.genesisHash,
    };
    const receipts = settleOperations([...this.#held, ...more], this.accounts, basis, verify);
    this.#held = [];
    for (const { operation, fault } of receipts) if (fault === undefined) this.#settled.push(this.#kept(operation));
  }

  #kept(operation: Operation): HistoryOperation {
    const common = { id: operation.id, window: this.window, prevHash: operation.prevHash, sender: operation.sender };
    switch (operation.type) {
      case 'Transfer':
        return { ...common, type: operation.type, link: operation.link, amount: String(operation.amount) };
      case 'TransferModeB':
        return {
          ...common,
          type: operation.type,
          link: operation.link,
          amount: String(operation.amount),
          suiteId: operation.suiteId,
          receiverPubkey: toHex(operation.receiverPubkey),
        };
      case 'ChangeKey':
        return {
          ...common,
          type: operation.type,
          newSuiteId: operation.newSuiteId,
          newPubkey: toHex(operation.newPubkey),
        };
      case 'Anchor':
        return { ...common, type: operation.type, appId: operation.appId, dataHash: operation.dataHash };
    }
  }
}
