import { fromHex, type Id, littleEndian, readLittleEndian, toHex } from '../bytes/bytes.ts';
import { hash } from '../crypto/hash.ts';
import { decodeProof, verifyProof } from '../state/proof.ts';
import { rootOf } from '../state/tree.ts';
import type { ChainEngine } from './candidate-chain.ts';

/** Segments a validator asks a candidate to open (05 §3, mode `sampled`). */
export const CHALLENGES = 64;

/** Key of checkpoint i: its index, 32 bytes little-endian. */
const checkpointKey = (index: number): Id => toHex(littleEndian(index, 32));

/** What stands for the chain in a registration under `sampled`: the root over e_0 … e_L (05 §3). */
export const checkpointsRoot = (checkpoints: readonly Id[]): Id =>
  rootOf(checkpoints.map((checkpoint, i) => [checkpointKey(i), fromHex(checkpoint)]));

/**
 * The segments to open, i_0 … i_63 with repetitions, each below L = `vdfChainLength` (at least 1, and so short that it ends by
 * W_p): drawn from T and aggregate of W_p and W_p − 2, which nobody knew while the chain was hashed (05 §3).
 */
export const entryChallenges = (
  timechainValue: Id,
  aggregate: Id,
  registration: Id,
  vdfChainLength: bigint,
): readonly number[] =>
  Array.from({ length: CHALLENGES }, (_, j) => {
    const draw = hash('mt-nodereg-sort', timechainValue, aggregate, registration, littleEndian(j, 8));
    return Number(readLittleEndian(draw, 0, 8) % vdfChainLength);
  });

/** One opened segment: proofs of checkpoints `index` and `index` + 1 under the root. */
export interface Opening {
  readonly index: number;
  readonly proof: Uint8Array;
  readonly nextProof: Uint8Array;
}

/**
 * Whether a segment of `d` iterations leads from one opened checkpoint to the next, and the first is `init` where index is 0.
 * Openings do not show that segments were hashed one after the other, only that each was (05 §3).
 */
export const openingHolds = (
  { index, proof, nextProof }: Opening,
  root: Id,
  init: Id,
  d: number,
  chain: ChainEngine,
): boolean => {
  const from = openedCheckpoint(root, proof, index);
  const to = openedCheckpoint(root, nextProof, index + 1);
  if (from === undefined || to === undefined || (index === 0 && from !== init)) return false;
  return chain(from, d) === to;
};

const openedCheckpoint = (root: Id, bytes: Uint8Array, index: number): Id | undefined => {
  const decoded = decodeProof(bytes);
  if (!decoded.ok || decoded.value.key !== checkpointKey(index) || decoded.value.leafValue.length !== 32)
    return undefined;
  return verifyProof(root, bytes) ? toHex(decoded.value.leafValue) : undefined;
};
