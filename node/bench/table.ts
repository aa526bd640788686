import type { Row, Spread } from './harness.ts';

const number = (value: number): string => {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
};

const cells = ({ median, low, high }: Spread, rounds: number): readonly [string, string] =>
  rounds === 1 ? [number(median), ''] : [number(median), `[${number(low)} – ${number(high)}]`];

/** A section as a person reads it: medians, quartiles, and how many times the peer's value that is. */
export const table = (title: string, rows: readonly Row[]): string => {
  const lines = rows.map((row) => {
    const { name, unit, rounds, ratio } = row;
    const own = [name, ...cells(row, rounds), unit];
    return ratio === undefined ? [...own, '', '', ''] : [...own, ...cells(ratio, rounds), `× ${ratio.of}`];
  });
  const widths = [0, 1, 2, 3, 4, 5, 6].map((i) => Math.max(...lines.map((line) => (line[i] as string).length)));
  const RIGHT = [1, 4];
  const printed = lines.map((line) =>
    line
      .map((cell, i) => (RIGHT.includes(i) ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join('  ')
      .trimEnd(),
  );
  return `${title}\n${printed.map((line) => `  ${line}\n`).join('')}\n`;
};
