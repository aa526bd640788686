import type { Scenario } from '#sim/run/scenario.ts';
import { clockText } from '#sim/trace/words.ts';
import { gridLines, layoutOf, legendLines } from './grid.ts';
import { bar, keyLine, percent, short, sparkline } from './plots.ts';
import { propertyLines } from './properties.ts';
import { apart, beside, clip, exactly, type Frame, heading, type Line, type Size, span } from './text.ts';
import type { View } from './view.ts';
import type { Closed } from './watch.ts';

/** The smallest terminal a screen fits in. */
export const LEAST: Size = { columns: 80, rows: 24 };

/** Exactly `rows` lines of exactly `columns` cells; what does not fit is left out. */
export const framed = (lines: Frame, { columns, rows }: Size): Frame =>
  Array.from({ length: rows }, (_, i) => exactly(lines[i] ?? [], columns));

/** Keys and what they do. */
export type Keys = readonly (readonly [string, string])[];

/** A page with its keys on the last line; on a terminal that is too small, what it takes instead. */
export const page = (size: Size, keys: Keys, lines: () => Frame): Frame => {
  const { columns, rows } = size;
  if (columns < LEAST.columns || rows < LEAST.rows) {
    return framed([[span(`needs ${LEAST.columns}x${LEAST.rows}, has ${columns}x${rows}`)]], size);
  }
  const body = framed(lines(), { columns, rows: rows - 1 });
  return [...body, exactly(keyLine(keys, columns), columns)];
};

/** The line across the top. */
export const titleLine = (left: string, right: string, columns: number): Line =>
  apart([span(` ${left}`, 'title')], [span(`${right} `, 'title')], columns).map(({ text }) => ({
    text,
    tone: 'title',
  }));

export const rulesText = ({ rules }: Pick<Scenario, 'rules'>): string =>
  typeof rules === 'string'
    ? rules
    : Object.entries(rules)
        .map(([field, value]) => `${field}=${value}`)
        .join(' ');

/** Keys of a run, as it goes and when it is over. */
const KEYS: Keys = [
  ['space', 'pause'],
  ['n', 'one window'],
  ['q', 'back'],
  ['?', 'help'],
];
const OVER: Keys = [
  ['n', 'the verdict'],
  ['enter', 'back to the scenarios'],
  ['?', 'help'],
];

/** A run as it goes: nodes and properties on the left, weight, traffic and events on the right. */
export const runFrame = (view: View, size: Size): Frame =>
  page(size, view.state === 'over' ? OVER : KEYS, () => runLines(view, size));

const runLines = (view: View, { columns, rows }: Size): Frame => {
  const rightCells = Math.max(34, Math.min(80, Math.floor(columns * 0.42)));
  const leftCells = columns - rightCells - 2;
  const head = headLines(view, columns);
  const body = Math.max(0, rows - head.length - 2);
  const left = leftLines(view, leftCells, body);
  const right = rightLines(view, rightCells, body);
  return [...head, [], ...beside(left, right, leftCells, rightCells)];
};

const STATES: Readonly<Record<View['state'], string>> = {
  ...{ runs: 'running', steps: 'one window', paused: 'PAUSED', over: 'over' },
};

/** Title, how far it is, and in which round the last windows closed. */
export const headLines = (view: View, columns: number): readonly Line[] => {
  const { title, scenario, closed, now, round } = view;
  const { seed, nodes, windows } = scenario;
  const share = Math.min(1, closed.length / (windows + 1));
  const left = `Montana  ${title}  ·  ${nodes} nodes  ·  seed ${seed}  ·  rules ${rulesText(scenario)}`;
  const isDone = closed.length > windows;
  const open = isDone
    ? `all ${windows + 1} windows closed`
    : `window ${closed.length} of ${windows} open, round ${round}`;
  const clock = `${clockText(now)} virtual`;
  const label = `${open}  `.padEnd(34);
  return [
    titleLine(clip(left, columns - STATES[view.state].length - 3), STATES[view.state], columns),
    apart([span(label, 'strong'), ...bar(share, columns - label.length - clock.length - 2)], [span(clock)], columns),
    [span('closed in round  ', 'faint'), ...roundSpans(view, columns - 17)],
  ];
};

/** A digit for each window, the newest last; F for a fork. */
const roundSpans = ({ closed }: View, cells: number): Line =>
  closed.slice(Math.max(0, closed.length - cells)).map(({ round, proposals }) => {
    if (proposals > 1) return span('F', 'bad');
    return span(round > 9 ? '+' : String(round), round <= 1 ? 'good' : round === 2 ? 'warn' : 'bad');
  });

const leftLines = (view: View, cells: number, rows: number): readonly Line[] => {
  const { marks, names, up, verdict } = view;
  const properties = 1 + verdict.properties.length + verdict.limits.length;
  const legend = legendLines(marks, cells);
  // The grid takes what the properties leave, with a blank line between.
  const room = Math.max(1, rows - Math.min(properties, 10) - 1 - 1 - legend.length);
  const layout = layoutOf(names.length, cells, room);
  const note =
    layout.perCell === 1
      ? `${up} of ${names.length} up`
      : `${up} of ${names.length} up, ${layout.perCell} a cell: the worst`;
  const grid = [heading('NODES', note), ...gridLines(marks, names, layout), ...legend, []];
  const lines = [...grid, ...propertyLines(view, cells, rows - grid.length)];
  const left = rows - lines.length - 1;
  return left < LEAST_TABLE ? lines : [...lines, [], ...windowLines(view, cells, left)];
};

