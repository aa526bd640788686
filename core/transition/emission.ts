import type { Id } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { withCredit } from '../operations/settle.ts';
import type { Draft } from './draft.ts';

/** Step 2: the reward of the window before, `emission` moneta, to an operator account (04 §11, §12). Window 0 pays nobody. */
export const payEmission = (draft: Draft, payee: Id, emission: bigint): void => {
  const account = draft.account(payee);
  if (account === undefined) throw new FatalInvariant(`no account ${payee} to receive the emission`);
  draft.putAccount(withCredit(account, emission));
};

/** The operator account of a node that has just won. */
export const operatorOf = (draft: Draft, nodeId: Id): Id => {
  const node = draft.node(nodeId);
  if (node === undefined) throw new FatalInvariant(`winner ${nodeId} is no node`);
  return node.operatorAccountId;
};
