import { happeningInWords } from './happening-words.ts';
import type { Recorded, Recording } from './recording.ts';
import { exactClockText, timeText } from './words.ts';

/** Lines before the difference. */
const CONTEXT = 3;

/** The first difference of two stretches: its index in both. */
export type Parting = number;

/** Index of the first happening that two stretches do not share, from an index on; undefined: there is none. */
export const partingOf = (a: Recording, b: Recording, from: number): Parting | undefined => {
  const length = Math.min(a.count, b.count);
  for (let i = from; i < length; i++) if (!a.isEqual(b, i)) return i;
  return a.count === b.count ? undefined : length;
};

/** One of the two runs at the parting. */
interface Side {
  readonly name: 'a' | 'b';
  readonly run: Recording;
}

/** What parts two runs, as a person reads it. */
export const differenceInWords = (i: Parting, first: Recording, second: Recording): readonly string[] => {
  const a: Side = { name: 'a', run: first };
  const b: Side = { name: 'b', run: second };
  const [inA, inB] = [first.get(i), second.get(i)];
  if (inA === undefined || inB === undefined) {
    const [longer, shorter] = inA === undefined ? [b, a] : [a, b];
    const next = longer.run.get(i) as Recorded;
    const lines = [`  ${longer.name}: ${lineOf(next, longer.run)}`, `  ${shorter.name}: the run is over`];
    return [headOf(next, longer.run), ...lines, ...contextOf(next, longer.run, i)];
  }
  if (first.isAlike(i, second, i)) {
    const lines = [`  a: ${lineOf(inA, first)}`, `  b: the same ${timeText(inB.at)}`];
    return [headOf(inA, first), ...lines, ...contextOf(inA, first, i)];
  }
  const [earlier, other] = inB.at < inA.at ? [b, a] : [a, b];
  const later = { a: laterIn(first, second, i), b: laterIn(second, first, i) };
  // What one run has, and the other lacks or has later, is told beside what the other does instead.
  if (later.b === undefined && later.a !== undefined) return onlyIn(a, b, i);
  if (later.a === undefined && later.b !== undefined) return onlyIn(b, a, i);
  if (later.a !== undefined && inA.at !== inB.at) return onlyIn(earlier, other, i, later[other.name]?.at);
  const leading = earlier.run.get(i) as Recorded;
  const lines = [`  a: ${lineOf(inA, first)}`, `  b: ${lineOf(inB, second)}`];
  return [headOf(leading, earlier.run), ...lines, ...contextOf(leading, earlier.run, i)];
};

/** In `run`, from an index on: the happening that the other run has at that index. */
const laterIn = (run: Recording, other: Recording, i: number): Recorded | undefined => {
  for (let j = i; j < run.count; j++) if (run.isAlike(j, other, i)) return run.get(j);
  return undefined;
};

/** `later`: when the other run has it. */
const onlyIn = (having: Side, lacking: Side, i: number, later?: number): readonly string[] => {
  const happening = having.run.get(i) as Recorded;
  const lack = later === undefined ? 'this does not happen' : `this happens later, ${timeText(later)}`;
  return [
    headOf(happening, having.run),
    `  ${having.name}: ${lineOf(happening, having.run)}`,
    `  ${lacking.name}: ${lack}; ${nextAt(lacking.run, happening.host, i)}`,
    ...contextOf(happening, having.run, i),
  ];
};

const nextAt = (run: Recording, host: number | undefined, i: number): string => {
  for (let j = i; j < run.count; j++) {
    const next = run.get(j) as Recorded;
    if (host === undefined || next.host === host) return `next there: ${lineOf(next, run)}`;
  }
  return run.end !== undefined ? 'nothing more happens there' : 'nothing more happens there for a while';
};

const headOf = ({ number, at, window, host }: Recorded, { names }: Recording): string => {
  const where = host === undefined ? '' : ` of ${names[host]}`;
  return `First difference: ${timeText(at)}, in window ${window}${where}, happening ${number}:`;
};

const lineOf = (happening: Recorded, run: Recording): string =>
  `${exactClockText(happening.at)}  ${happeningInWords(happening, run)}`;

/** The last things that happened there in both runs. */
const contextOf = ({ host }: Recorded, run: Recording, i: number): readonly string[] => {
  const before: Recorded[] = [];
  for (let j = i - 1; j >= 0 && before.length < CONTEXT; j--) {
    const happening = run.get(j) as Recorded;
    if (host === undefined || happening.host === host) before.unshift(happening);
  }
  if (before.length === 0) return [];
  return ['Before that, the same in both:', ...before.map((happening) => `     ${lineOf(happening, run)}`)];
};
