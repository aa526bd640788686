import { type Id, strictlyAscending } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Header, Listed } from '../consensus/objects.ts';
import { type Roster, rosterOf } from '../consensus/roster.ts';
import { listRoot } from '../consensus/set-roots.ts';
import type { Network } from '../genesis/network.ts';
import { revealOrder } from '../lottery/cascade.ts';
import type { NodeRecord } from '../state/records.ts';
import type { State } from '../state/view.ts';
import { cementedBundleAggregate } from '../timechain/aggregate.ts';
import { participationPermille } from '../timechain/difficulty.ts';
import { lotteryBasis } from '../transition/open-window.ts';
import { aggregateOf, pastWindow } from '../transition/past.ts';
import type { LotteryBasis, PastWindow, Settled, SideState } from '../transition/settled.ts';
import { windowLottery } from '../transition/window-lottery.ts';
import type { ArchiveEntry } from '../wire/messages.ts';

/**
 * - `AnchorAtBoundary`: the anchor is a τ₂ boundary or the window after one: bases before the boundary are not in the tables;
 * - `AnchorAfterFallback`: the proposal of the anchor or of the window before it is no first leader's, so that the lottery has
 *   excluded nodes, which only the windows before tell;
 * - `EntryMissing`, `DMissing`: the archive has a gap;
 * - `EntryMismatch`: an entry is not that of its window, or its lists are not those that its header commits.
 */
export type SideError = 'AnchorAtBoundary' | 'AnchorAfterFallback' | 'EntryMissing' | 'DMissing' | 'EntryMismatch';

/** What a joiner fetches beside the snapshot. Entries are checked here, from the anchor's header down. */
export interface SideArchive {
  entry(window: number): Pick<ArchiveEntry, 'header' | 'bundles' | 'reveals'> | undefined;
  /** D(window), which only hashing proves: D iterations lead from T_{window−1} to T_window. */
  d(window: number): number | undefined;
}

/** Whether the side state of a window can be derived from its tables and the archive, as far as its number tells. */
export const isAnchorWindow = (window: number, tau2Windows: bigint): boolean =>
  BigInt(window) < tau2Windows || BigInt(window) % tau2Windows >= 2n;

/**
 * S_W from a verified snapshot: its side state (04 §11) is no part of the chunks and is derived from the archive of the last 4τ₂
 * windows (04 §15.3), back from the certified header of W. What nodes were at the windows of the current τ₂ follows from the node
 * table of now: every cemented bundle added one to chain_length, and nobody left since the boundary. Its digest starts anew, with
 * the anchor's name. Reads each entry once, newest first; keeps no entry.
 */
export const settledFromArchive = (
  network: Network,
  state: State,
  anchor: Header,
  archive: SideArchive,
): Result<Settled, SideError> => {
  const { tau2Windows } = network.params;
  const { window: last } = anchor;
  if (!isAnchorWindow(last, tau2Windows)) return fail('AnchorAtBoundary');
  const boundary = Number(BigInt(last) - (BigInt(last) % tau2Windows));
  const oldest = Math.max(0, last + 1 - 4 * Number(tau2Windows));

  const before = new NodesBefore([...state.nodes()], tau2Windows);
  const past: PastWindow[] = [];
  const participation: number[] = [];
  let revealCount = 0;
  let lastReveals: readonly Listed[] = [];
  let basis: LotteryBasis | undefined;
  let basisBefore: LotteryBasis | undefined;
  let name = anchor.id;
  for (let window = last; window >= oldest; window--) {
    const entry = archive.entry(window);
    if (entry === undefined) return fail('EntryMissing');
    const { header, bundles, reveals } = entry;
    if (header.id !== name || header.window !== window || !areListed(header, bundles, reveals)) {
      return fail('EntryMismatch');
    }
    if (window >= last - 1 && header.fallbackDepth !== 1) return fail('AnchorAfterFallback');
    const d = archive.d(window);
    if (d === undefined) return fail('DMissing');
    const signers = bundles.map(({ nodeId }) => nodeId);
    const { timechainValue } = header;
    past.push({ window, timechainValue, aggregate: cementedBundleAggregate(window, signers), d });
    name = header.prevProposalHash;

    if (window === last) lastReveals = reveals;
    if (window <= boundary && boundary > 0) continue;
    const roster = before.undo(window, signers);
    if (window === last) basis = lotteryBasis(roster);
    if (window === last - 1) basisBefore = lotteryBasis(roster);
    if (window > 0) participation.push(participationOf(roster, signers));
    revealCount += reveals.length;
  }
  past.reverse();
  participation.reverse();

  const { d } = past.at(-1) as PastWindow;
  const side: SideState = {
    proposalHash: anchor.id,
    protocolVersion: anchor.protocolVersion,
    timechainValue: anchor.timechainValue,
    dNext: d,
    dAfterNext: d,
    target: anchor.target,
    targetLast: anchor.target,
    revealCount,
    participation,
    basis,
    basisBefore,
    order: { window: last - 1, order: orderOf(network, past, basisBefore, lastReveals) },
    penalised: [],
    past,
    digest: anchor.id,
  };
  return ok({ network, window: last, state, side });
};

