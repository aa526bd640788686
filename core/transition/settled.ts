import type { Id } from '../bytes/bytes.ts';
import type { Network } from '../genesis/network.ts';
import type { State } from '../state/view.ts';

/** A node as the lottery of one window weighs it (04 §6.2), frozen from the state that is the window's basis. */
export interface LotteryEntry {
  readonly nodeId: Id;
  /** lottery_weight = snapshot + seniority; 0 = not eligible. */
  readonly weight: bigint;
}

/** All nodes active in `window`, judged on S_{window−1}, ascending node_id. */
export interface LotteryBasis {
  readonly window: number;
  readonly entries: readonly LotteryEntry[];
}

/** Ordered, cemented, unpenalised reveals of a window (04 §7): node ids, best ticket first. */
export interface LotteryOrder {
  readonly window: number;
  readonly order: readonly Id[];
}

/** T and aggregate of one past window, kept for 4τ₂ windows (04 §11). */
export interface PastWindow {
  readonly window: number;
  readonly timechainValue: Id;
  readonly aggregate: Id;
  readonly d: number;
}

/**
 * Consensus side state (04 §11): outside state_root, derived from final proposals only, persisted with the tables.
 * Everything here speaks of the settled window W.
 */
export interface SideState {
  /** proposal_hash of the final proposal W; Genesis State Hash when nothing is final. */
  readonly proposalHash: Id;
  readonly protocolVersion: number;
  /** T_W; before window 0: T_0. */
  readonly timechainValue: Id;
  /** D(W+1), D(W+2): iterations that lead to T_{W+1} and T_{W+2} (05 §7 D-E8). */
  readonly dNext: number;
  readonly dAfterNext: number;
  /** target(W+1), u128. */
  readonly target: bigint;
  /** target(W): reveals of W are judged by it while W+1 is open. */
  readonly targetLast: bigint;
  /** Reveals included since the last τ₂ boundary. */
  readonly revealCount: number;
  /** ratio(w) in permille for the windows since the last τ₂ boundary. */
  readonly participation: readonly number[];
  /** Lottery basis of W and of W−1 (S_{W−1}, S_{W−2}). */
  readonly basis: LotteryBasis | undefined;
  readonly basisBefore: LotteryBasis | undefined;
  /** Order of the lottery of W−1, fixed by proposal W: part (a) of cascade(W+1). */
  readonly order: LotteryOrder;
  /** Nodes excluded from the lottery of W by proposal W's fallback_depth (04 D-12). */
  readonly penalised: readonly Id[];
  /** Newest last, at most 4τ₂ entries. */
  readonly past: readonly PastWindow[];
  /** Rolling digest of all of the above: H over the previous digest and what the window changed. Key of the apply memo. */
  readonly digest: Id;
}

/** S_W with its side state: all that the next window depends on. `window` is −1 at genesis. */
export interface Settled {
  readonly network: Network;
  readonly window: number;
  readonly state: State;
  readonly side: SideState;
}
