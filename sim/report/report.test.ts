import { dot } from '@observablehq/plot';
import { describe, expect, test } from 'vitest';
import { madeUp, madeUpResult, madeUpRuns } from '#sim/campaign/results.suite.ts';
import { small } from '#sim/run/small.suite.ts';
import { plotText } from './plot.ts';
import { runReport } from './run-report.ts';
import { sweepReport } from './sweep-report.ts';

const reproduce = 'npm run -s montana -- sweep made-up --out runs/again';

const titles = (page: string): readonly string[] =>
  [...page.matchAll(/<h2>([^<]*)/g)].map(([, title]) => title as string);

/** Nothing that a browser would fetch or run. */
const expectSelfContained = (page: string): void => {
  const ink = page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '');
  expect(ink).not.toMatch(/https?:|<script|<link|<img|@import|src=|url\((?!#)/i);
  expect(page).toContain('prefers-color-scheme: dark');
};

describe('a sweep', () => {
  const one = madeUp();
  const page = sweepReport(one, madeUpRuns(one), { reproduce });

  test('a figure for each property that varies and each metric that does, its table, the command', () => {
    expect(titles(page)).toEqual([
      'as expected: share of the runs, against loss',
      'agreement: share of the runs, against loss',
      'pace against loss',
      'All cells',
      'Runs not as expected: 2',
      'To repeat it',
    ]);
    expect(page.match(/<svg [^>]*viewBox/g)).toHaveLength(3);
    expect(page).toContain('<tr><td>held in every run</td><td>supply</td></tr>');
    expect(page).toContain(
      '<td class="number">0.7500</td><td class="number">0.3006</td><td class="number">0.9544</td>',
    );
    expect(page).toContain(`<pre>${reproduce}</pre>`);
  });

  test('needs no other file and no script', () => expectSelfContained(page));

  test('the same input gives the same bytes, in whatever order it came', () => {
    const turned = new Map([...madeUpRuns(one)].reverse());
    expect(sweepReport(one, turned, { reproduce })).toBe(page);
  });

  test('the metrics asked for instead', () => {
    const asked = sweepReport(one, madeUpRuns(one), { reproduce, metrics: ['sent.vote'] });
    expect(titles(asked).slice(2, 4)).toEqual(['sent.vote against loss', 'All cells']);
  });

  test('two fields: a figure against each, and a map; one map for each variant', () => {
    const vary = [
      { paths: ['loss'], values: ['0', '10'] },
      { paths: ['rules'], values: ['published', 'montana'] },
    ];
    const two = madeUp({ vary, variants: ['', 'other'] });
    const both = sweepReport(two, madeUpRuns(two), { reproduce, metrics: ['pace'] });
    expect(titles(both).filter((title) => title.startsWith('pace'))).toEqual([
      'pace against loss',
      'pace against rules',
      'pace, (as written): loss and rules',
      'pace, other: loss and rules',
    ]);
    expect(both).toContain('All values of rules together.');
    expectSelfContained(both);
  });

  test('nothing varied: against the seed', () => {
    const plain = madeUp({ vary: [] });
    expect(titles(sweepReport(plain, madeUpRuns(plain), { reproduce }))).toContain('pace against seed');
  });

  test('an unfinished one says so', () => {
    expect(titles(sweepReport(one, new Map([...madeUpRuns(one)].slice(0, 5)), { reproduce }))).toContain(
      'Runs without a result: 3',
    );
  });
});

describe('a run', () => {
  const metrics = {
    'presence.1': 0.5,
    'presence.2': 1,
    'presence.n003': 0.9,
    'epoch.1.d': 2_560,
    'epoch.2.d': 2_500,
    'sent.vote': 9,
  };
  const result = { ...madeUpResult(7, false, { pace: 1, ...metrics }), scenario: 'A <b> & "c"' };
  const windows = [
    { window: 0, at: 1_000_000, round: 1 },
    { window: 1, at: 61_000_000, round: 2 },
  ];

  test('verdicts, presence by speed, the series there are, all metrics', () => {
    const page = runReport(result, { scenario: small(), windows });
    expect(titles(page)).toEqual([
      'Expected and seen',
      'Presence against speed',
      'Time from one final window to the next',
      'd by epoch',
      'Messages sent, by kind',
      'All metrics',
      'To repeat it',
    ]);
    expect(page).toContain(`<p>${small().claim}</p>`);
    expect(page).toContain('<td class="number">1</td><td class="number">60</td><td class="number">2</td>');
    expectSelfContained(page);
    expect(runReport(result, { scenario: small(), windows })).toBe(page);
  });

  test('texts are text', () => {
    const page = runReport(result, undefined);
    expect(page).toContain('<h1>A &lt;b&gt; &amp; &quot;c&quot;</h1>');
    expect(page).not.toContain('<b>');
  });

  test('how a property was violated', () => {
    const [first, ...others] = result.properties;
    const properties = [
      { ...(first as (typeof result.properties)[number]), causes: ['n001 sent', 'n002 saw'] },
      ...others,
    ];
    const page = runReport({ ...result, properties }, undefined);
    expect(page).toContain('<h2>How agreement was violated</h2>\n<pre>n001 sent\nn002 saw</pre>');
  });
});

test('clip paths are numbered in each plot, whatever was drawn before', () => {
  const draw = (id: string): string => plotText(id, { marks: [dot([{ x: 1, y: 2 }], { x: 'x', y: 'y', clip: true })] });
  const first = draw('a');
  expect(first).toContain('url(#a-clip-1)');
  expect(draw('b')).toBe(first.replaceAll('a-clip-1', 'b-clip-1'));
  expect(draw('a')).toBe(first);
});
