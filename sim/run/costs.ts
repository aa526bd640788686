import type { Meter } from '#core/participant/types.ts';

/**
 * What work costs on the reference machine, in nanoseconds, rounded from `npm run bench`: one protocol core, verification by the platform's library, signing in
 * TypeScript (deterministic signing is not to be had from the platform).
 */
export const COSTS = {
  /** ML-DSA-65 verification. */
  verification: 170_000,
  /** ML-DSA-65 deterministic signature: the mean; a rejection loop makes single ones uneven. */
  signature: 5_300_000,
  /** One node of a state tree: two SHA-256 blocks. */
  hash: 300,
  /** One record read, changed and encoded. */
  record: 3_000,
  /** Any input: decode, look up, decide. */
  input: 20_000,
} as const;

/** Microseconds for what the counters say was done since they were last read; resets them. */
export const charge = (meter: Meter): number => {
  const nanoseconds =
    COSTS.input +
    meter.verifications * COSTS.verification +
    meter.signatures * COSTS.signature +
    meter.hashes * COSTS.hash +
    meter.records * COSTS.record;
  meter.verifications = 0;
  meter.signatures = 0;
  meter.hashes = 0;
  meter.records = 0;
  return Math.floor(nanoseconds / 1000);
};
