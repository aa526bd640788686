import type { Id } from '../../bytes/bytes.ts';
import type { Outcome, WindowInput } from '../apply.ts';
import type { Settled } from '../settled.ts';

/**
 * What one window may do to the tables, besides what every state must be: 05 §5 and §6 (who enters, who is paid), 02 §2 to §4 (which
 * fields move), 03 §6.2 (one operation an account). undefined, or the first that it did otherwise.
 */
export const growthFault = (
  before: Settled,
  input: WindowInput,
  outcome: Outcome,
  after: Settled,
): string | undefined =>
  entryFault(before, outcome, after) ??
  paymentFault(before, outcome) ??
  nodeFault(before, input, after) ??
  accountFault(before, after) ??
  poolFault(before, outcome, after);

const newNodes = (before: Settled, after: Settled): readonly Id[] =>
  Array.from(after.state.nodes(), ({ nodeId }) => nodeId).filter((id) => before.state.node(id) === undefined);

/** Who enters was a candidate until now or in this window, and no more enter than there are slots. */
const entryFault = (before: Settled, outcome: Outcome, after: Settled): string | undefined => {
  const { rules, params } = before.network;
  const window = BigInt(after.window);
  const entered = newNodes(before, after);
  if (entered.join() !== [...outcome.admitted].sort().join()) return 'nodes entered that were not admitted';
  if (rules.admission === 'mesh') return entered.length > 1 ? 'two nodes entered in one window' : undefined;
  if (entered.length === 0) return undefined;
  if (window === 0n || window % params.selectionInterval !== 0n) return 'a node entered between selection events';
  const seen = ({
    lastConfirmationWindow: last,
    startWindow: start,
  }: {
    lastConfirmationWindow: bigint;
    startWindow: bigint;
  }) => (last > start ? last : start);
  const active = [...before.state.nodes()].filter((node) => window - seen(node) <= 2n * params.tau2Windows);
  const slots = BigInt(active.length) / params.admissionDivisor;
  return BigInt(entered.length) > (slots > 1n ? slots : 1n) ? 'more nodes entered than there are slots' : undefined;
};

/** Payee = admitted operator iff one was admitted under `mesh`, else the winner's. */
const paymentFault = (before: Settled, outcome: Outcome): string | undefined => {
  if (outcome.window === 0) return outcome.payee === undefined ? undefined : 'window 0 pays';
  const newcomer = before.network.rules.admission === 'mesh' ? outcome.admitted[0] : undefined;
  const paid = newcomer ?? outcome.winnerId;
  const tables = outcome.settle(before.side.proposalHash, 1).state;
  const operator = (tables.node(paid) ?? before.state.node(paid))?.operatorAccountId;
  return operator === outcome.payee ? undefined : `${outcome.payee} was paid, not the operator of ${paid}`;
};

/** chain_length grows by one, and only by a bundle; nobody leaves between boundaries. */
const nodeFault = (before: Settled, { bundles }: WindowInput, after: Settled): string | undefined => {
  const isBoundary = after.window > 0 && BigInt(after.window) % after.network.params.tau2Windows === 0n;
  for (const old of before.state.nodes()) {
    const node = after.state.node(old.nodeId);
    if (node === undefined) {
      if (isBoundary) continue;
      return 'a node left between boundaries';
    }
    const isIncluded = bundles.some(({ nodeId }) => nodeId === node.nodeId);
    if (node.chainLength !== old.chainLength + (isIncluded ? 1n : 0n)) return 'a chain_length grew by something else';
    const last = isIncluded ? BigInt(after.window) : old.lastConfirmationWindow;
    if (node.lastConfirmationWindow !== last) return 'a node was seen in another window';
    if (node.startWindow !== old.startWindow || node.operatorAccountId !== old.operatorAccountId)
      return 'a node changed';
    if (!isBoundary && node.chainLengthSnapshot !== old.chainLengthSnapshot)
      return 'a snapshot moved between boundaries';
  }
  return undefined;
};

/** At most one own operation; empty, idle accounts leave at boundaries and no others. */
const accountFault = (before: Settled, after: Settled): string | undefined => {
  const { params } = after.network;
  for (const old of before.state.accounts()) {
    const account = after.state.account(old.accountId);
    if (account === undefined) {
      const isDue = old.balance === 0n && BigInt(old.lastOpWindow) + params.pruningIdleWindows <= BigInt(after.window);
      if (!isDue || BigInt(after.window) % params.tau2Windows !== 0n) return 'an account left that was not idle';
      continue;
    }
    const own = account.opHeight - old.opHeight;
    if (own !== account.accountChainLength - old.accountChainLength || own < 0 || own > 1) return 'several operations';
    if ((own === 1) !== (account.frontierHash !== old.frontierHash)) return 'a frontier moved by itself';
    if (account.lastOpWindow !== (own === 1 ? after.window : old.lastOpWindow))
      return 'an account was active by itself';
    if (own === 0 && account.balance < old.balance) return 'an account paid by itself';
    if (account.creationWindow !== old.creationWindow) return 'an account was born twice';
  }
  return undefined;
};

/** Candidates come by a registration of τ₂ windows' work at least as old, and leave by expiry or selection. */
const poolFault = (before: Settled, outcome: Outcome, after: Settled): string | undefined => {
  const left = [...outcome.expired, ...outcome.admitted, ...outcome.selection.dropped];
  for (const { nodeId } of before.state.candidates()) {
    if ((after.state.candidate(nodeId) === undefined) !== left.includes(nodeId)) return 'a candidate left otherwise';
  }
  for (const { nodeId, wStart, expires } of after.state.candidates()) {
    if (expires <= BigInt(after.window)) return 'a candidate stayed too long';
    if (before.state.candidate(nodeId) !== undefined) continue;
    if (wStart + after.network.params.tau2Windows > BigInt(after.window)) return 'a candidate came too early';
  }
  return undefined;
};
