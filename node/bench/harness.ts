/** Something to measure, done once per round: `run` answers with what it measured, in `unit`. */
export interface Case {
  readonly name: string;
  readonly unit: string;
  /** Name of the case it is measured against. */
  readonly peer?: string;
  run(): number;
}

/** What was measured: a value of each round, in order. */
export interface Series extends Omit<Case, 'run'> {
  readonly values: readonly number[];
}

/** Median and quartiles. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** A line of the result. The ratio is the value divided by the peer's of the same round, over all rounds. */
export interface Row extends Spread {
  readonly name: string;
  readonly unit: string;
  readonly rounds: number;
  readonly ratio?: Spread & { readonly of: string };
}

/**
 * Runs the cases in turn, `rounds` times after `warmUp` rounds that do not count, so that whatever else the machine does reaches
 * all of them alike. Young garbage is collected in between, where Node lets us: no case pays for another's.
 */
export const interleave = (cases: readonly Case[], rounds: number, warmUp: number): readonly Series[] => {
  const values: number[][] = cases.map(() => []);
  for (let round = -warmUp; round < rounds; round++) {
    cases.forEach(({ run }, i) => {
      globalThis.gc?.({ type: 'minor' });
      const value = run();
      if (round >= 0) values[i]?.push(value);
    });
  }
  return cases.map(({ run: _, ...named }, i) => ({ ...named, values: values[i] as number[] }));
};

/** Quartiles by linear interpolation between the sorted values. */
export const spread = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] as number;
    return below + (place - Math.floor(place)) * ((sorted[Math.ceil(place)] as number) - below);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
};

/** Throws where a peer is missing or was not measured in the same rounds. */
export const rowsOf = (series: readonly Series[]): readonly Row[] =>
  series.map(({ name, unit, peer, values }) => {
    const row = { name, unit, rounds: values.length, ...spread(values) };
    if (peer === undefined) return row;
    const others = series.find((other) => other.name === peer)?.values;
    if (others?.length !== values.length) throw new Error(`${name}: ${peer} was not measured in the same rounds`);
    return { ...row, ratio: { of: peer, ...spread(values.map((value, i) => value / (others[i] as number))) } };
  });

/** What `work` makes, and how many milliseconds it takes. */
export const timed = <T>(work: () => T): readonly [T, number] => {
  const begun = performance.now();
  const made = work();
  return [made, performance.now() - begun];
};

/** A run that does `count` operations, in operations per second. */
export const rate = (count: number, work: () => void) => (): number => (1000 * count) / timed(work)[1];

/** A value that was measured once. */
export const one = (name: string, unit: string, value: number, peer?: string): Series => ({
  ...{ name, unit, values: [value] },
  ...(peer === undefined ? {} : { peer }),
});
