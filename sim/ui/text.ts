/** How a piece of text is meant; `paint` turns it into colours, or into what is left without them. */
export type Tone = 'plain' | 'faint' | 'strong' | 'title' | 'good' | 'warn' | 'bad' | 'calm' | 'odd';

export interface Span {
  /** Characters that take one cell each. */
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the screen, before colours. */
export type Line = readonly Span[];

/** Lines for a terminal of `rows`, none wider than its columns. */
export type Frame = readonly Line[];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What a terminal can show. */
export interface Look {
  readonly colour: boolean;
  readonly unicode: boolean;
}

/** Everything that takes one cell and moves no cursor: printable Latin, Greek, Cyrillic, punctuation, arrows, mathematics, blocks. */
const ONE_CELL =
  /[^\x20-\x7e\u00a0-\u00ac\u00ae-\u024f\u0370-\u0377\u037b-\u037f\u0384-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20ac\u2190-\u21ff\u2200-\u22ff\u2500-\u25ff]/gu;

/** Text in which every character takes one cell; others become question marks. */
export const oneCell = (text: string): string => text.replace(ONE_CELL, '?');

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text: oneCell(text), tone });

export const cellsOf = (line: Line): number => line.reduce((sum, { text }) => sum + text.length, 0);

/** Cuts text at `cells`; the last cell then says that there was more. */
export const clip = (text: string, cells: number): string => {
  if (text.length <= cells) return text;
  return cells <= 0 ? '' : `${text.slice(0, cells - 1)}…`;
};

/** A line of exactly so many cells. */
export const exactly = (line: Line, cells: number): Line => {
  const fitted: Span[] = [];
  let left = cells;
  for (const { text, tone } of line) {
    if (left === 0) break;
    const cut = clip(text, left);
    fitted.push({ text: cut, tone });
    left -= cut.length;
  }
  if (left > 0) fitted.push({ text: ' '.repeat(left), tone: 'plain' });
  return fitted;
};

/** The name of a part, and a note. */
export const heading = (text: string, note = ''): Line => [span(text, 'strong'), span(`  ${note}`, 'faint')];

/** Two parts at the two ends of so many cells; the right one gives way. */
export const apart = (left: Line, right: Line, cells: number): Line => {
  const gap = cells - cellsOf(left) - cellsOf(right);
  return gap < 1 ? exactly(left, cells) : [...left, span(' '.repeat(gap)), ...right];
};

/** Two columns of lines side by side, with a gap of two cells. */
export const beside = (left: Frame, right: Frame, leftCells: number, rightCells: number): Frame =>
  Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [
    ...exactly(left[i] ?? [], leftCells),
    span('  '),
    ...exactly(right[i] ?? [], rightCells),
  ]);

/** Words on lines of at most so many cells; longer words are broken. */
export const wrap = (text: string, cells: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of oneCell(text).split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > cells) {
      lines.push(line);
      line = '';
    }
    while (rest.length > cells) {
      lines.push(rest.slice(0, cells));
      rest = rest.slice(cells);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  return line === '' ? lines : [...lines, line];
};

const SGR: Readonly<Record<Tone, string>> = {
  plain: '',
  faint: '2',
  strong: '1',
  title: '7',
  good: '32',
  warn: '33',
  bad: '1;31',
  calm: '36',
  odd: '35',
};

/** Without colours: only what weighs more or less. */
const MONOCHROME: Readonly<Record<Tone, string>> = {
  ...{ plain: '', faint: '', strong: '1', title: '7', good: '', warn: '', bad: '1', calm: '', odd: '' },
};

/** One character for one, so that no width changes. */
const ASCII: Readonly<Record<string, string>> = {
  ...{ '·': '.', '░': '-', '▒': '+', '▓': '*', '█': '#', '│': '|', '─': '-', '…': '~', '–': '-', '—': '-' },
  ...{ '×': 'x', '‘': "'", '’': "'", '“': '"', '”': '"', µ: 'u', '≥': '>', '≤': '<', '±': '+', '−': '-' },
  ...{ '▁': '_', '▂': '.', '▃': '-', '▄': '=', '▅': '+', '▆': 'x', '▇': '%', '○': 'o', '◌': ':', '↑': '^', '↓': 'v' },
};

const asciiOf = (text: string): string => text.replace(/[^\x20-\x7e]/g, (sign) => ASCII[sign] ?? '?');

/** The line as a string for the terminal. Same cells, whatever the look. */
export const paint = (line: Line, { colour, unicode }: Look): string =>
  line
    .map(({ text, tone }) => {
      const shown = unicode ? text : asciiOf(text);
      const code = (colour ? SGR : MONOCHROME)[tone];
      return code === '' || shown === '' ? shown : `\u001b[${code}m${shown}\u001b[0m`;
    })
    .join('');

/** What the terminal of this process can show. */
export const lookOf = (
  env: Readonly<Record<string, string | undefined>>,
  stdout: { getColorDepth?(): number },
): Look => {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '') ?? 'C';
  // In East Asian locales many terminals draw blocks and boxes two cells wide.
  const isNarrow = !/^(zh|ja|ko)/.test(locale);
  return {
    colour: (env.NO_COLOR ?? '') === '' && (stdout.getColorDepth?.() ?? 1) > 1,
    unicode: isNarrow && (/utf-?8/i.test(locale) || process.platform === 'win32'),
  };
};
