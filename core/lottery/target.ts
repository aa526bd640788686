import { smallestOf } from '../bytes/integers.ts';
import { MAX_U128 } from './ln.ts';

/** Candidates aimed at in each window (04 §1). */
const CANDIDATES_PER_WINDOW = 13n;

/** Target calibration at a τ₂ boundary (04 §6.4): old · 13 · τ₂ / R, at most 2^128 − 1; unchanged where R = 0. */
export const calibrateTarget = (old: bigint, reveals: bigint, tau2: bigint): bigint =>
  reveals === 0n ? old : smallestOf((old * CANDIDATES_PER_WINDOW * tau2) / reveals, MAX_U128);
