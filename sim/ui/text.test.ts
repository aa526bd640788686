import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bar, percent, short, sparkline } from './plots.ts';
import { cellsOf, clip, exactly, lookOf, oneCell, paint, span, wrap } from './text.ts';

/** Of all code points, halves of pairs included. */
const anyText = fc
  .array(fc.oneof(fc.nat(0x24f), fc.nat(0x10ffff)), { maxLength: 30 })
  .map((codes) => String.fromCodePoint(...codes));

test('text of any kind takes a cell per character, and no character that a terminal obeys', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = oneCell(text);
      const codes = Array.from(shown, (sign) => sign.charCodeAt(0));
      expect(codes.filter((code) => code < 32 || (code >= 127 && code < 160))).toEqual([]);
      expect(shown.length).toBe([...text].length);
    }),
    { seed: 20261121 },
  );
  expect(oneCell('a\u001b[2Jb\t界e\u0301😀\u200bµ')).toBe('a?[2Jb??e???µ');
});

test('a line is as wide as asked in every look', () => {
  const texts = fc.array(anyText, { maxLength: 5 });
  fc.assert(
    fc.property(texts, fc.nat(60), fc.boolean(), fc.boolean(), (parts, cells, colour, unicode) => {
      const line = exactly(
        parts.map((text) => span(text, 'bad')),
        cells,
      );
      expect(cellsOf(line)).toBe(cells);
      const painted = stripVTControlCharacters(paint(line, { colour, unicode }));
      expect(painted.length).toBe(cells);
      if (!unicode) expect(painted).toMatch(/^[\x20-\x7e]*$/);
    }),
    { seed: 20261121 },
  );
});

test('clipped text says so', () => {
  expect([clip('abc', 3), clip('abcd', 3), clip('abcd', 1), clip('abcd', 0)]).toEqual(['abc', 'ab…', '…', '']);
});

test('wrapped text keeps its words, and breaks those that are too long', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('a 123456789 b', 4)).toEqual(['a', '1234', '5678', '9 b']);
  expect(wrap('', 4)).toEqual([]);
});

test.each([
  [{ LANG: 'C.UTF-8' }, 24, { colour: true, unicode: true }],
  [{ LANG: 'de_DE.utf8' }, 8, { colour: true, unicode: true }],
  [{ LANG: 'C.UTF-8', NO_COLOR: '1' }, 24, { colour: false, unicode: true }],
  [{ LANG: 'C.UTF-8', NO_COLOR: '' }, 24, { colour: true, unicode: true }],
  [{ LANG: 'C.UTF-8' }, 1, { colour: false, unicode: true }],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 24, { colour: true, unicode: false }],
  [{ LC_CTYPE: 'de_DE.ISO-8859-1', LANG: 'C.UTF-8' }, 24, { colour: true, unicode: false }],
  [{ LANG: 'ja_JP.UTF-8' }, 24, { colour: true, unicode: false }],
  [{}, 24, { colour: true, unicode: false }],
])('the look under %j with %i bits of colour', (env, depth, look) => {
  expect(lookOf(env, { getColorDepth: () => depth })).toEqual(look);
});

test('a bar takes its cells, and turns good exactly at the threshold', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(80), (value, cells) => {
      expect(cellsOf(bar(value, cells, 0.67))).toBe(cells);
      expect(cellsOf(bar(value, cells))).toBe(cells);
    }),
    { seed: 20261121 },
  );
  expect(bar(0.67, 20, 0.67)[0]?.tone).toBe('good');
  expect(bar(0.6699, 20, 0.67)[0]?.tone).toBe('warn');
});

test('numbers in few cells, and columns by their share of the greatest', () => {
  expect([0, 999, 1_000, 12_345, 999_499, 999_500, 12_345_678].map(short)).toEqual([
    ...['0', '999', '1.00 k', '12.3 k', '999 k', '1.00 M', '12.3 M'],
  ]);
  expect(sparkline([9, 0, 4, 8], 3)).toBe('▁▅█');
  // Only a quorum reads as one; no share that has hundredths loses one of them.
  expect([0.6699, 0.67, 0.999, 1].map(percent)).toEqual(['66 %', '67 %', '99 %', '100 %']);
  expect(Array.from({ length: 101 }, (_, i) => percent(i / 100))).toEqual(
    Array.from({ length: 101 }, (_, i) => `${i} %`),
  );
});