/** Lines from which on a table of windows says something. */
const LEAST_TABLE = 5;

/** Columns of the table of windows; those that do not fit are left out. */
const COLUMNS: readonly (readonly [string, (window: Closed) => string])[] = [
  ['window', ({ window }) => String(window)],
  ['round', ({ round, proposals }) => (proposals > 1 ? `${round} FORK` : String(round))],
  ['seconds', ({ micros }) => (micros / 1e6).toFixed(1)],
  ['bundles', ({ bundles }) => String(bundles)],
  ['oper.', ({ operations }) => String(operations)],
  ['msg', ({ messages }) => short(messages)],
  ['MB', ({ bytes }) => (bytes / 1e6).toFixed(1)],
];
const COLUMN_CELLS = 9;

/** The last closed windows, the newest first. */
const windowLines = ({ closed }: View, cells: number, rows: number): readonly Line[] => {
  const columns = COLUMNS.slice(0, Math.max(1, Math.floor((cells + 3) / COLUMN_CELLS)));
  const row = (texts: readonly string[]): string =>
    texts
      .map((text) => text.padStart(COLUMN_CELLS))
      .join('')
      .slice(3);
  const shown = closed.slice(Math.max(0, closed.length - (rows - 2))).reverse();
  return [
    heading('WINDOWS', 'closed'),
    [span(row(columns.map(([title]) => title)), 'faint')],
    ...shown.map((window): Line => {
      const tone = window.proposals > 1 ? 'bad' : window.round > 1 ? 'warn' : 'plain';
      return [span(row(columns.map(([, textOf]) => textOf(window))), tone)];
    }),
  ];
};

const rightLines = (view: View, cells: number, rows: number): readonly Line[] => {
  const lines = [...weightLines(view, cells), [], ...trafficLines(view, cells), []];
  return [...lines, ...eventLines(view, cells, Math.max(0, rows - lines.length))];
};

/** Share of the active weight that must agree (04 §3). */
const QUORUM = 0.67;

/** Who signed for the open window, against the quorum, and how many nodes hold one. */
const weightLines = ({ weights, round, names, votes }: View, cells: number): readonly Line[] => {
  const barCells = Math.max(4, cells - 11 - 6 - 6);
  const rowsOf = weights.filter(({ label }) => votes || label === 'bundles');
  const lines = rowsOf.map(({ label, signed, holders }): Line => {
    const isKnown = label === 'bundles' || signed > 0;
    return [
      span(label.padEnd(11)),
      ...bar(signed, barCells, QUORUM),
      span(percent(signed).padStart(6), signed >= QUORUM ? 'good' : isKnown ? 'warn' : 'faint'),
      span(String(holders).padStart(6), holders > 0 ? 'plain' : 'faint'),
    ];
  });
  const nil = weights.reduce((most, weight) => Math.max(most, weight.nil), 0);
  const note = !votes
    ? 'no votes: first valid is final'
    : nil > 0
      ? `round ${round}, ${percent(nil)} for none`
      : `round ${round}`;
  const head = apart(heading('WEIGHT', '67 % is a quorum'), [span('held at', 'faint')], cells);
  return [head, ...lines, apart([span(note, 'faint')], [span(`of ${names.length}`, 'faint')], cells)];
};

const trafficLines = ({ closed, traffic, names }: View, cells: number): readonly Line[] => {
  const last = closed.at(-1);
  const rate = (per: { readonly micros: number; readonly messages: number; readonly bytes: number }): string => {
    const seconds = Math.max(1, per.micros) / 1e6;
    const messages = short(per.messages / seconds);
    return `${short(seconds)} s  ${messages} msg/s  ${(per.bytes / seconds / 1e6).toFixed(1)} MB/s`;
  };
  const line = (label: string, text: string): Line => [span(label.padEnd(6), 'faint'), span(clip(text, cells - 6))];
  const perNode = last === undefined ? '' : `${(last.bytes / names.length / 1e6).toFixed(2)} MB a node`;
  return [
    heading('TRAFFIC', 'of virtual time'),
    line('open', traffic.micros === 0 ? '' : rate(traffic)),
    line('last', last === undefined ? '' : rate(last)),
    line('', last === undefined ? '' : `${short(last.messages)} msg, ${perNode}`),
    [
      span('MB    ', 'faint'),
      span(
        sparkline(
          closed.map(({ bytes }) => bytes),
          cells - 6,
        ),
        'calm',
      ),
    ],
  ];
};

const eventLines = ({ events }: View, cells: number, rows: number): readonly Line[] => {
  if (rows < 2) return [];
  const shown = events.slice(Math.max(0, events.length - (rows - 1)));
  return [
    heading('EVENTS', events.length === 0 ? 'none yet' : 'window, what'),
    ...shown.map(({ window, text, tone }): Line => {
      const label = `${String(window).padStart(3)}  `;
      return [span(label, 'faint'), span(clip(text, cells - label.length), tone)];
    }),
  ];
};
