import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostNames } from '#sim/run/settings.ts';
import { small } from '#sim/run/small.suite.ts';
import { runFrame } from './frame.ts';
import { layoutOf, MARKS } from './grid.ts';
import { helpFrame, pickerFrame, verdictFrame } from './pages.ts';
import type { Entry } from './screen.ts';
import { Session } from './session.ts';
import { cellsOf, type Frame, type Size } from './text.ts';
import type { View } from './view.ts';

const SIZES: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];

const fits = (frame: Frame, { columns, rows }: Size): void => {
  expect(frame).toHaveLength(rows);
  for (const line of frame) expect(cellsOf(line)).toBe(columns);
};

const text = (frame: Frame): string => frame.map((line) => line.map((part) => part.text).join('')).join('\n');

/** A view of a run that went some way. */
const session = new Session(small());
session.step();
session.step();
while (session.isBusy) session.work(20);
const seen = session.view();

/** The same with other nodes. */
const withNodes = (nodes: number, markOf: (host: number) => number): View => {
  const names = hostNames(nodes);
  return { ...seen, names, marks: names.map((_, host) => markOf(host)), up: nodes };
};

const entry = (name: string, claim = 'Nothing goes wrong.'): Entry => ({
  ...{
    name,
    title: 'Small',
    claim,
    nodes: 8,
    windows: 8,
    seed: '1',
    rules: 'montana',
    variants: [{ name: 'published', sets: 'rules=published' }],
  },
  read: async () => small(),
  command: () => 'montana run small',
});

describe.each(SIZES)('at $columns x $rows', (size) => {
  test('a run shows windows, weight, nodes, properties, traffic, events and keys', () => {
    const frame = runFrame(seen, size);
    fits(frame, size);
    const shown = text(frame);
    const due = ['Small', '8 nodes', 'seed 1', 'PAUSED', 'window 2 of 8 open', 'closed in round  11', 'virtual'];
    due.push('7 of 8 up', 'bundles', 'prevotes', 'precommits', '67 %', 'TRAFFIC', 'EVENTS', 'n000', 'space pause');
    due.push(...seen.verdict.properties.map(({ name }) => name));
    for (const part of due) expect(shown).toContain(part);
  });

  test('every mark is drawn, and counted by name', () => {
    const shown = text(
      runFrame(
        withNodes(5 * MARKS.length, (host) => host % MARKS.length),
        size,
      ),
    );
    for (const { sign, name } of MARKS) expect(shown).toContain(`${sign} 5 ${name.replace('-', ' ')}`);
    // Five nodes of each: five marks in the grid.
    const grid = shown.split('\n').filter((line) => /^n\d\d\d /.test(line));
    const left = grid.map((line) => line.slice(5, line.search(/ {3}|$/))).join('');
    expect([...left].filter((sign) => sign === 'A').length).toBe(5);
  });

  test('the picker, the help and the verdict fit', () => {
    const picking = { entries: [entry('small')], at: 0, variant: undefined, seed: undefined, fault: undefined };
    const picker = pickerFrame({ ...picking, isPreparing: false }, size);
    fits(picker, size);
    for (const part of ['> small', 'Nothing goes wrong.', 'published', 'enter run'])
      expect(text(picker)).toContain(part);
    const help = helpFrame(size);
    fits(help, size);
    for (const { meaning } of MARKS) expect(text(help)).toContain(meaning);
    const verdict = verdictFrame(seen, { ...session.result, reproduce: 'montana run small' }, size);
    fits(verdict, size);
    expect(text(verdict)).toContain('NOT as expected.');
    expect(text(verdict)).toContain('Again: montana run small');
    expect(text(verdict)).toContain(session.result.traceDigest);
  });
});

test('a terminal that is too small is told so, inside its size', () => {
  for (const size of [
    { columns: 40, rows: 10 },
    { columns: 79, rows: 24 },
    { columns: 80, rows: 23 },
  ]) {
    const frame = runFrame(seen, size);
    fits(frame, size);
    expect(text(frame)).toContain('needs 80x24');
  }
});

test('no frame is wider or taller than the terminal, whatever the size and the number of nodes', () => {
  const size = fc.record({ columns: fc.integer({ min: 1, max: 240 }), rows: fc.integer({ min: 1, max: 80 }) });
  fc.assert(
    fc.property(size, fc.integer({ min: 1, max: 1_000 }), fc.nat(12), fc.string(), (at, nodes, many, claim) => {
      const view = withNodes(nodes, (host) => (host * 7) % MARKS.length);
      const events = Array.from({ length: many * 10 }, (_, i) => ({
        window: i,
        at: i,
        text: claim,
        tone: 'bad' as const,
      }));
      const metrics = Array.from({ length: many }, (_, i) => ({ metric: `${claim}${i}`, observed: null, met: false }));
      const busy: View = { ...view, events, verdict: { properties: seen.verdict.properties, limits: metrics } };
      fits(runFrame(busy, at), at);
      fits(verdictFrame(busy, session.result, at), at);
      fits(helpFrame(at), at);
      const entries = Array.from({ length: many }, (_, i) => entry(`${claim}${i}`, claim));
      const picking = { entries, at: many >> 1, variant: claim, seed: claim, fault: claim, isPreparing: true };
      fits(pickerFrame(picking, at), at);
    }),
    { seed: 20261121, numRuns: 200 },
  );
});

