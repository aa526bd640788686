import { ROUND } from './sha256-constants.ts';

/** Pairs the module hashes in one call: with their nodes they stay in the first-level cache. */
export const NODES_PER_CALL = 256;

/**
 * Where things are in the module's memory: round constants from 0, the chain's value, pairs of 64 bytes, nodes of 32
 * bytes.
 */
export const VALUE_AT = 256;
export const PAIRS_AT = 512;
/** One byte beyond the last pair is read, and one vector is kept free for it. */
export const NODES_AT = PAIRS_AT + 64 * NODES_PER_CALL + 16;

/**
 * Address of the constant of round `t`: quarters of the rounds lie in falling order, so that a loop over them can
 * count down to 0.
 */
export const roundAddress = (t: number): number => 4 * (t ^ 48);

/** What the memory starts with. */
export const initialMemory = (): readonly number[] =>
  ROUND.flatMap((_, at) => {
    const word = ROUND[at ^ 48] as number;
    return [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24];
  });
