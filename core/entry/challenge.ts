import { type Id, littleEndian, readLittleEndian } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import type { Registration } from '../consensus/objects.ts';
import { hash } from '../crypto/hash.ts';
import { aggregateBefore, candidateInitAt, type History } from './candidate-chain.ts';

/** Segments that are drawn from a chain under `sampled`, repetitions included (05 §3). */
export const CHALLENGES = 64;

/**
 * The segments drawn, i_0 … i_63 with repetitions, each below L = `vdfChainLength`, at least 1: from T of W_p and the aggregate of
 * W_p − 2, which nobody knew while the chain was hashed (05 §3). Costs 64 hashes.
 */
export const entryChallenges = (
  timechainValue: Id,
  aggregate: Id,
  registration: Id,
  vdfChainLength: bigint,
): readonly bigint[] =>
  Array.from({ length: CHALLENGES }, (_, j) => {
    const draw = hash('mt-nodereg-sort', timechainValue, aggregate, registration, littleEndian(j, 8));
    return readLittleEndian(draw, 0, 8) % vdfChainLength;
  });

/** One segment to open: e_{index+1} is `iterations` = D(W_start + index) hashes after e_index. */
export interface ChallengedSegment {
  readonly index: number;
  readonly iterations: number;
}

/** What one registration must show in one window: the same for the candidate that opens and for everybody who verifies. */
export interface Challenge {
  /** nodereg_hash. */
  readonly registration: Id;
  /** W_p. */
  readonly window: number;
  /** Root over the checkpoints, as registered. */
  readonly root: Id;
  /** What e_0 must be. */
  readonly init: Id;
  /** At most 64, ascending index, none twice. */
  readonly segments: readonly ChallengedSegment[];
}

/**
 * Why no chain of that start and length can be proved in the window: `EmptyChain`, L = 0; `ChainOutlastsWindow`, W_start + L − 1 > W_p
 * (05 D-E1); `UnknownWindow`, a T, aggregate or D that is not kept. Each is a BadVdfProof without any opening.
 */
export type ChallengeFault = 'EmptyChain' | 'ChainOutlastsWindow' | 'UnknownWindow';

/** What a registration cemented in `window` must open (05 §3); `history` has that window. */
export const challengeOf = (
  { id, nodeId, wStart, vdfChainLength, proofEndpoint }: Registration,
  window: number,
  history: History,
): Result<Challenge, ChallengeFault> => {
  if (vdfChainLength === 0n) return fail('EmptyChain');
  if (wStart + vdfChainLength - 1n > BigInt(window)) return fail('ChainOutlastsWindow');
  const start = Number(wStart);
  const init = candidateInitAt(history, start, nodeId);
  const timechainValue = history(window)?.timechainValue;
  const aggregate = aggregateBefore(history, window);
  if (init === undefined || timechainValue === undefined || aggregate === undefined) return fail('UnknownWindow');
  const segments: ChallengedSegment[] = [];
  for (const index of distinct(entryChallenges(timechainValue, aggregate, id, vdfChainLength))) {
    const past = history(start + index);
    if (past === undefined) return fail('UnknownWindow');
    segments.push({ index, iterations: past.d });
  }
  return ok({ registration: id, window, root: proofEndpoint, init, segments });
};

/** Indices below a window's number, each once, ascending. */
const distinct = (indices: readonly bigint[]): readonly number[] =>
  indices
    .map(Number)
    .sort((a, b) => a - b)
    .filter((index, i, sorted) => i === 0 || sorted[i - 1] !== index);

/** Hashes that verifying the challenged segments takes, openings aside: at most 64 times the greatest D. */
export const challengedIterations = ({ segments }: Challenge): number =>
  segments.reduce((sum, { iterations }) => sum + iterations, 0);
