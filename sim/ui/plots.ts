import { clip, type Line, span } from './text.ts';

/** A bar of `cells` for a share from 0 to 1, with a mark at the threshold. */
export const bar = (share: number, cells: number, threshold?: number): Line => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  const isEnough = threshold === undefined || share >= threshold;
  const tone = isEnough ? 'good' : 'warn';
  const text = '█'.repeat(full) + '·'.repeat(cells - full);
  if (threshold === undefined || cells === 0) return [span(text.slice(0, full), tone), span(text.slice(full), 'faint')];
  const at = Math.min(cells - 1, Math.floor(threshold * cells));
  return [
    span(text.slice(0, Math.min(full, at)), tone),
    span(text.slice(Math.min(full, at), at), 'faint'),
    span('│', 'strong'),
    span(text.slice(at + 1, Math.max(full, at + 1)), tone),
    span(text.slice(Math.max(full, at + 1)), 'faint'),
  ].filter((part) => part.text !== '');
};

const EIGHTHS = '▁▂▃▄▅▆▇█';

/** The last values that fit, each a column between 0 and the greatest of them. */
export const sparkline = (values: readonly number[], cells: number): string => {
  const shown = values.slice(Math.max(0, values.length - cells));
  const most = Math.max(1, ...shown);
  return shown.map((value) => EIGHTHS[Math.min(7, Math.floor((value / most) * 8))]).join('');
};

/** Rounded down: what reads 67 % is at least that. */
export const percent = (share: number): string => `${Math.floor(share * 100 + 1e-9)} %`;

/** 1234567 as 1.23 M, 12345 as 12.3 k. */
export const short = (value: number): string => {
  if (value < 1_000) return String(Math.round(value));
  const [scaled, unit] = value < 999_500 ? [value / 1e3, 'k'] : [value / 1e6, 'M'];
  return `${scaled.toFixed(scaled < 10 ? 2 : scaled < 100 ? 1 : 0)} ${unit}`;
};

/** A key line: keys strong, what they do behind them. */
export const keyLine = (keys: readonly (readonly [string, string])[], cells: number): Line => {
  const line = keys.flatMap(([key, does], i) => [
    ...(i === 0 ? [] : [span('   ')]),
    span(key, 'strong'),
    span(` ${does}`, 'faint'),
  ]);
  let left = cells;
  return line.flatMap(({ text, tone }) => {
    const cut = clip(text, left);
    left -= cut.length;
    return cut === '' ? [] : [{ text: cut, tone }];
  });
};
