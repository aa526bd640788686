import type { Row } from './harness.ts';

/** Heading of a column, and the row of a size that stands in it. */
const COLUMNS: readonly (readonly [string, string])[] = [
  ['nodes read a change', 'ordinary window, tree nodes read'],
  ['nodes written a change', 'ordinary window, tree nodes written'],
  ['ordinary window, ms', 'ordinary window'],
  ['boundary with prework, ms', 'boundary with prework'],
  ['without, ms', 'boundary without prework'],
  ['prework, ms', 'prework, all of it'],
  ['snapshot write, ms', 'snapshot, write'],
  ['read, ms', 'snapshot, read, judge, hash'],
  ['verify, ms', 'snapshot, verify the roots'],
  ['peak, MB', 'snapshot, peak memory of reading and verifying'],
];

/** Column after which the ratio of the boundary with prework to an ordinary window stands. */
const EASED = 'boundary with prework';

const number = (value: number | undefined): string =>
  value === undefined ? '' : value.toFixed(Math.abs(value) >= 10 ? 0 : 2);

/** The rows of `scale` as a table with a line for each size, ready for a README. */
export const scaleTable = (rows: readonly Row[]): string => {
  const named = new Map(rows.map((row) => [row.name, row]));
  const sizes = rows.flatMap(({ name }) =>
    name.endsWith(', ordinary window') ? [name.slice(0, name.indexOf(','))] : [],
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const heads = COLUMNS.flatMap(([head, row]) => (row === EASED ? [head, '× ordinary'] : [head]));
  const lineOf = (size: string): string =>
    line([
      size,
      ...COLUMNS.flatMap(([, row]) => {
        const found = named.get(`${size}, ${row}`);
        return row === EASED ? [number(found?.median), number(found?.ratio?.median)] : [number(found?.median)];
      }),
    ]);
  return `${line(['accounts', ...heads])}|${'---|'.repeat(heads.length + 1)}\n${sizes.map(lineOf).join('')}\n`;
};
