import { type Id, strictlyAscending } from '../bytes/bytes.ts';
import { divide } from '../bytes/integers.ts';
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
import { MAX_D } from '../timechain/chain.ts';
import { nextD, participationPermille } from '../timechain/difficulty.ts';
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

/** What an entry says of its window beside its bodies. */
export type SideEntry = Pick<ArchiveEntry, 'header' | 'bundles' | 'reveals'>;

/** A stretch whose length is not known: hashing counts how many iterations lead from T_{window−1} to T_window. */
export interface Stretch {
  readonly window: number;
  readonly from: Id;
  readonly to: Id;
}

/** The number of the D that window `w` is hashed by: a boundary's is in force from the second window after it (05 §7 D-E8). */
const dOfWindow = (window: number, tau2Windows: bigint): number =>
  Math.max(0, divide(Math.max(0, window - 2), Number(tau2Windows)));

/** Whether the side state of a window can be derived from its tables and the archive, as far as its number tells. */
export const isAnchorWindow = (window: number, tau2Windows: bigint): boolean =>
  BigInt(window) < tau2Windows || BigInt(window) % tau2Windows >= 2n;

/**
 * S_W from a verified snapshot: its side state (04 §11) is no part of the chunks and is derived from the archive of the last 4τ₂
 * windows (04 §15.3), back from the certified header of W. What nodes were at the windows of the current τ₂ follows from the node
 * table of now: every cemented bundle added one to chain_length, and nobody left since the boundary. Its digest starts anew, with
 * the anchor's name.
 *
 * Takes entries one by one, newest first, and keeps of each T and the aggregate; one more, before the oldest, gives the T that its
 * stretch begins with. No entry says what D was, only hashing proves it: `stretches` names one for each D of these windows but that
 * of genesis.
 */
export class SideFromArchive {
  readonly #network: Network;
  readonly #state: State;
  readonly #anchor: Header;
  readonly #boundary: number;
  readonly #before: NodesBefore;
  /** Newest first. */
  readonly #past: Omit<PastWindow, 'd'>[] = [];
  readonly #participation: number[] = [];
  #revealCount = 0;
  #lastReveals: readonly Listed[] = [];
  #basis: LotteryBasis | undefined;
  #basisBefore: LotteryBasis | undefined;
  #name: Id;
  /** T of the window before the oldest. */
  #first: Id;
  /** The oldest window it needs, and the first of all that it takes. */
  readonly #oldest: number;
  readonly end: number;
  /** The window it takes next; below `end` there is none. */
  next: number;

  constructor(network: Network, state: State, anchor: Header) {
    const { tau2Windows } = network.params;
    const { window } = anchor;
    this.#network = network;
    this.#state = state;
    this.#anchor = anchor;
    this.#boundary = Number(BigInt(window) - (BigInt(window) % tau2Windows));
    this.#before = new NodesBefore([...state.nodes()], tau2Windows);
    this.#name = anchor.id;
    this.#first = anchor.timechainValue;
    this.#oldest = Math.max(0, window + 1 - 4 * Number(tau2Windows));
    this.end = Math.max(0, this.#oldest - 1);
    this.next = window;
  }

  /** The entry of window `next`; on an error nothing changes. */
  take({ header, bundles, reveals }: SideEntry): SideError | undefined {
    const { window: last } = this.#anchor;
    if (!isAnchorWindow(last, this.#network.params.tau2Windows)) return 'AnchorAtBoundary';
    const window = this.next;
    if (header.id !== this.#name || header.window !== window || !areListed(header, bundles, reveals)) {
      return 'EntryMismatch';
    }
    if (window >= last - 1 && header.fallbackDepth !== 1) return 'AnchorAfterFallback';
    this.next = window - 1;
    this.#name = header.prevProposalHash;
    const { timechainValue } = header;
    if (window < this.#oldest) {
      this.#first = timechainValue;
      return undefined;
    }
    const signers = bundles.map(({ nodeId }) => nodeId);
    this.#past.push({ window, timechainValue, aggregate: cementedBundleAggregate(window, signers) });
    if (window === last) this.#lastReveals = reveals;
    if (window > this.#boundary || this.#boundary === 0) this.#count(window, signers, reveals.length);
    return undefined;
  }

  /** What the epoch of the anchor needs. */
  #count(window: number, signers: readonly Id[], reveals: number): void {
    const { window: last } = this.#anchor;
    const roster = this.#before.undo(window, signers);
    if (window === last) this.#basis = lotteryBasis(roster);
    if (window === last - 1) this.#basisBefore = lotteryBasis(roster);
    if (window > 0) this.#participation.push(participationOf(roster, signers));
    this.#revealCount += reveals;
  }

  /** Oldest first; complete once every entry was taken. */
  stretches(): readonly Stretch[] {
    const { tau2Windows } = this.#network.params;
    const stretches: Stretch[] = [];
    let named = 0;
    this.#past.forEach(({ window, timechainValue }, i) => {
      const number = dOfWindow(window, tau2Windows);
      if (number === 0 || number === named) return;
      named = number;
      stretches.push({ window, from: this.#past[i + 1]?.timechainValue ?? this.#first, to: timechainValue });
    });
    return stretches.reverse();
  }

  /** The greatest D that can be in force in `window`, where D of an earlier window is known (05 §7). */
  mostD(window: number, earlier: number, d: number): number {
    const { params } = this.#network;
    let most = BigInt(d);
    const steps = dOfWindow(window, params.tau2Windows) - dOfWindow(earlier, params.tau2Windows);
    for (let i = 0; i < steps && most < MAX_D; i++) most = nextD(most, 1000, params);
    return Number(most);
  }

  /** `measured`: D of each window of `stretches`. */
  settled(measured: readonly { readonly window: number; readonly d: number }[]): Result<Settled, SideError> {
    const network = this.#network;
    const anchor = this.#anchor;
    const { tau2Windows, d0 } = network.params;
    if (this.next >= this.end) return fail('EntryMissing');
    const dOf = (window: number): number | undefined => {
      const number = dOfWindow(window, tau2Windows);
      if (number === 0) return Number(d0);
      return measured.find((known) => dOfWindow(known.window, tau2Windows) === number)?.d;
    };
    const past: PastWindow[] = [];
    for (let i = this.#past.length - 1; i >= 0; i--) {
      const known = this.#past[i] as Omit<PastWindow, 'd'>;
      const d = dOf(known.window);
      if (d === undefined) return fail('DMissing');
      past.push({ ...known, d });
    }
    const { d } = past.at(-1) as PastWindow;
    const side: SideState = {
      proposalHash: anchor.id,
      protocolVersion: anchor.protocolVersion,
      timechainValue: anchor.timechainValue,
      dNext: d,
      dAfterNext: d,
      target: anchor.target,
      targetLast: anchor.target,
      revealCount: this.#revealCount,
      participation: this.#participation.toReversed(),
      basis: this.#basis,
      basisBefore: this.#basisBefore,
      order: { window: anchor.window - 1, order: orderOf(network, past, this.#basisBefore, this.#lastReveals) },
      penalised: [],
      past,
      digest: anchor.id,
    };
    return ok({ network, window: anchor.window, state: this.#state, side });
  }
}

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
