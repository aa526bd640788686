import { concat, fromHex, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { initialTimechainValue } from '../genesis/derived.ts';
import type { Network } from '../genesis/network.ts';
import { initialTarget } from '../genesis/params.ts';
import { calibrateTarget } from '../lottery/target.ts';
import { medianPermille, nextD } from '../timechain/difficulty.ts';
import { isBoundary } from './epoch.ts';
import type { OpenWindow } from './open-window.ts';
import { withWindow } from './past.ts';
import type { PastWindow, SideState } from './settled.ts';

/** protocol_version before any header (01 §9.2). */
const GENESIS_VERSION = 1;

/** Side state before window 0. */
export const genesisSide = ({ params, rules, genesisHash }: Network): SideState => {
  const d = Number(params.d0);
  const target = initialTarget(params);
  return {
    proposalHash: genesisHash,
    protocolVersion: GENESIS_VERSION,
    timechainValue: initialTimechainValue(rules, genesisHash),
    dNext: d,
    dAfterNext: d,
    target,
    targetLast: target,
    revealCount: 0,
    participation: [],
    basis: undefined,
    basisBefore: undefined,
    order: { window: -2, order: [] },
    penalised: [],
    past: [],
    digest: genesisHash,
  };
};

/** What proposal W adds to the side state, besides its own name. */
export interface WindowFacts {
  /** T, aggregate and D of W. */
  readonly present: PastWindow;
  /** Permille; undefined for window 0 (05 §7). */
  readonly participation: number | undefined;
  readonly includedReveals: number;
  /** Unpenalised cemented reveals of W − 1, best first. */
  readonly order: readonly Id[];
  /** Excluded from the lottery of W. */
  readonly penalised: readonly Id[];
}

/** What the end of an epoch decides for the next one (05 §7, 04 §6.4). */
export interface EpochEnd {
  readonly medianPermille: number;
  /** In force from W + 2 on. */
  readonly dNext: number;
  /** Reveals included in the epoch. */
  readonly includedReveals: number;
  /** In force from W + 1 on. */
  readonly targetNext: bigint;
}

export interface NextSide {
  /** At a τ₂ boundary only. */
  readonly epoch: EpochEnd | undefined;
  /** Side state after W, given the identifier and the version of its final header. */
  named(proposalHash: Id, protocolVersion: number): SideState;
}

/** Side state after the open window, as far as its transition decides it. */
export const nextSide = (open: OpenWindow, facts: WindowFacts): NextSide => {
  const { window, settled } = open;
  const { side, network } = settled;
  const { params } = network;
  const { present, order, penalised } = facts;
  const participation = [...side.participation, ...(facts.participation === undefined ? [] : [facts.participation])];
  const revealCount = side.revealCount + facts.includedReveals;
  const epoch = isBoundary(window, params.tau2Windows)
    ? endEpoch(side, participation, revealCount, network)
    : undefined;
  const next = {
    timechainValue: present.timechainValue,
    dNext: side.dAfterNext,
    dAfterNext: epoch?.dNext ?? side.dAfterNext,
    target: epoch?.targetNext ?? side.target,
    targetLast: side.target,
    revealCount: epoch === undefined ? revealCount : 0,
    participation: epoch === undefined ? participation : [],
    basis: open.basis,
    basisBefore: side.basis,
    order: { window: window - 1, order },
    penalised,
    past: withWindow(side.past, present, params.tau2Windows),
  };
  return {
    epoch,
    named: (proposalHash, protocolVersion) => {
      const named = { ...next, proposalHash, protocolVersion };
      return { ...named, digest: digestAfter(open, facts, named) };
    },
  };
};

const endEpoch = (
  side: SideState,
  participation: readonly number[],
  includedReveals: number,
  { params }: Network,
): EpochEnd => {
  const median = medianPermille(participation);
  return {
    medianPermille: median,
    dNext: Number(nextD(BigInt(side.dAfterNext), median, params)),
    includedReveals,
    targetNext: calibrateTarget(side.target, BigInt(includedReveals), params.tau2Windows),
  };
};

/** The digest before, then what W added; the lottery basis of W is a function of node_root before it. */
const digestAfter = (
  { settled }: OpenWindow,
  { present, participation }: WindowFacts,
  side: Omit<SideState, 'digest'>,
): Id => {
  const numbers = [side.protocolVersion, side.dNext, side.dAfterNext, side.revealCount, participation ?? 0];
  const lengths = [side.order.order.length, side.penalised.length];
  return toHex(
    sha256(
      concat(
        ...[
          settled.side.digest,
          settled.state.root('node'),
          side.proposalHash,
          side.timechainValue,
          present.aggregate,
        ].map(fromHex),
        ...[...numbers, ...lengths].map((value) => littleEndian(value, 8)),
        littleEndian(side.target, 16),
        ...[...side.order.order, ...side.penalised].map(fromHex),
      ),
    ),
  );
};
