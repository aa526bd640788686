import { isAsExpected, isComplete, type RunResult } from '#sim/run/result.ts';
import { headLines, type Keys, page, rulesText, titleLine } from './frame.ts';
import { MARKS } from './grid.ts';
import { judgedLines } from './properties.ts';
import type { Entry } from './screen.ts';
import { clip, exactly, type Frame, heading, type Line, type Size, span, wrap } from './text.ts';
import type { View } from './view.ts';

/** What the picker shows. */
export interface Picking {
  readonly entries: readonly Entry[];
  readonly at: number;
  /** Of the entry at the cursor; undefined: as written. */
  readonly variant: string | undefined;
  readonly seed: string | undefined;
  /** Why the last choice could not be run. */
  readonly fault: string | undefined;
  /** The chosen scenario is being set up. */
  readonly isPreparing: boolean;
}

/** The list of scenarios, and what the one at the cursor claims. */
export const pickerFrame = (picking: Picking, size: Size): Frame =>
  page(size, PICKER, () => pickerLines(picking, size));

const PICKER: Keys = [
  ['enter', 'run'],
  ['up/down', 'choose'],
  ['v', 'variant'],
  ['+/-', 'seed'],
  ['?', 'help'],
  ['q', 'quit'],
];

const pickerLines = ({ entries, at, variant, seed, fault, isPreparing }: Picking, { columns, rows }: Size): Frame => {
  const entry = entries[at];
  if (entry === undefined) return [[span('no scenarios')]];
  const chosen = entry.variants.find(({ name }) => name === variant);
  const names = entry.variants.map(({ name }) => name).join(', ');
  const variants =
    chosen === undefined ? (names === '' ? 'none' : `as written  (v: ${names})`) : `${chosen.name}: ${chosen.sets}`;
  const below: readonly Line[] = [
    [],
    [span(entry.title, 'strong')],
    ...claimLines(entries, entry, columns, Math.floor(rows / 2) - 4),
    [],
    [span('variant  ', 'faint'), span(clip(variants, columns - 9), variant === undefined ? 'plain' : 'warn')],
    [span('seed     ', 'faint'), span(seed ?? entry.seed, seed === undefined ? 'plain' : 'warn')],
    chosen === undefined ? [span('rules    ', 'faint'), span(clip(rulesText(entry), columns - 9))] : [],
    isPreparing
      ? [span(`making the keys of ${entry.nodes} nodes …`, 'calm')]
      : [span(clip(fault ?? '', columns), 'bad')],
  ];
  // Besides: the title, a blank line, the keys.
  const room = Math.max(1, rows - 3 - below.length);
  const first = Math.max(0, Math.min(at - (room >> 1), entries.length - room));
  const list = entries.slice(first, first + room).map(({ name, nodes, windows, title }, i): Line => {
    const isHere = first + i === at;
    const line = [
      span(isHere ? ' > ' : '   ', 'strong'),
      span(`${name.padEnd(22)} `, isHere ? 'strong' : 'plain'),
      span(`${String(nodes).padStart(5)} nodes ${String(windows).padStart(6)} windows   `, 'faint'),
      span(title, isHere ? 'strong' : 'plain'),
    ];
    return exactly(line, columns);
  });
  const shown = `${at + 1} of ${entries.length}`;
  return [titleLine('Montana  scenarios', shown, columns), [], ...list, ...below];
};

/** What an entry claims, on as many lines as the longest claim takes: the list above keeps its place. */
const claimLines = (entries: readonly Entry[], { claim }: Entry, columns: number, most: number): readonly Line[] => {
  const wrapped = (text: string): readonly string[] => wrap(text, Math.min(columns, 100));
  const room = Math.min(most, Math.max(...entries.map((other) => wrapped(other.claim).length)));
  const lines = wrapped(claim);
  const shown =
    lines.length > room ? [...lines.slice(0, room - 1), clip(lines.slice(room - 1).join(' '), columns)] : lines;
  return Array.from({ length: room }, (_, i) => [span(shown[i] ?? '')]);
};

