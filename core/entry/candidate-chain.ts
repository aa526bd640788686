import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';

/** SHA-256 applied `iterations` times to 32 bytes. Which engine does it changes nothing but the time it takes. */
export type ChainEngine = (value: Id, iterations: number) => Id;

/** What a chain of 05 §2 takes from one past window. */
export interface PastValues {
  /** T of the window. */
  readonly timechainValue: Id;
  /** cemented_bundle_aggregate of the window. */
  readonly aggregate: Id;
  /** D of the window. */
  readonly d: number;
}

/** Windows settled so far, and the one being applied; undefined for any other, and for those no longer kept. */
export type History = (window: number) => PastValues | undefined;

/** e_0 of a candidate chain: bound to its node and to what nobody knew before W_start (05 §2). */
export const candidateInit = (timechainValue: Id, aggregate: Id, nodeId: Id): Id =>
  hashId('mt-candidate-vdf-init', timechainValue, aggregate, nodeId);

/** Aggregate of the window before the last, as `window` uses it: zeros where there is none yet (04 §5). */
export const aggregateBefore = (history: History, window: number): Id | undefined =>
  window < 4 ? ZERO_ID : history(window - 2)?.aggregate;

/** e_0 of the chain that `nodeId` starts in window `wStart`: of T(W_start) and aggregate(W_start − 2). */
export const candidateInitAt = (history: History, wStart: number, nodeId: Id): Id | undefined => {
  const timechainValue = history(wStart)?.timechainValue;
  const aggregate = aggregateBefore(history, wStart);
  if (timechainValue === undefined || aggregate === undefined) return undefined;
  return candidateInit(timechainValue, aggregate, nodeId);
};

/** Checkpoints e_0 … e_L of a chain whose segments take `d` iterations each: e_{i+1} = SHA-256^{d_i}(e_i) (05 §2). */
export const candidateChain = (init: Id, d: readonly number[], chain: ChainEngine): readonly Id[] => {
  const checkpoints = [init];
  let value = init;
  for (const iterations of d) {
    value = chain(value, iterations);
    checkpoints.push(value);
  }
  return checkpoints;
};

/** One segment of a chain that is being hashed: `iterations` = D(`window`) from checkpoint `from`. */
export interface ChainSegment {
  readonly window: number;
  readonly from: Id;
  readonly iterations: number;
}

/** What a candidate hashes next after e_0 … e_k of a chain that began in `wStart`; undefined until D of that window is known. */
export const nextSegment = (checkpoints: readonly Id[], wStart: number, history: History): ChainSegment | undefined => {
  const from = checkpoints.at(-1);
  const window = wStart + checkpoints.length - 1;
  const past = history(window);
  return from === undefined || past === undefined ? undefined : { window, from, iterations: past.d };
};

/** Checkpoints of the chain of `length` segments that `nodeId` began in `wStart`; undefined when `history` lacks a window of it. */
export const candidateChainAt = (
  history: History,
  wStart: number,
  nodeId: Id,
  length: number,
  chain: ChainEngine,
): readonly Id[] | undefined => {
  const init = candidateInitAt(history, wStart, nodeId);
  if (init === undefined) return undefined;
  const checkpoints = [init];
  while (checkpoints.length <= length) {
    const segment = nextSegment(checkpoints, wStart, history);
    if (segment === undefined) return undefined;
    checkpoints.push(chain(segment.from, segment.iterations));
  }
  return checkpoints;
};
