/** Standard deviations of a two-sided interval of 95 %. */
const Z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson's interval of 95 % for a share of which `count` of `of` independent runs are known. */
export const wilson = (count: number, of: number): Interval => {
  if (of === 0) return { low: 0, high: 1 };
  const share = count / of;
  const scale = 1 + Z ** 2 / of;
  const middle = (share + Z ** 2 / (2 * of)) / scale;
  const half = (Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2))) / scale;
  // At the ends the bound is exact; computed, it would be off by a rounding.
  return { low: count === 0 ? 0 : middle - half, high: count === of ? 1 : middle + half };
};

/** What is said of the numbers that several runs gave. */
export interface Numbers {
  readonly runs: number;
  readonly mean: number;
  readonly min: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly max: number;
}

/** At least one value. Summed in order of size, so that the order they came in leaves no trace. */
export const numbersOf = (values: readonly number[]): Numbers => {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    runs: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    min: sorted[0] as number,
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    max: sorted.at(-1) as number,
  };
};

/** Linear between the two values next to the place (n − 1) · p. */
export const quantile = (sorted: readonly number[], p: number): number => {
  const place = (sorted.length - 1) * p;
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
};
