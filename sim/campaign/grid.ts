import { type Axis, CampaignError, type Definition, type Shard } from './definition.ts';

/** Runs of a sweep, at most. */
const MAX_RUNS = 100_000;

/** One point of the grid: what all its runs have in common. */
export interface Cell {
  readonly number: number;
  /** Empty: the scenario as written. */
  readonly variant: string;
  /** One text for each axis. */
  readonly values: readonly string[];
}

/** A run by its number in the whole grid: all seeds of the first cell, then all of the second, … */
export interface PlannedRun {
  readonly run: number;
  readonly cell: number;
  readonly seed: number;
}

type Grid = Pick<Definition, 'variants' | 'vary' | 'seeds'>;

/** The cells in order: the last axis changes fastest, the variant slowest. */
export const cellsOf = ({ variants, vary }: Grid): readonly Cell[] => {
  let points = variants.map((variant) => ({ variant, values: [] as readonly string[] }));
  for (const axis of vary) {
    points = points.flatMap(({ variant, values }) =>
      axis.values.map((value) => ({ variant, values: [...values, value] })),
    );
  }
  return points.map((point, number) => ({ number, ...point }));
};

/** How many runs the grid has. Throws `CampaignError` where they are too many. */
export const countRuns = ({ variants, vary, seeds }: Grid): number => {
  const runs = vary.reduce((product, { values }) => product * values.length, variants.length * seeds.count);
  if (runs > MAX_RUNS) throw new CampaignError(`these are ${runs} runs; a sweep has at most ${MAX_RUNS}`);
  return runs;
};

export const plannedRun = ({ seeds }: Grid, run: number): PlannedRun => {
  const place = run % seeds.count;
  return { run, cell: (run - place) / seeds.count, seed: seeds.from + place };
};

export const isInShard = (run: number, { index, of }: Shard): boolean => run % of === index - 1;

/** The runs of a sweep's own shard, in order. */
export const runsOf = (definition: Grid & Pick<Definition, 'shard'>): readonly PlannedRun[] =>
  Array.from({ length: countRuns(definition) }, (_, run) => run)
    .filter((run) => isInShard(run, definition.shard))
    .map((run) => plannedRun(definition, run));

/** What a cell sets, as `--set` takes it. */
export const settingsOf = ({ vary }: Grid, { values }: Cell): readonly string[] =>
  vary.flatMap(({ paths }, i) => paths.map((path) => `${path}=${values[i]}`));

/** A name for an axis: its first path stands for all of them. */
export const axisName = ({ paths }: Axis): string => paths[0] as string;

/** A cell for a person: what sets it apart from the others. */
export const cellText = (grid: Grid, { variant, values }: Cell): string => {
  const settings = grid.vary.map((axis, i) => `${axisName(axis)}=${values[i]}`);
  return [...(grid.variants.length > 1 ? [variantText(variant)] : []), ...settings].join(' ');
};

export const variantText = (variant: string): string => (variant === '' ? '(as written)' : variant);

/**
 * `path[,path…]=value[,value…]`. A value is a text as `--set` takes it, its commas inside brackets or quotes left alone, or a range
 * `from..to[/step]` of decimal numbers.
 */
export const parseAxis = (text: string): Axis => {
  const at = text.indexOf('=');
  if (at < 1) throw new CampaignError(`--vary ${text}: write path=value,value,…`);
  const paths = text.slice(0, at).split(',');
  if (paths.includes('')) throw new CampaignError(`--vary ${text}: a path is empty`);
  if (paths.includes('seed')) throw new CampaignError(`--vary ${text}: seeds are varied by --seeds`);
  const values = splitValues(text.slice(at + 1)).flatMap((value) => rangeOf(value, text) ?? [value]);
  if (values.includes('')) throw new CampaignError(`--vary ${text}: a value is empty`);
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw new CampaignError(`--vary ${text}: ${twice} stands there twice`);
  return { paths, values };
};

/** The pieces between commas that stand outside of brackets and quotes. */
const splitValues = (text: string): readonly string[] => {
  const pieces = [''];
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === ',' && depth === 0 && !isQuoted) {
      pieces.push('');
      continue;
    }
    pieces[pieces.length - 1] += char;
    if (isQuoted && char === '\\') pieces[pieces.length - 1] += text[++i] ?? '';
    else if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === '[' || char === '{')) depth++;
    else if (!isQuoted && (char === ']' || char === '}')) depth--;
  }
  return pieces;
};

/** The numbers of a range, exactly: counted in units of its last decimal place. */
const rangeOf = (value: string, text: string): readonly string[] | undefined => {
  const parts = /^(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?$/.exec(value);
  if (parts === null) return undefined;
  const [from, to, step] = [parts[1] as string, parts[2] as string, parts[3] ?? '1'];
  const places = Math.max(...[from, to, step].map((number) => number.split('.')[1]?.length ?? 0));
  const units = (number: string): bigint => {
    const [whole, decimals = ''] = number.split('.') as [string, string?];
    return BigInt(whole + decimals.padEnd(places, '0'));
  };
  const [first, last, by] = [units(from), units(to), units(step)];
  if (by === 0n || last < first) throw new CampaignError(`--vary ${text}: the range ${value} is empty`);
  if ((last - first) / by >= BigInt(MAX_RUNS))
    throw new CampaignError(`--vary ${text}: the range ${value} is too long`);
  const numbers: string[] = [];
  for (let unit = first; unit <= last; unit += by) numbers.push(decimal(unit, places));
  return numbers;
};

const decimal = (units: bigint, places: number): string => {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const at = digits.length - places;
  const decimals = digits.slice(at).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, at)}${decimals === '' ? '' : `.${decimals}`}`;
};

/** `i/n`. */
export const parseShard = (text: string): Shard => {
  const [, index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number) as [number, number?, number?];
  if (index === undefined || of === undefined || index < 1 || index > of) {
    throw new CampaignError(`--shard ${text}: write i/n, with i from 1 to n`);
  }
  return { index, of };
};
