import type { Id } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { IdSet } from '../collections/id-map.ts';
import { settledSupply } from '../genesis/derived.ts';
import type { Params } from '../genesis/params.ts';
import type { NodeRecord } from '../state/records.ts';
import { isPrunable, snapshotted } from './account-epoch.ts';
import type { Draft } from './draft.ts';
import type { Prework } from './prework.ts';

/** A τ₂ boundary ends an epoch; window 0 is none (01 §1). */
export const isBoundary = (window: number, tau2Windows: bigint): boolean =>
  window > 0 && BigInt(window) % tau2Windows === 0n;

/** What left the tables at a boundary, ascending. */
export interface Pruned {
  readonly accounts: readonly Id[];
  readonly nodes: readonly Id[];
}

/**
 * Steps 3.6 and 3.7 of 04 §11 on the tables, in the order of 02 §9.3. Reads every account, unless `prework` did so before: then only
 * those the draft changed, and the operators of waiting candidates.
 */
export const closeEpoch = (draft: Draft, window: number, params: Params, prework?: Prework): Pruned => {
  rotateCheckpoints(draft);
  const { supply, pruned } =
    prework === undefined
      ? closeAccounts(draft, window, params.pruningIdleWindows)
      : closeChanged(draft, window, params.pruningIdleWindows, prework);
  const nodes = pruneNodes(draft, window, params.tau2Windows);
  auditSupply(supply, window, params.emissionMoneta);
  return { accounts: pruned.sorted(), nodes };
};

/** Checkpoints move left, the newest is chain_length; the snapshot is what grew since the oldest (02 §4.3). */
const rotateCheckpoints = (draft: Draft): void => {
  for (const node of draft.nodes()) {
    const chainLengthCheckpoints = [...node.chainLengthCheckpoints.slice(1), node.chainLength];
    const oldest = chainLengthCheckpoints[0] as bigint;
    draft.putNode({ ...node, chainLengthCheckpoints, chainLengthSnapshot: node.chainLength - oldest });
  }
};

interface ClosedAccounts {
  /** Sum of all balances, in moneta. */
  readonly supply: bigint;
  readonly pruned: IdSet;
}

/** Snapshot of every account, then pruning (02 §9.1, §9.3): the two do not look at other accounts, so one pass does both. */
const closeAccounts = (draft: Draft, window: number, idleWindows: bigint): ClosedAccounts => {
  const waiting = operatorsWaiting(draft);
  const pruned = new IdSet();
  let supply = 0n;
  for (const account of draft.accounts()) {
    supply += account.balance;
    const after = snapshotted(account);
    if (isPrunable(account, window, idleWindows) && !waiting.has(account.accountId)) {
      pruned.add(account.accountId);
      draft.removeAccount(account.accountId);
    } else if (after !== account) draft.putAccount(after);
  }
  return { supply, pruned };
};

/** The same, where all accounts of the settled state were closed before: those whose case is another one now. */
const closeChanged = (draft: Draft, window: number, idleWindows: bigint, prework: Prework): ClosedAccounts => {
  const waiting = operatorsWaiting(draft);
  const pruned = IdSet.from(prework.pruned.sorted());
  const spared = waiting.sorted().filter((accountId) => pruned.has(accountId));
  const supply = prework.supply + draft.supplyChange();
  for (const accountId of [...draft.changedAccounts(), ...spared]) {
    const account = draft.account(accountId);
    if (account === undefined) continue;
    if (isPrunable(account, window, idleWindows) && !waiting.has(accountId)) {
      pruned.add(accountId);
      draft.removeAccount(accountId);
    } else {
      pruned.delete(accountId);
      draft.putAccount(snapshotted(account));
    }
  }
  draft.readAccountsOf(prework.state);
  return { supply, pruned };
};

/** Operator accounts that candidates name. */
const operatorsWaiting = (draft: Draft): IdSet =>
  IdSet.from(Array.from(draft.candidates(), ({ operatorAccountId }) => operatorAccountId));

/** Nodes unseen for more than 8τ₂ leave; the operator flag goes with the last node that names the account (02 §9.2). */
const pruneNodes = (draft: Draft, window: number, tau2Windows: bigint): readonly Id[] => {
  const pruned: NodeRecord[] = [];
  const operators = new IdSet();
  for (const node of draft.nodes()) {
    if (idleWindows(node, window) > 8n * tau2Windows) pruned.push(node);
    else operators.add(node.operatorAccountId);
  }
  for (const { nodeId, operatorAccountId } of pruned) {
    draft.removeNode(nodeId);
    const operator = draft.account(operatorAccountId);
    if (operator === undefined || operators.has(operatorAccountId)) continue;
    draft.putAccount({ ...operator, isNodeOperator: false });
  }
  return pruned.map(({ nodeId }) => nodeId);
};

/** Windows since a node was last seen, or since it started (02 §4.2). */
const idleWindows = ({ lastConfirmationWindow, startWindow }: NodeRecord, window: number): bigint =>
  BigInt(window) - (lastConfirmationWindow > startWindow ? lastConfirmationWindow : startWindow);

/** Σ balance = emission × window, or the node halts (02 §9.3, 03 §8.2). */
const auditSupply = (supply: bigint, window: number, emissionMoneta: bigint): void => {
  const due = settledSupply(emissionMoneta, window);
  if (supply !== due) throw new FatalInvariant(`supply is ${supply} after window ${window}, not ${due}`);
};
