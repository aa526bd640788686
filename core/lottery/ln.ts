import { fromHex, type Id } from '../bytes/bytes.ts';

/** Coefficients of the printed polynomial for log2, Q64 (04 §6.3). */
const B0 = 0x0014e086ec982d63n;
const B1 = 0xb59ddde52a69d000n;
const B2 = 0x49df5c3bfd9cec00n;
const B3 = 0x14417e56d3331800n;
const LN2 = 0xb17217f7d1cf79abn;

/** The greatest u128: −ln(0), and the initial target. */
export const MAX_U128 = (1n << 128n) - 1n;

/** From here on the polynomial gives 0 where −ln is not; the series of `hybrid` takes over (04 D-8). */
const SERIES_FROM = 0xfa82c3cf2dd97317n << 192n;

export type LotteryMode = 'binding' | 'hybrid';

/** −ln(endpoint / 2^256) in Q64.64, the endpoint read as a big-endian number (04 §6.3). 0 ↦ 2^128 − 1. */
export const lnQ64 = (mode: LotteryMode, endpoint: Id): bigint => {
  const e = BigInt(`0x${endpoint}`);
  if (e === 0n) return MAX_U128;
  if (mode === 'hybrid' && e >= SERIES_FROM) return lnSeries(e);
  return lnPolynomial(e, endpoint);
};

/** −ln(1 − z) = z + z²/2 + z³/3 + …, z in Q128. */
const lnSeries = (e: bigint): bigint => {
  const z = ((1n << 256n) - e) >> 128n;
  const z2 = (z * z) >> 128n;
  const z3 = (z2 * z) >> 128n;
  const z4 = (z3 * z) >> 128n;
  const z5 = (z4 * z) >> 128n;
  return (z + z2 / 2n + z3 / 3n + z4 / 4n + z5 / 5n) >> 64n;
};

const lnPolynomial = (e: bigint, endpoint: Id): bigint => {
  const msb = mostSignificantBit(endpoint);
  const leading = BigInt(255 - msb);
  const mantissa = msb >= 127 ? e >> BigInt(msb - 127) : e << BigInt(127 - msb);
  const x = (mantissa - (1n << 127n)) >> 63n;
  const t2 = B2 - ((B3 * x) >> 64n);
  const t4 = B1 - ((t2 * x) >> 64n);
  const half = B0 + ((t4 * x) >> 64n);
  // Twice `half` needs 65 bits; the difference saturates at 0 near 2^256 (04 §6.3, steps 4 and 5).
  const log2 = ((leading + 1n) << 64n) - 2n * half;
  return log2 <= 0n ? 0n : (log2 * LN2) >> 64n;
};

const mostSignificantBit = (endpoint: Id): number => {
  const bytes = fromHex(endpoint);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte !== 0) return 8 * (31 - i) + 31 - Math.clz32(byte);
  }
  return -1;
};
