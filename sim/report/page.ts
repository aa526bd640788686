/** A table of texts; columns whose texts are all numbers are set to the right. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A part of a page: a heading, and under it what there is to show. Its plot is SVG, everything else plain text. */
export interface Section {
  readonly title: string;
  readonly note?: string;
  readonly plot?: string;
  readonly table?: Table;
  readonly lines?: readonly string[];
}

export interface Page {
  readonly title: string;
  readonly claim: string;
  readonly setting: readonly (readonly [string, string])[];
  readonly sections: readonly Section[];
  /** The command that makes the data again. */
  readonly reproduce: string;
}

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --ink: #1b1b1b; --faint: #666; --line: #d8d8d8; --plot-background: var(--page); }
@media (prefers-color-scheme: dark) { :root { --page: #15171a; --ink: #e6e6e6; --faint: #a0a0a0; --line: #3a3d42; } }
body { background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
figure { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
.number { text-align: right; }
.note { color: var(--faint); }
pre { background: color-mix(in srgb, var(--ink) 7%, var(--page)); padding: .7rem; white-space: pre-wrap; overflow-wrap: anywhere; }
`.trim();

/** One HTML file that needs no other file, no script and no network. The same input gives the same bytes. */
export const pageText = ({ title, claim, setting, sections, reproduce }: Page): string =>
  [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>\n${STYLE}\n</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(title)}</h1>`,
    ...(claim === '' ? [] : [`<p>${escaped(claim)}</p>`]),
    ...tableLines({ header: [], rows: setting }),
    ...sections.flatMap(sectionLines),
    '<h2>To repeat it</h2>',
    `<pre>${escaped(reproduce)}</pre>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');

const sectionLines = ({ title, note, plot, table, lines }: Section): readonly string[] => [
  '<section>',
  `<h2>${escaped(title)}</h2>`,
  ...(note === undefined ? [] : [`<p class="note">${escaped(note)}</p>`]),
  ...(plot === undefined ? [] : [`<div class="scroll">${plot}</div>`]),
  ...(table === undefined ? [] : tableLines(table)),
  ...(lines === undefined ? [] : [`<pre>${escaped(lines.join('\n'))}</pre>`]),
  '</section>',
];

const tableLines = ({ header, rows }: Table): readonly string[] => {
  const columns = Math.max(header.length, ...rows.map((row) => row.length));
  const isNumber = Array.from({ length: columns }, (_, i) =>
    rows.every((row) => /^(-?[\d.]+(e-?\d+)?|-)?$/.test(row[i] ?? '')),
  );
  const line = (tag: 'td' | 'th', row: readonly string[]): string =>
    `<tr>${row.map((text, i) => `<${tag}${isNumber[i] && header.length > 0 ? ' class="number"' : ''}>${escaped(text)}</${tag}>`).join('')}</tr>`;
  return [
    '<div class="scroll"><table>',
    ...(header.length === 0 ? [] : [line('th', header)]),
    ...rows.map((row) => line('td', row)),
    '</table></div>',
  ];
};

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
