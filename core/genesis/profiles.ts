import { littleEndian, ZERO_ID } from '../bytes/bytes.ts';
import { appId } from '../crypto/ids.ts';
import type { Constants } from './params.ts';

/** A target as target_0 holds it: 16 bytes, then zeros (01 O-7). */
const targetBytes = (target: bigint): Uint8Array => littleEndian(target, 32);

/** Every ticket wins. */
const EVERY_TICKET = targetBytes((1n << 128n) - 1n);

/** The project's main network (09 §2, 01 §9.1). */
export const MAINNET: Constants = {
  d0: 325_000_000n,
  tau2Windows: 20_160n,
  emissionMoneta: 13_000_000_000n,
  targetZero: EVERY_TICKET,
  confirmationQuorumNum: 67,
  confirmationQuorumDen: 100,
  participationDeadZoneLow: 85,
  participationDeadZoneHigh: 95,
  dAdjustmentRateNum: 3,
  dAdjustmentRateDen: 100,
  vdfEntryWindows: 20_160n,
  selectionInterval: 336n,
  admissionDivisor: 130n,
  candidateExpiryWindows: 60_480n,
  adaptiveVdfThreshold: 1,
  adaptiveVdfMultiplier: 100,
  pruningIdleWindows: 80_640n,
  bootstrapPowDifficulty: 65_536,
  maxProtocolPayloadBytes: 1_048_576,
  maxSfCiphertextBytes: 65_536,
  genesisContentAppId: appId('montana'),
  genesisContentDataHash: ZERO_ID,
};

/** Live nodes on one machine: windows of seconds, epochs of minutes (09 §2). */
export const DEVNET: Constants = {
  ...MAINNET,
  d0: 4_194_304n,
  tau2Windows: 60n,
  vdfEntryWindows: 12n,
  selectionInterval: 6n,
  candidateExpiryWindows: 180n,
  pruningIdleWindows: 240n,
};

/** What a scenario chooses of the simulator's network. */
export interface SimulationChoice {
  /** Founders, the bootstrap included: they fix target_0. */
  readonly founders: number;
  /** τ₂ in windows, 8 to 20 160. */
  readonly tau2Windows?: number;
  /** Iterations per window at genesis. */
  readonly d0?: number;
}

/** The simulator's network: every hash is really computed, and the horizons follow τ₂ (09 §2). */
export const simulation = ({ founders, tau2Windows = 60, d0 = 2_560 }: SimulationChoice): Constants => {
  const tau2 = BigInt(tau2Windows);
  return {
    ...MAINNET,
    d0: BigInt(d0),
    tau2Windows: tau2,
    targetZero: founders > WINNERS_WANTED ? targetBytes(simulationTarget(founders)) : EVERY_TICKET,
    vdfEntryWindows: tau2,
    selectionInterval: 6n,
    candidateExpiryWindows: 3n * tau2,
    pruningIdleWindows: 4n * tau2,
  };
};

/** Candidates per window the target calibrates for (04 §6.4). */
const WINNERS_WANTED = 13;

/** Fractional bits the series is computed with: 128 more than are kept. */
const PRECISION = 192n;

/**
 * floor(2^64 · −ln(1 − 13/N)) for N > 13 founders: on average 13 of N tickets are below it (09 §2). With z = 13 / (2N − 13) the
 * logarithm is 2 · artanh z = 2 · (z + z³/3 + z⁵/5 + …): integers only, and no table to trust.
 */
export const simulationTarget = (founders: number): bigint => {
  const top = BigInt(WINNERS_WANTED);
  const bottom = 2n * BigInt(founders) - top;
  let power = (top << PRECISION) / bottom;
  let sum = 0n;
  for (let odd = 1n; power > 0n; odd += 2n) {
    sum += power / odd;
    power = (power * top * top) / (bottom * bottom);
  }
  return (2n * sum) >> (PRECISION - 64n);
};