test('every node has a place in the grid', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 8, max: 200 }),
      fc.nat(60),
      (nodes, cells, lines) => {
        const layout = layoutOf(nodes, cells, lines);
        expect(layout.lines).toBeLessThanOrEqual(Math.max(1, lines));
        expect(layout.lines * layout.perLine * layout.perCell).toBeGreaterThanOrEqual(nodes);
      },
    ),
    { seed: 20261121 },
  );
  // Below the point where one node has a cell of its own, a cell shows the worst of several.
  expect(layoutOf(300, 44, 8).perCell).toBe(1);
  expect(layoutOf(300, 44, 7).perCell).toBe(2);
});

test('a property that is violated is named so; what is only judged at the end is not', () => {
  const property = (
    name: 'agreement' | 'progress' | 'presence',
    expected: 'holds' | 'violated',
    observed: 'holds' | 'violated',
  ) => ({ name, expected, observed, met: expected === observed, detail: 'why' }) as const;
  const shown = (properties: View['verdict']['properties'], state: View['state']): string =>
    text(runFrame({ ...seen, state, verdict: { properties, limits: [] } }, SIZES[2] as Size));
  expect(shown([property('agreement', 'holds', 'violated')], 'runs')).toMatch(/NOT agreement +VIOLATED: why/);
  expect(shown([property('agreement', 'holds', 'holds')], 'runs')).toMatch(/ok {2}agreement +why/);
  expect(shown([property('agreement', 'violated', 'violated')], 'runs')).toMatch(
    /ok {2}agreement +VIOLATED, as expected: why/,
  );
  const measured = { ...property('agreement', 'holds', 'violated'), expected: 'measured' as const };
  expect(shown([measured], 'runs')).toMatch(/-- {2}agreement +VIOLATED: why/);
  expect(shown([property('agreement', 'violated', 'holds')], 'runs')).toMatch(/\.\. {2}agreement/);
  expect(shown([property('agreement', 'violated', 'holds')], 'over')).toMatch(/NOT agreement/);
  expect(shown([property('progress', 'holds', 'violated')], 'runs')).toMatch(/\.\. {2}progress +judged at the end/);
  expect(shown([property('progress', 'holds', 'violated')], 'over')).toMatch(/NOT progress/);
});

test('what is violated or not met has a tone of its own', () => {
  const size = SIZES[2] as Size;
  const properties: View['verdict']['properties'] = [
    { name: 'agreement', expected: 'violated', observed: 'violated', met: true, detail: 'due' },
    { name: 'supply', expected: 'holds', observed: 'violated', met: false, detail: 'not due' },
    { name: 'validity', expected: 'holds', observed: 'holds', met: true, detail: 'fine' },
  ];
  const limits = [{ metric: 'closing', least: 1, observed: 0, met: false }];
  const frame = runFrame({ ...seen, state: 'over', verdict: { properties, limits } }, size).flat();
  const toneOf = (part: string) => frame.find((span) => span.text.includes(part))?.tone;
  expect(['as expected: due', 'not due', 'fine', '0 (at least 1)'].map(toneOf)).toEqual([
    'warn',
    'bad',
    'faint',
    'bad',
  ]);
});

test('a fork stands in the line of rounds, in the table and in the verdict', () => {
  const closed = seen.closed.map((window, i) => ({ ...window, proposals: i === 1 ? 2 : 1 }));
  const size = SIZES[2] as Size;
  const frame = text(runFrame({ ...seen, closed }, size));
  expect(frame).toContain('closed in round  1F');
  expect(frame).toMatch(/1 +1 FORK/);
  const verdict = text(verdictFrame({ ...seen, closed }, session.result, size));
  expect(verdict).toMatch(/FORK +different final proposals of window 1/);
  expect(text(verdictFrame(seen, session.result, size))).not.toContain('FORK');
});

test('the verdict names every limit, met or not, and says all of a property on as many lines as it takes', () => {
  const limits = [
    { metric: 'resumeSeconds', most: 120, observed: 61.7, met: true },
    { metric: 'haltSeconds', least: 600, observed: 61, met: false },
    { metric: 'payments', least: 1, most: 2, observed: null, met: false },
  ];
  const detail = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
  const properties: View['verdict']['properties'] = [
    { name: 'agreement', expected: 'violated', observed: 'violated', met: true, detail },
  ];
  const shown = text(verdictFrame({ ...seen, verdict: { properties, limits } }, session.result, SIZES[0] as Size));
  expect(shown).toMatch(/^ok +resumeSeconds +61\.7 \(at most 120\)/m);
  expect(shown).toMatch(/^NOT +haltSeconds +61 \(at least 600\)/m);
  expect(shown).toMatch(/^NOT +payments +not measured \(1 to 2\)/m);
  for (const word of detail.split(' ')) expect(shown).toContain(word);
});

test('a verdict with more to say than there is room keeps its figures and the command', () => {
  const size = SIZES[0] as Size;
  const limits = Array.from({ length: 30 }, (_, i) => ({ metric: `metric${i}`, least: 1, observed: 0, met: i !== 29 }));
  const view: View = { ...seen, state: 'over', verdict: { ...seen.verdict, limits } };
  const shown = text(verdictFrame(view, session.result, size));
  expect(shown).toMatch(/… \d+ more/);
  // What is not met comes before what is left out, also beside the nodes.
  for (const frame of [shown, text(runFrame(view, size))]) expect(frame).toMatch(/NOT +metric29[\s\S]*… \d+ more/);
  expect(shown).toContain(session.result.traceDigest);
  expect(shown).toContain('Again: ');
});