/** The end of a run: what was expected, what was seen, and how to see it again. */
export const verdictFrame = (view: View, result: RunResult, size: Size): Frame =>
  page(size, OVER, () => verdictLines(view, result, size));

const OVER: Keys = [
  ['enter', 'back to the scenarios'],
  ['n', 'the nodes'],
  ['?', 'help'],
];

const verdictLines = (view: View, result: RunResult, { columns, rows }: Size): Frame => {
  const isMet = isAsExpected(result);
  const { metrics } = result;
  const stalled = isComplete(result) ? '' : ' The run stalled: nothing closes any more.';
  const figures: readonly (readonly [string, string])[] = [
    ['windows', finalText(result)],
    ...forkText(view),
    ['operations', `${metrics.operationsSettled} of ${metrics.operationsSubmitted} settled`],
    ['messages', `${result.deliveries}, in ${result.seconds.toFixed(1)} s of the machine`],
    ['state root', result.stateRoot],
    ['trace', result.traceDigest],
  ];
  const head: Frame = [
    ...headLines(view, columns),
    [],
    [span(isMet ? 'Everything as expected.' : 'NOT as expected.', isMet ? 'good' : 'bad'), span(stalled, 'bad')],
  ];
  const foot: Frame = [
    [],
    ...figures.map(([name, text]): Line => {
      const [label, tone] = name === 'FORK' ? (['bad', 'bad'] as const) : (['faint', 'plain'] as const);
      return [span(name.padEnd(12), label), span(clip(text, columns - 12), tone)];
    }),
    ...wrap(`Again: ${result.reproduce}`, columns).map((line) => [span(line, 'strong')]),
  ];
  return [...head, ...judgedLines(view.verdict, columns, rows - 1 - head.length - foot.length), ...foot];
};

const finalText = ({ finalWindow, metrics }: RunResult): string =>
  finalWindow < 0
    ? 'none final at every honest node that is up'
    : `0 to ${finalWindow} final at every honest node that is up, ${share(metrics.roundOneShare)} in round 1`;

/** Not seen in what `finalText` says: nodes may have different final proposals. */
const forkText = ({ closed }: View): readonly (readonly [string, string])[] => {
  const forked = closed.filter(({ proposals }) => proposals > 1).map(({ window }) => window);
  if (forked.length === 0) return [];
  const which = forked.length === 1 ? `window ${forked[0]}` : `${forked.length} windows from ${forked[0]} on`;
  return [['FORK', `different final proposals of ${which} at honest nodes`]];
};

const share = (value: number | undefined): string => `${((value ?? 0) * 100).toFixed(1)} %`;

const HELP: readonly string[] = [
  'Windows of virtual time close when nodes with 67 % of the weight sign the same proposal. WEIGHT shows who has',
  'signed for the open window, and how many nodes hold 67 % in their hands. The digits tell the round each window closed',
  'in; F: a fork.',
];

/** What the marks, the colours and the keys mean. */
export const helpFrame = (size: Size): Frame => page(size, [['any key', 'back']], () => helpLines(size));

const helpLines = ({ columns }: Size): Frame => {
  const marks = MARKS.map(({ sign, tone, meaning }): Line => [span(`  ${sign}  `, tone), span(meaning)]);
  return [
    titleLine('Montana  help', '', columns),
    ...wrap(HELP.join(' '), Math.min(columns, 100)).map((line) => [span(line)]),
    [],
    heading('NODES', 'each in the worst of the states it is in'),
    ...marks,
    [],
    heading('PROPERTIES'),
    [span('  ok  ', 'good'), span('as expected so far   '), span('NOT ', 'bad'), span('not as expected')],
    [span('  ..  ', 'calm'), span('judged at the end    '), span('--  ', 'calm'), span('measured')],
    [],
  ];
};
