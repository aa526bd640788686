import type { RunResult } from '#sim/run/result.ts';
import { clip, heading, type Line, span, type Tone, wrap } from './text.ts';
import type { View } from './view.ts';

/** What there is to say of one expectation. */
interface Verdict {
  readonly sign: 'ok' | 'NOT' | '..' | '--';
  readonly name: string;
  readonly text: string;
  /** Something is violated, as expected or not. */
  readonly isViolated: boolean;
}

const SIGN_TONES: Readonly<Record<Verdict['sign'], Tone>> = { ok: 'good', NOT: 'bad', '..': 'calm', '--': 'calm' };

/** Cells before the text. */
const INDENT = 27;

/** What was expected and what is seen so far, a line each; if there is not room for all, the worst first. */
export const propertyLines = (
  { verdict, state }: Pick<View, 'verdict' | 'state'>,
  cells: number,
  rows: number,
): readonly Line[] => {
  const isOver = state === 'over';
  const verdicts = verdictsOf(verdict, isOver);
  const lines = fitting(verdicts, rows - 1, (one) => lineOf(one, clip(one.text, Math.max(0, cells - INDENT))));
  return rows < 1 ? [] : [heading('PROPERTIES', isOver ? '' : 'so far'), ...lines];
};

/** The same at the end of a run: texts in full if there is room, else of what is violated or not met, else a line each. */
export const judgedLines = (verdict: View['verdict'], cells: number, rows: number): readonly Line[] => {
  const textCells = Math.max(1, cells - INDENT);
  const verdicts = verdictsOf(verdict, true);
  const lines = (isInFull: (verdict: Verdict) => boolean): readonly Line[] =>
    verdicts.flatMap((one) => {
      const [first = '', ...others] = isInFull(one) ? wrap(one.text, textCells) : [clip(one.text, textCells)];
      return [lineOf(one, first), ...others.map((more) => [span(' '.repeat(INDENT)), span(more, toneOf(one))])];
    });
  const all = lines(() => true);
  if (all.length <= rows) return all;
  const bad = lines(isBad);
  return bad.length <= rows ? bad : fitting(verdicts, rows, (one) => lineOf(one, clip(one.text, textCells)));
};

const isBad = ({ sign, isViolated }: Verdict): boolean => sign === 'NOT' || isViolated;

/** As many lines as there is room for. If that is not all, the worst come first, and the last line says how many more. */
const fitting = (verdicts: readonly Verdict[], rows: number, line: (verdict: Verdict) => Line): readonly Line[] => {
  if (verdicts.length <= rows) return verdicts.map(line);
  if (rows <= 0) return [];
  const rank = (verdict: Verdict): number => (verdict.sign === 'NOT' ? 0 : verdict.isViolated ? 1 : 2);
  const shown = [...verdicts].sort((a, b) => rank(a) - rank(b)).slice(0, rows - 1);
  return [...shown.map(line), [span(`… ${verdicts.length - shown.length} more`, 'faint')]];
};

const lineOf = (verdict: Omit<Verdict, 'text'>, text: string): Line => [
  span(verdict.sign.padEnd(4), SIGN_TONES[verdict.sign]),
  span(verdict.name.padEnd(INDENT - 4), verdict.sign === 'NOT' ? 'bad' : 'plain'),
  span(text, toneOf(verdict)),
];

const toneOf = ({ sign, isViolated }: Pick<Verdict, 'sign' | 'isViolated'>): Tone =>
  sign === 'NOT' ? 'bad' : isViolated ? 'warn' : 'faint';

/** `progress`, limits and a violation that is due are judged at the end. */
const verdictsOf = ({ properties, limits }: View['verdict'], isOver: boolean): readonly Verdict[] => [
  ...properties.map((property) => ({ name: property.name, ...judged(property, isOver) })),
  ...limits.map(({ metric, least, most, observed, met }): Verdict => {
    const text = `${observed ?? 'not measured'} (${rangeText(least, most)})`;
    return { sign: !isOver ? '..' : met ? 'ok' : 'NOT', name: metric, text, isViolated: false };
  }),
];

const judged = (
  { name, expected, observed, met, detail }: RunResult['properties'][number],
  isOver: boolean,
): Omit<Verdict, 'name'> => {
  const isViolated = observed === 'violated';
  const isOpen = !isOver && name === 'progress';
  if (expected === 'measured') {
    if (isOpen) return { sign: '--', text: 'measured at the end', isViolated: false };
    return { sign: '--', text: isViolated ? `VIOLATED: ${detail}` : detail, isViolated };
  }
  if (isOpen) return { sign: '..', text: 'judged at the end', isViolated: false };
  if (expected === 'violated') {
    if (isViolated) return { sign: 'ok', text: `VIOLATED, as expected: ${detail}`, isViolated };
    return isOver
      ? { sign: 'NOT', text: `holds, expected: violated`, isViolated }
      : { sign: '..', text: 'holds so far, to be violated', isViolated };
  }
  return { sign: met ? 'ok' : 'NOT', text: isViolated ? `VIOLATED: ${detail}` : detail, isViolated };
};

const rangeText = (least: number | undefined, most: number | undefined): string => {
  if (least === undefined) return most === undefined ? 'any' : `at most ${most}`;
  return most === undefined ? `at least ${least}` : least === most ? `${least} due` : `${least} to ${most}`;
};