/** The nodes of S_{w−1}, for w going down from the window whose table is known to the first after a boundary. */
class NodesBefore {
  readonly #nodes: readonly NodeRecord[];
  readonly #tau2Windows: bigint;
  /** Bundles that each node had cemented since. */
  readonly #since = new IdMap<bigint>();

  constructor(nodes: readonly NodeRecord[], tau2Windows: bigint) {
    this.#nodes = nodes;
    this.#tau2Windows = tau2Windows;
  }

  /** Takes the confirmations of `window` back; the roster of `window`. */
  undo(window: number, signers: readonly Id[]): Roster {
    for (const nodeId of signers) this.#since.set(nodeId, (this.#since.get(nodeId) ?? 0n) + 1n);
    const nodes = this.#nodes
      .filter(({ startWindow }) => startWindow === 0n || startWindow < BigInt(window))
      .map((node) => {
        const since = this.#since.get(node.nodeId);
        if (since === undefined) return node;
        // Whoever is confirmed in `window` or later was active then, and has been since it was last seen: when that was is no matter.
        return { ...node, chainLength: node.chainLength - since, lastConfirmationWindow: BigInt(window) };
      });
    return rosterOf(nodes, window, this.#tau2Windows);
  }
}

const areListed = (header: Header, bundles: readonly Listed[], reveals: readonly Listed[]): boolean =>
  [bundles, reveals].every((list) => strictlyAscending(list.map(({ nodeId }) => nodeId))) &&
  listRoot(bundles) === header.includedBundlesRoot &&
  listRoot(reveals) === header.includedRevealsRoot;

const participationOf = ({ members, activeWeight, slotOf }: Roster, signers: readonly Id[]): number => {
  let included = 0n;
  for (const nodeId of signers) included += members[slotOf(nodeId)]?.weight ?? 0n;
  return participationPermille(included, activeWeight);
};

/** The lottery of W − 1 by the reveals that proposal W includes (04 §7). */
const orderOf = (
  { rules }: Network,
  past: readonly PastWindow[],
  basis: LotteryBasis | undefined,
  reveals: readonly Listed[],
): readonly Id[] => {
  if (basis === undefined) return [];
  const lottery = windowLottery({
    timechainValue: (pastWindow(past, basis.window) as PastWindow).timechainValue,
    aggregate: aggregateOf(past, basis.window - 2),
    target: 0n,
    mode: rules.lottery,
    basis,
    nodeOf: () => undefined,
  });
  return revealOrder(
    reveals.map(({ nodeId }) => lottery.ticketOf(nodeId)).filter((ticket) => ticket !== undefined),
    [],
  );
};
