import type { Id } from '../bytes/bytes.ts';
import type { Result } from '../bytes/result.ts';
import { IdSet } from '../collections/id-map.ts';
import { accountId } from '../crypto/ids.ts';
import { SUITE_ML_DSA_65 } from '../crypto/suite.ts';
import { isProven, listedWindow } from '../entry/waiting.ts';
import { settledSupply } from '../genesis/derived.ts';
import {
  type CandidateRecord,
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeNodeRecord,
  type NodeRecord,
} from '../state/records.ts';
import { rootsOf } from '../state/roots.ts';
import type { Table } from '../state/state.ts';
import { rootOf } from '../state/tree.ts';
import type { State } from '../state/view.ts';
import type { Settled } from './settled.ts';

/** What of 02 §4.1 and §10 a settled state breaks, in the order of the checks. */
export type StateFault =
  | 'WrongKey'
  | 'UnsupportedSuite'
  | 'ZeroChainLength'
  | 'BadCheckpoints'
  | 'OperatorNotFlagged'
  | 'FlagWithoutNode'
  | 'BadOperatorBinding'
  | 'WrongExpiry'
  | 'NodeIsCandidate'
  | 'OperatorOfTwoCandidates'
  | 'WrongSupply'
  | 'RootMismatch';

/**
 * The self-check of 02 §10, after load and in tests after each window: undefined, or the first broken invariant. Reads every record
 * and builds the three trees anew from their leaves: about 250 hashes a record.
 */
export const selfCheck = (settled: Settled): StateFault | undefined =>
  keyFault(settled.state) ??
  nodeFault(settled.state) ??
  flagFault(settled.state) ??
  candidateFault(settled) ??
  supplyFault(settled) ??
  rootFault(settled.state);

/** Keys equal the ids inside records. */
const keyFault = (state: State): StateFault | undefined => {
  const isSound =
    keysMatch(state, 'account', decodeAccountRecord, ({ accountId }) => accountId) &&
    keysMatch(state, 'node', decodeNodeRecord, ({ nodeId }) => nodeId) &&
    keysMatch(state, 'candidate', decodeCandidateRecord, ({ nodeId }) => nodeId);
  return isSound ? undefined : 'WrongKey';
};

const keysMatch = <T>(
  state: State,
  table: Table,
  decode: (bytes: Uint8Array) => Result<T>,
  idOf: (record: T) => Id,
): boolean => {
  for (const [key, bytes] of state.range(table)) {
    const record = decode(bytes);
    if (!record.ok || idOf(record.value) !== key) return false;
  }
  return true;
};

/** 02 §4.1, a node's own fields. */
const nodeFault = (state: State): StateFault | undefined => {
  for (const node of state.nodes()) {
    if (node.suiteId !== SUITE_ML_DSA_65) return 'UnsupportedSuite';
    if (node.chainLength < 1n) return 'ZeroChainLength';
    if (!areCheckpoints(node)) return 'BadCheckpoints';
  }
  return undefined;
};

/** Non-decreasing, each at most chain_length. */
const areCheckpoints = ({ chainLengthCheckpoints, chainLength }: NodeRecord): boolean =>
  [...chainLengthCheckpoints, chainLength].every((length, i, all) => i === 0 || length >= (all[i - 1] as bigint));

/** is_node_operator = 1 exactly where some node names the account. */
const flagFault = (state: State): StateFault | undefined => {
  const operators = new IdSet();
  for (const { operatorAccountId } of state.nodes()) {
    operators.add(operatorAccountId);
    if (state.account(operatorAccountId)?.isNodeOperator !== true) return 'OperatorNotFlagged';
  }
  for (const account of state.accounts()) {
    if (account.isNodeOperator && !operators.has(account.accountId)) return 'FlagWithoutNode';
  }
  return undefined;
};

const candidateFault = ({ state, network, window }: Settled): StateFault | undefined => {
  const operators = new IdSet();
  for (const candidate of state.candidates()) {
    const { nodeId, suiteId, operatorPubkey, operatorAccountId } = candidate;
    if (operatorAccountId !== accountId(suiteId, operatorPubkey)) return 'BadOperatorBinding';
    if (!expiresInTime(candidate, window, network.params.candidateExpiryWindows)) return 'WrongExpiry';
    if (state.node(nodeId) !== undefined) return 'NodeIsCandidate';
    if (operators.has(operatorAccountId)) return 'OperatorOfTwoCandidates';
    operators.add(operatorAccountId);
  }
  return undefined;
};

/** A proven candidate stays that many windows; an unproven one was listed in some window before. */
const expiresInTime = (candidate: CandidateRecord, window: number, expiryWindows: bigint): boolean =>
  isProven(candidate)
    ? candidate.expires === candidate.registrationWindow + expiryWindows
    : listedWindow(candidate) > 0 && listedWindow(candidate) <= window;

/** Σ balance = emission × window; nothing before window 0. */
const supplyFault = ({ state, window, network }: Settled): StateFault | undefined => {
  let supply = 0n;
  for (const { balance } of state.accounts()) supply += balance;
  const due = window < 0 ? 0n : settledSupply(network.params.emissionMoneta, window);
  return supply === due ? undefined : 'WrongSupply';
};

/** The roots kept are those of the records. */
const rootFault = (state: State): StateFault | undefined => {
  const root = (table: Table): Id => rootOf(state.range(table));
  const { stateRoot } = rootsOf(root('node'), root('candidate'), root('account'));
  return stateRoot === state.stateRoot() ? undefined : 'RootMismatch';
};
