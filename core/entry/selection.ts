import { compareIds, equalBytes, type Id } from '../bytes/bytes.ts';
import { initialFrontier, newAccount, newNode } from '../genesis/births.ts';
import type { Params } from '../genesis/params.ts';
import type { Rules } from '../genesis/rules.ts';
import type { CandidateRecord } from '../state/records.ts';
import { selectionSortKey } from './sort-keys.ts';
import type { EntrySet } from './view.ts';
import { isProven } from './waiting.ts';

/** The window a selection event belongs to. */
export interface SelectionBasis {
  readonly window: number;
  /** T of the window. */
  readonly timechainValue: Id;
  /** Aggregate of the window before the last. */
  readonly aggregate: Id;
  /** Nodes active in the window, in S_{window−1}. */
  readonly activeNodes: number;
  readonly params: Pick<Params, 'selectionInterval' | 'admissionDivisor'>;
  readonly rules: Pick<Rules, 'admission' | 'birthFrontier'>;
  readonly genesisHash: Id;
}

/** What a window did to the candidate pool besides adding to it. */
export interface Selection {
  /** Nodes that could be admitted; undefined when no event was due. */
  readonly slots: number | undefined;
  /** Node ids, in selection order. */
  readonly admitted: readonly Id[];
  /** Node ids removed without using a slot, in selection order: their operator is a node's already, or changed its key. */
  readonly dropped: readonly Id[];
  /** Operator accounts that did not exist, in selection order. */
  readonly created: readonly Id[];
  /** Under `mesh`, the operator account of the admitted node: it receives the emission of the window (05 §6). */
  readonly bonus: Id | undefined;
}

/** Whether window W is one of every `interval`, and not 0 (05 §5, D-E10). */
export const isSelectionWindow = (window: number, interval: bigint): boolean =>
  window > 0 && BigInt(window) % interval === 0n;

/** Nodes an event under `admission: protocol` admits at most (05 §5). */
export const selectionSlots = (activeNodes: number, divisor: bigint): number =>
  Math.max(1, Number(BigInt(activeNodes) / divisor));

/** Slots of the event of this window, undefined when none is due; `mesh` has one with one slot in every window ≥ 1 (05 §6). */
const slotsDue = ({ window, activeNodes, params, rules }: SelectionBasis): number | undefined => {
  if (rules.admission === 'mesh') return window > 0 ? 1 : undefined;
  if (!isSelectionWindow(window, params.selectionInterval)) return undefined;
  return selectionSlots(activeNodes, params.admissionDivisor);
};

/** Candidates in the order they are called: sort key, then node_id (05 §5). */
export const selectionRank = <T extends { readonly nodeId: Id }>(
  candidates: Iterable<T>,
  timechainValue: Id,
  aggregate: Id,
): readonly T[] =>
  Array.from(candidates, (candidate) => ({
    candidate,
    key: selectionSortKey(timechainValue, aggregate, candidate.nodeId) + candidate.nodeId,
  }))
    .sort((a, b) => compareIds(a.key, b.key))
    .map(({ candidate }) => candidate);

/** Step 3a: candidates whose time is over leave the pool. Their node ids, ascending (04 §11). */
export const expireCandidates = (set: EntrySet, window: number): readonly Id[] => {
  const expired: Id[] = [];
  for (const { nodeId, expires } of set.candidates()) if (expires <= BigInt(window)) expired.push(nodeId);
  for (const nodeId of expired) set.removeCandidate(nodeId);
  return expired;
};

/** Step 3b, after expiry: the selection event, if one is due (05 §5, §6). Unproven candidates are not called. */
export const selectCandidates = (set: EntrySet, basis: SelectionBasis): Selection => {
  const slots = slotsDue(basis);
  const admitted: Id[] = [];
  const dropped: Id[] = [];
  const created: Id[] = [];
  let bonus: Id | undefined;
  if (slots === undefined) return { slots, admitted, dropped, created, bonus };
  const proven = [...set.candidates()].filter(isProven);
  for (const candidate of selectionRank(proven, basis.timechainValue, basis.aggregate)) {
    if (admitted.length === slots) break;
    set.removeCandidate(candidate.nodeId);
    const operator = set.account(candidate.operatorAccountId);
    if (operator !== undefined && (operator.isNodeOperator || hasOtherKey(candidate, operator.currentPubkey))) {
      dropped.push(candidate.nodeId);
      continue;
    }
    if (operator === undefined) created.push(candidate.operatorAccountId);
    admit(candidate, set, basis);
    admitted.push(candidate.nodeId);
    if (basis.rules.admission === 'mesh') bonus = candidate.operatorAccountId;
  }
  return { slots, admitted, dropped, created, bonus };
};

const hasOtherKey = ({ operatorPubkey }: CandidateRecord, currentPubkey: Uint8Array): boolean =>
  !equalBytes(operatorPubkey, currentPubkey);

/** A candidate becomes a node, its operator account a node operator's, made for it where there is none. */
const admit = (candidate: CandidateRecord, set: EntrySet, { window, rules, genesisHash }: SelectionBasis): void => {
  const { nodeId, nodePubkey, suiteId, operatorPubkey, operatorAccountId } = candidate;
  set.putNode(newNode({ nodeId, nodePubkey, suiteId, operatorAccountId }, window));
  const operator = set.account(operatorAccountId);
  set.putAccount(
    operator !== undefined
      ? { ...operator, isNodeOperator: true }
      : newAccount(
          {
            accountId: operatorAccountId,
            balance: 0n,
            suiteId,
            currentPubkey: operatorPubkey,
            isNodeOperator: true,
            frontierHash: initialFrontier(rules, genesisHash, operatorAccountId, window),
          },
          window,
        ),
  );
};

/** Who receives the emission of a window ≥ 1: the winner's operator account, or the newcomer's (05 §6). */
export const emissionPayee = ({ bonus }: Selection, winnerOperator: Id): Id => bonus ?? winnerOperator;
