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

/** e_0 of the chain that `nodeId` starts in window `wStart`: of T(W_start) and aggregate(W_start − 2). */
export const candidateInitAt = (history: History, wStart: number, nodeId: Id): Id | undefined => {
  const timechainValue = history(wStart)?.timechainValue;
  const aggregate = wStart < 4 ? ZERO_ID : history(wStart - 2)?.aggregate;
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
