import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';
import type { Params } from './params.ts';
import type { Rules } from './rules.ts';

/** T_0, the timechain value of window 0 (01 §9.2, O-8). */
export const initialTimechainValue = ({ timechainSeed }: Pick<Rules, 'timechainSeed'>, genesisHash: Id): Id =>
  hashId('mt-timechain', timechainSeed === 'zero' ? ZERO_ID : genesisHash);

/** Iterations up to which an entry chain is hashed again to verify it, whatever the rules. */
const MOST_FULL_ITERATIONS = 1n << 26n;

/** How entry chains are proved on this network: `sampled` only where they are too long to be hashed again (09 §1, §2). */
export const entryProofMode = (
  { entryProof }: Pick<Rules, 'entryProof'>,
  { vdfEntryWindows, d0 }: Pick<Params, 'vdfEntryWindows' | 'd0'>,
): Rules['entryProof'] => (vdfEntryWindows * d0 <= MOST_FULL_ITERATIONS ? 'full' : entryProof);

/** Moneta earned in windows 0 to `window`; the last emission is not credited yet (01 §8). */
export const earnedSupply = (emissionMoneta: bigint, window: number): bigint => emissionMoneta * BigInt(window + 1);

/** Sum of all balances after `window` is applied: what an audit compares with (01 §8). */
export const settledSupply = (emissionMoneta: bigint, window: number): bigint => emissionMoneta * BigInt(window);
