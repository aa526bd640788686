import { fromHex, type Id, toHex } from '../bytes/bytes.ts';
import { sha256Engine } from '../crypto/sha256-engine.ts';

/** Greatest D (04 §2.2). */
export const MAX_D = 4_294_967_295n;

/** Whether D is in 1 … 2^32 − 1: outside, verification is false and nothing is hashed (01 E-12). */
export const isValidD = (d: bigint): boolean => d >= 1n && d <= MAX_D;

/** T_W = SHA-256^D(T_{W−1}): plain SHA-256 of 32 bytes, D times (04 §2.2). Costs D hashes. */
export const timechainStep = (previous: Id, d: number): Id => toHex(sha256Engine().chain(fromHex(previous), d));

/** Verification is recomputation: D hashes (04 §2.5). */
export const verifyTimechain = (previous: Id, claim: Id, d: bigint): boolean =>
  isValidD(d) && timechainStep(previous, Number(d)) === claim;
