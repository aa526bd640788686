import type { Id } from '#core/bytes/bytes.ts';
import type { RunProgress } from '#sim/run/run.ts';
import { BLOCK } from './digest.ts';
import { differenceInWords, partingOf } from './parting.ts';
import { type Recording, recordRun } from './recording.ts';
import { sourceWarning } from './replay-run.ts';
import type { RunJournal, WindowLine } from './run-journal.ts';
import { timeText } from './words.ts';

export interface CompareOptions {
  /** Digest of the present source. */
  readonly source: Id;
  /** Both are run again to find the happening: told how far they are. */
  readonly progress?: Readonly<Record<'a' | 'b', (view: RunProgress) => void>>;
}

/** `lines`: what is to be told, for a person. */
export interface Comparison {
  readonly equal: boolean;
  readonly lines: readonly string[];
}

/** Happenings kept beside the block that differs, on both sides: for what was before, and for what came instead. */
const MARGIN = 8_192;

/**
 * Compares two runs: settings, then what the journals say window by window and block by block; then runs both again up to the
 * first block that differs, and finds the first happening that does. Of each run it keeps the happenings of that block.
 */
export const compareRuns = (a: RunJournal, b: RunJournal, { source, progress }: CompareOptions): Comparison => {
  const lines = (['a', 'b'] as const).flatMap((name) => {
    const warning = sourceWarning(name === 'a' ? a : b, source);
    return warning === undefined ? [] : [`${name} was ${warning}`];
  });
  const settings = settingsThatDiffer(settingsOf(a), settingsOf(b));
  if (settings.length > 0) lines.push('Settings that differ:', ...settings.map((setting) => `  ${setting}`));
  const common = commonPart(a, b);
  const last = a.windows[common.windows - 1];
  const extent = last === undefined ? '' : ` up to window ${last.window}, final ${timeText(last.at)}`;
  if (common.isAll) {
    const isWhole = a.end !== undefined && b.end !== undefined;
    const text = isWhole
      ? `The runs are equal: ${a.windows.length} windows, trace ${a.end?.digest}`
      : `The runs are equal${extent}`;
    return { equal: true, lines: [...lines, isWhole ? text : `${text}, where the journal of an interrupted run ends`] };
  }
  if (last !== undefined) lines.push(`The runs are equal${extent}.`);
  const from = Math.max(0, common.happenings - MARGIN);
  const to = (common.blocks + 1) * BLOCK + MARGIN;
  const first = recordRun(a.scenario, from, to, progress?.a);
  const second = recordRun(b.scenario, from, to, progress?.b);
  const unlike = [...(isRepeated(a, first) ? [] : ['a']), ...(isRepeated(b, second) ? [] : ['b'])];
  for (const name of unlike)
    lines.push(`This source does not repeat ${name}: what follows is of the run it makes now.`);
  const parting = partingOf(first, second, common.happenings - from);
  if (parting === undefined) {
    lines.push('Both journals, run again with this source, are equal where they were not.');
    return { equal: false, lines };
  }
  return { equal: false, lines: [...lines, ...differenceInWords(parting, first, second)] };
};

/** Whether the run, made again, has the blocks and the end its journal says. */
export const isRepeated = (
  journal: Pick<RunJournal, 'blocks' | 'end'>,
  { blocks, end }: Pick<Recording, 'blocks' | 'end'>,
): boolean =>
  blocks.every((block, i) => journal.blocks[i] === undefined || journal.blocks[i] === block) &&
  (end === undefined || journal.end === undefined || journal.end.digest === end);

interface CommonPart {
  /** How many windows, blocks and happenings the two have in common, from the first on. */
  readonly windows: number;
  readonly blocks: number;
  readonly happenings: number;
  /** Nothing differs as far as both go. */
  readonly isAll: boolean;
}

const commonPart = (a: RunJournal, b: RunJournal): CommonPart => {
  const windows = firstDifference(a.windows, b.windows, isSameWindow);
  const blocks = firstDifference(a.blocks, b.blocks, (one, other) => one === other);
  // A window that says more than its blocks can hold was not written by a run.
  const told = Math.min(a.windows[windows - 1]?.happenings ?? 0, (blocks + 1) * BLOCK);
  const happenings = Math.max(blocks * BLOCK, told);
  const isAll =
    a.end !== undefined && b.end !== undefined
      ? // The root after the last window is in no happening.
        a.end.digest === b.end.digest && windows === Math.max(a.windows.length, b.windows.length)
      : // What an interrupted run would have done next is not known.
        isPrefix(a, b, windows, blocks) || isPrefix(b, a, windows, blocks);
  return { windows, blocks, happenings, isAll };
};

const isPrefix = (short: RunJournal, long: RunJournal, windows: number, blocks: number): boolean =>
  short.end === undefined &&
  windows === short.windows.length &&
  blocks === short.blocks.length &&
  long.windows.length >= windows;

const isSameWindow = (a: WindowLine, b: WindowLine): boolean =>
  a.digest === b.digest && a.happenings === b.happenings && a.root === b.root;

const firstDifference = <T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (!isSame(a[i] as T, b[i] as T)) return i;
  return length;
};

/** A seed is the same as a number and as a text. */
const settingsOf = ({ scenario }: RunJournal): object => ({ ...scenario, seed: String(scenario.seed) });

/** Fields that differ, one line each: "network.loss: a 0, b 1000". */
export const settingsThatDiffer = (a: unknown, b: unknown, path = ''): readonly string[] => {
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => settingsThatDiffer(a[key], b[key], path === '' ? key : `${path}.${key}`));
  }
  const [one, other] = [inJson(a), inJson(b)];
  return one === other ? [] : [`${path}: a ${one}, b ${other}`];
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const inJson = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
