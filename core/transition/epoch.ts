import type { Id } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { IdSet } from '../collections/id-map.ts';
import { settledSupply } from '../genesis/derived.ts';
import type { Params } from '../genesis/params.ts';
import type { AccountRecord, NodeRecord } from '../state/records.ts';
import type { Draft } from './draft.ts';

/** A τ₂ boundary ends an epoch; window 0 is none (01 §1). */
export const isBoundary = (window: number, tau2Windows: bigint): boolean =>
  window > 0 && BigInt(window) % tau2Windows === 0n;

/** What left the tables at a boundary, ascending. */
export interface Pruned {
  readonly accounts: readonly Id[];
  readonly nodes: readonly Id[];
}

/** Steps 3.6 and 3.7 of 04 §11 on the tables, in the order of 02 §9.3. Reads every account: only a boundary may. */
export const closeEpoch = (draft: Draft, window: number, params: Params): Pruned => {
  rotateCheckpoints(draft);
  snapshotAccounts(draft);
  const accounts = pruneAccounts(draft, window, params.pruningIdleWindows);
  const nodes = pruneNodes(draft, window, params.tau2Windows);
  auditSupply(draft, window, params.emissionMoneta);
  return { accounts, nodes };
};

/** Checkpoints move left, the newest is chain_length; the snapshot is what grew since the oldest (02 §4.3). */
const rotateCheckpoints = (draft: Draft): void => {
  for (const node of draft.nodes()) {
    const chainLengthCheckpoints = [...node.chainLengthCheckpoints.slice(1), node.chainLength];
    const oldest = chainLengthCheckpoints[0] as bigint;
    draft.putNode({ ...node, chainLengthCheckpoints, chainLengthSnapshot: node.chainLength - oldest });
  }
};

/** account_chain_length_snapshot := account_chain_length; records it would not change are skipped (02 §9.3). */
const snapshotAccounts = (draft: Draft): void => {
  for (const account of draft.accounts()) {
    const { accountChainLength } = account;
    if (account.accountChainLengthSnapshot === accountChainLength) continue;
    draft.putAccount({ ...account, accountChainLengthSnapshot: accountChainLength });
  }
};

/** Empty accounts idle for `idleWindows` or longer leave, unless they operate a node or a waiting candidate (02 §9.1). */
const pruneAccounts = (draft: Draft, window: number, idleWindows: bigint): readonly Id[] => {
  const waiting = IdSet.from(Array.from(draft.candidates(), ({ operatorAccountId }) => operatorAccountId));
  const pruned: Id[] = [];
  for (const account of draft.accounts()) {
    if (isPrunable(account, window, idleWindows) && !waiting.has(account.accountId)) pruned.push(account.accountId);
  }
  for (const accountId of pruned) draft.removeAccount(accountId);
  return pruned;
};

const isPrunable = (account: AccountRecord, window: number, idleWindows: bigint): boolean =>
  account.balance === 0n && !account.isNodeOperator && BigInt(account.lastOpWindow) + idleWindows <= BigInt(window);

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
const auditSupply = (draft: Draft, window: number, emissionMoneta: bigint): void => {
  let supply = 0n;
  for (const { balance } of draft.accounts()) supply += balance;
  const due = settledSupply(emissionMoneta, window);
  if (supply !== due) throw new FatalInvariant(`supply is ${supply} after window ${window}, not ${due}`);
};
