/**
 * ⌊a / b⌋ of safe integers, 0 ≤ a and 1 ≤ b. Exact, since what is divided is a multiple of b. The one place in
 * consensus code where numbers are divided; amounts and weights are bigint.
 */
export const divide = (a: number, b: number): number => (a - (a % b)) / b;

export const smallestOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** `value` brought into [least, most]. */
export const clamp = (value: bigint, least: bigint, most: bigint): bigint =>
  value < least ? least : value > most ? most : value;
