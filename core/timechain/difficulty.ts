import { clamp } from '../bytes/integers.ts';
import { MAX_D } from './chain.ts';

/** ratio(w) in permille: included weight over active weight, floor (05 §7). */
export const participationPermille = (included: bigint, active: bigint): number =>
  active === 0n ? 0 : Number((1000n * included) / active);

/** The upper median: sorted[n div 2] (05 §7). */
export const medianPermille = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
};

/** Parameters of the adaptation of D (01 §9.1): percent dead zone, rate as a fraction. */
export interface DifficultyParams {
  readonly participationDeadZoneLow: number;
  readonly participationDeadZoneHigh: number;
  readonly dAdjustmentRateNum: number;
  readonly dAdjustmentRateDen: number;
}

/** D after a τ₂ boundary (05 §7): up above the dead zone, down below it, floor, within 1 … 2^32 − 1. */
export const nextD = (d: bigint, medianPermilleOfEpoch: number, params: DifficultyParams): bigint => {
  const num = BigInt(params.dAdjustmentRateNum);
  const den = BigInt(params.dAdjustmentRateDen);
  let next = d;
  if (medianPermilleOfEpoch >= 10 * params.participationDeadZoneHigh) next = (d * (den + num)) / den;
  else if (medianPermilleOfEpoch <= 10 * params.participationDeadZoneLow) next = (d * (den - num)) / den;
  return clamp(next, 1n, MAX_D);
};
