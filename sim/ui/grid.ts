import { cellsOf, type Frame, type Line, type Span, span, type Tone } from './text.ts';

/** What a node is doing, the worst last. A cell that stands for several nodes shows the worst of them. */
export const MARKS = [
  { name: 'precommitted', sign: '█', tone: 'good', meaning: 'precommitted in the open window' },
  { name: 'prevoted', sign: '▓', tone: 'good', meaning: 'prevoted' },
  { name: 'bundle', sign: '▒', tone: 'good', meaning: 'bundle signed' },
  { name: 'hashing', sign: '·', tone: 'good', meaning: 'hashes the timechain of the open window' },
  { name: 'left-out', sign: 'o', tone: 'warn', meaning: 'its bundle is not in the last window' },
  { name: 'behind', sign: '-', tone: 'warn', meaning: 'still in the window before' },
  { name: 'catching-up', sign: '<', tone: 'calm', meaning: 'two windows behind or more: catches up' },
  { name: 'cut', sign: '/', tone: 'calm', meaning: 'on the small side of a cut' },
  { name: 'adversary', sign: 'A', tone: 'odd', meaning: 'adversary: follows a strategy' },
  { name: 'down', sign: 'x', tone: 'bad', meaning: 'down' },
  { name: 'forked', sign: 'F', tone: 'bad', meaning: 'holds other final proposals than most nodes: a fork' },
] as const satisfies readonly { name: string; sign: string; tone: Tone; meaning: string }[];

/** An index into `MARKS`. */
export type Mark = number;

export const markNamed = (name: (typeof MARKS)[number]['name']): Mark => MARKS.findIndex((mark) => mark.name === name);

/** How nodes are laid out: so many to a cell, so many cells a line. */
export interface Layout {
  readonly perCell: number;
  readonly perLine: number;
  readonly lines: number;
  /** Cells from one mark to the next: 2 where there is room. */
  readonly step: 1 | 2;
}

/** Round numbers of cells a line: they make nodes easy to count. */
const ROUND = [100, 50, 40, 30, 25, 20, 10, 5];

/** Cells of a line's label: the name of its first node. */
const labelCells = (nodes: number): number => Math.max(4, String(nodes - 1).length + 1) + 1;

/** The roomiest layout of the nodes in so many lines of so many cells. */
export const layoutOf = (nodes: number, cells: number, lines: number): Layout => {
  const room = Math.max(1, cells - labelCells(nodes));
  for (let perCell = 1; ; perCell++) {
    const marks = Math.ceil(nodes / perCell);
    for (const step of [2, 1] as const) {
      const most = Math.floor((room + step - 1) / step);
      // First a round number; if that takes too many lines, all the room there is.
      for (const perLine of [ROUND.find((round) => round <= most) ?? most, most]) {
        const needed = Math.ceil(marks / perLine);
        if (needed <= Math.max(1, lines)) return { perCell, perLine, lines: needed, step };
      }
    }
  }
};

/** The nodes as lines of marks, each behind the name of its first node. */
export const gridLines = (marks: readonly Mark[], names: readonly string[], layout: Layout): Frame => {
  const { perCell, perLine, lines, step } = layout;
  return Array.from({ length: lines }, (_, line): Line => {
    const first = line * perLine * perCell;
    const spans: Span[] = [span(`${(names[first] ?? '').padEnd(labelCells(names.length) - 1)} `, 'faint')];
    for (let cell = 0; cell < perLine; cell++) {
      const from = first + cell * perCell;
      if (from >= marks.length) break;
      let worst = 0;
      for (let i = from; i < Math.min(from + perCell, marks.length); i++) worst = Math.max(worst, marks[i] as Mark);
      const { sign, tone } = MARKS[worst] as (typeof MARKS)[number];
      append(spans, step === 2 && cell > 0 ? ` ${sign}` : sign, tone);
    }
    return spans;
  });
};

/** Marks of one tone in a row are one span: fewer changes of colour to write. */
const append = (spans: Span[], text: string, tone: Tone): void => {
  const last = spans.at(-1);
  if (last?.tone === tone) spans[spans.length - 1] = { text: last.text + text, tone };
  else spans.push({ text, tone });
};

/** How many nodes are in each state that occurs, on as many lines as it takes. */
export const legendLines = (marks: readonly Mark[], cells: number): Frame => {
  const counts = MARKS.map(() => 0);
  for (const mark of marks) counts[mark] = (counts[mark] as number) + 1;
  const lines: Span[][] = [[]];
  MARKS.forEach(({ sign, name, tone }, i) => {
    if (counts[i] === 0) return;
    const entry = [span(sign, tone), span(` ${counts[i]} ${name.replace('-', ' ')}`)];
    const line = lines.at(-1) as Span[];
    if (line.length > 0 && cellsOf(line) + 2 + cellsOf(entry) > cells) lines.push(entry);
    else line.push(...(line.length > 0 ? [span('  ')] : []), ...entry);
  });
  return lines;
};
