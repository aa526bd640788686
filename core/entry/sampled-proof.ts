import type { Id } from '../bytes/bytes.ts';
import { blob, id32, layout, list, u8, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import type { Registration } from '../consensus/objects.ts';
import { isValidD } from '../timechain/chain.ts';
import type { ChainEngine, History } from './candidate-chain.ts';
import { CHALLENGES, type Challenge, type ChallengedSegment, type ChallengeFault, challengeOf } from './challenge.ts';
import { type CheckpointTree, HASHES_PER_PROOF, openedCheckpoint } from './checkpoint-tree.ts';

const openingLayout = layout('SegmentOpening', {
  /** Proof of checkpoint i under the registered root (02 §7). */
  proof: blob,
  /** Proof of checkpoint i + 1. */
  nextProof: blob,
});

/**
 * The openings of one registration for one window, 41 bytes and, for each segment, 8 and two proofs: at most 75 049 bytes for an
 * honest chain of 20 160. Proofs being canonical, a registration and a window have one such string of bytes, and no other is taken.
 */
export const sampledProofLayout = layout('SampledProof', {
  /** nodereg_hash. */
  registration: id32,
  /** W_p: the draw of another window opens other segments. */
  window: u64,
  /** The segments drawn, ascending index, none twice. */
  openings: list(openingLayout, u8, CHALLENGES),
});

export type SampledProof = ReturnType<typeof sampledProofLayout.read>;
export type SegmentOpening = SampledProof['openings'][number];

/** The candidate's answer to a challenge; undefined where the tree is not the one that was registered, or is too short. */
export const makeSampledProof = (challenge: Challenge, tree: CheckpointTree): Uint8Array | undefined => {
  if (tree.root !== challenge.root) return undefined;
  const openings: SegmentOpening[] = [];
  for (const { index } of challenge.segments) {
    const proof = tree.prove(index);
    const nextProof = tree.prove(index + 1);
    if (proof === undefined || nextProof === undefined) return undefined;
    openings.push({ proof, nextProof });
  }
  return sampledProofLayout.encode({
    registration: challenge.registration,
    window: BigInt(challenge.window),
    openings,
  });
};

/**
 * Why bytes are not the openings that were asked for: no layout, of another registration or window, too few or too many, or a
 * checkpoint that is not under the root. They are their sender's fault and say nothing about the chain.
 */
export type OpeningFault = 'Malformed' | 'WrongRegistration' | 'WrongWindow' | 'WrongOpenings' | 'NotUnderRoot';

/** What is wrong with the chain itself; whoever sees it may hand on the same bytes as evidence, since the root fixes them. */
export type ChainFault = ChallengeFault | 'WrongInit' | 'BrokenSegment';

/** A segment whose ends are known: all that is left is to hash it. */
export interface OpenedSegment extends ChallengedSegment {
  readonly from: Id;
  readonly to: Id;
}

/** Both ends of a segment, of 514 hashes: they stand under the root, and e_0 is `init` (05 §3). */
export const openSegment = (
  { proof, nextProof }: SegmentOpening,
  segment: ChallengedSegment,
  { root, init }: Pick<Challenge, 'root' | 'init'>,
): Result<OpenedSegment, OpeningFault | ChainFault> => {
  const from = openedCheckpoint(root, segment.index, proof);
  const to = openedCheckpoint(root, segment.index + 1, nextProof);
  if (from === undefined || to === undefined) return fail('NotUnderRoot');
  if (segment.index === 0 && from !== init) return fail('WrongInit');
  return ok({ ...segment, from, to });
};

/** Whether one end of a segment hashes to the other: D iterations, none for a D outside 1 … 2^32 − 1 (01 E-12). */
export const segmentHolds = ({ from, to, iterations }: OpenedSegment, chain: ChainEngine): boolean =>
  isValidD(BigInt(iterations)) && chain(from, iterations) === to;

/**
 * The segments to be hashed, when `bytes` are the openings of exactly the challenged ones: the cheap half of a verification, at most
 * 32 896 hashes whatever the bytes are. The segments are independent of one another, so that a shell may hash them on all its cores.
 */
export const openSegments = (
  challenge: Challenge,
  bytes: Uint8Array,
): Result<readonly OpenedSegment[], OpeningFault | ChainFault> => {
  const decoded = sampledProofLayout.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const { registration, window, openings } = decoded.value;
  if (registration !== challenge.registration) return fail('WrongRegistration');
  if (window !== BigInt(challenge.window)) return fail('WrongWindow');
  if (openings.length !== challenge.segments.length) return fail('WrongOpenings');
  const opened: OpenedSegment[] = [];
  for (const [i, segment] of challenge.segments.entries()) {
    const each = openSegment(openings[i] as SegmentOpening, segment, challenge);
    if (!each.ok) return each;
    opened.push(each.value);
  }
  return ok(opened);
};

/** Hashes of `openSegments` at most, before any segment is hashed. */
export const openingHashes = ({ segments }: Challenge): number => 2 * HASHES_PER_PROOF * segments.length;

/**
 * The whole check of a registration cemented in `window`, mode `sampled` (05 D-E5): undefined when its chain holds. Openings do not
 * show that segments were hashed one after the other, only that each was. Costs `openingHashes` and `challengedIterations`, less
 * where it ends early: nothing is hashed before all is opened.
 */
export const sampledProofFault = (
  registration: Registration,
  window: number,
  history: History,
  bytes: Uint8Array,
  chain: ChainEngine,
): OpeningFault | ChainFault | undefined => {
  const challenge = challengeOf(registration, window, history);
  if (!challenge.ok) return challenge.error;
  const opened = openSegments(challenge.value, bytes);
  if (!opened.ok) return opened.error;
  return opened.value.every((segment) => segmentHolds(segment, chain)) ? undefined : 'BrokenSegment';
};

/** Whether a fault refuses the registration (BadVdfProof), and not merely the bytes that were offered for it. */
export const isChainFault = (fault: OpeningFault | ChainFault): fault is ChainFault => CHAIN_FAULTS.includes(fault);

const CHAIN_FAULTS: readonly (OpeningFault | ChainFault)[] = [
  'EmptyChain',
  'ChainOutlastsWindow',
  'UnknownWindow',
  'WrongInit',
  'BrokenSegment',
];
