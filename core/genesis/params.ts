import { readLittleEndian } from '../bytes/bytes.ts';
import { id32, layout, raw, u8, u16, u32, u64, u128 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { PUBLIC_KEY_SIZE } from '../crypto/suite.ts';

/** protocol_params, 4106 bytes (01 §9.1): the constants of a network, compiled in and hash-bound. */
export const paramsLayout = layout('ProtocolParams', {
  /** D of windows 0 and 1: iterations from one timechain value to the next. */
  d0: u64,
  /** Zeros. */
  reserved: raw(8),
  /** τ₂ in windows. */
  tau2Windows: u64,
  /** Paid for every window, in moneta. */
  emissionMoneta: u128,
  /** See `initialTarget`. */
  targetZero: raw(32),
  confirmationQuorumNum: u8,
  confirmationQuorumDen: u8,
  /** Percent. */
  participationDeadZoneLow: u16,
  /** Percent. */
  participationDeadZoneHigh: u16,
  dAdjustmentRateNum: u16,
  dAdjustmentRateDen: u16,
  /** Least length of an entry chain, in windows. */
  vdfEntryWindows: u64,
  /** Windows from one selection event to the next under `admission: protocol`. */
  selectionInterval: u64,
  /** slots = max(1, active div admissionDivisor). */
  admissionDivisor: u64,
  candidateExpiryWindows: u64,
  /** Percent of the active nodes that may wait in the pool before entry chains grow longer. */
  adaptiveVdfThreshold: u16,
  adaptiveVdfMultiplier: u16,
  /** Idle windows after which an empty account is pruned; nodes take twice as many (01 O-10). */
  pruningIdleWindows: u64,
  bootstrapPowDifficulty: u32,
  maxProtocolPayloadBytes: u32,
  maxSfCiphertextBytes: u32,
  bootstrapAccountPubkey: raw(PUBLIC_KEY_SIZE),
  bootstrapNodePubkey: raw(PUBLIC_KEY_SIZE),
  genesisContentAppId: id32,
  genesisContentDataHash: id32,
});

type Encoded = ReturnType<typeof paramsLayout.read>;

export type Params = Omit<Encoded, 'reserved'>;

/** What a profile fixes: everything but the two bootstrap keys. */
export type Constants = Omit<Params, 'bootstrapAccountPubkey' | 'bootstrapNodePubkey'>;

/** `ZeroParameter`: a divisor, an interval or d0 is zero (01 E-12). */
export type ParamsError = 'WrongLength' | 'ReservedNotZero' | 'ZeroParameter';

const RESERVED = new Uint8Array(8);

export const encodeParams = (params: Params): Uint8Array => paramsLayout.encode({ ...params, reserved: RESERVED });

/** Strict inverse of `encodeParams`; key bytes are views of `bytes`. */
export const decodeParams = (bytes: Uint8Array): Result<Params, ParamsError> => {
  const decoded = paramsLayout.decode(bytes);
  if (!decoded.ok) return fail('WrongLength');
  const { reserved, ...params } = decoded.value;
  if (reserved.some((byte) => byte !== 0)) return fail('ReservedNotZero');
  return hasZeroParameter(params) ? fail('ZeroParameter') : ok(params);
};

/** Values the rules divide by, or count up to, and that therefore no network may set to zero. */
const hasZeroParameter = (params: Constants): boolean =>
  params.d0 === 0n ||
  params.tau2Windows === 0n ||
  params.selectionInterval === 0n ||
  params.admissionDivisor === 0n ||
  params.confirmationQuorumDen === 0 ||
  params.dAdjustmentRateDen === 0;

/** target(0), u128: the first 16 bytes of target_0; own profiles leave the other 16 zero (01 O-7). */
export const initialTarget = (params: Pick<Params, 'targetZero'>): bigint => readLittleEndian(params.targetZero, 0, 16);
