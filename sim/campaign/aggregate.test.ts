import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aggregate, byName, isSweepAsExpected, resultsOf, resultsSchema } from './aggregate.ts';
import { definitionSchema } from './definition.ts';
import { madeUp, madeUpResult, madeUpRuns } from './results.suite.ts';
import { csvText, jsonText, tableText } from './tables.ts';

const definition = madeUp();
const runs = madeUpRuns(definition);
const results = resultsOf(definition, runs);

describe('aggregate', () => {
  test('shares of properties, numbers of metrics; what is only measured has no share', () => {
    const { asExpected, properties, metrics } = aggregate([...runs.values()]);
    expect(asExpected).toMatchObject({ count: 6, of: 8, share: 0.75 });
    expect(Object.keys(properties)).toEqual(['agreement', 'supply']);
    expect(properties.agreement).toMatchObject({ count: 6, of: 8, share: 0.75 });
    expect(properties.agreement?.low).toBeCloseTo(0.4093, 4);
    expect(properties.agreement?.high).toBeCloseTo(0.9285, 4);
    expect(metrics.pace).toMatchObject({ runs: 8, min: 0, max: 0.7, median: 0.35 });
    expect(metrics.finalWindow).toMatchObject({ runs: 8, min: 3, max: 3 });
  });

  test('a metric that some runs lack is that of the others; of no run there is nothing', () => {
    const [one, two] = [madeUpResult(1, true, { pace: 5 }), madeUpResult(2, true, {})];
    expect(aggregate([one, two]).metrics.pace).toMatchObject({ runs: 1, mean: 5 });
    expect(aggregate([])).toEqual({
      ...{ runs: 0, asExpected: { count: 0, of: 0, share: null, low: 0, high: 1 }, properties: {}, metrics: {} },
    });
  });

  test('names in order, numbers in them by size', () => {
    const names = ['presence.10', 'presence.2', 'presence', 'a', 'presence.2.x', 'presence.n035'];
    expect(names.toSorted(byName)).toEqual([
      'a',
      'presence',
      'presence.2',
      'presence.2.x',
      'presence.10',
      'presence.n035',
    ]);
    const set = fc.array(fc.stringMatching(/^[a-c0-9.]{0,6}$/), { maxLength: 12 });
    fc.assert(
      fc.property(set, (list) => {
        const unique = [...new Set(list)];
        expect(unique.toReversed().sort(byName)).toEqual(unique.toSorted(byName));
      }),
      { seed: 20261121 },
    );
  });
});

describe('results of a sweep', () => {
  test('a row for each cell', () => {
    expect(results.cells.map(({ values, runs: made, asExpected }) => [...values, made, asExpected.count])).toEqual([
      ['0', 4, 3],
      ['10', 4, 3],
    ]);
    expect(results.unexpected).toEqual([
      { run: 2, cell: 0, seed: '3', failed: ['agreement'], reproduce: 'npm run -s montana -- run made-up --seed 3' },
      { run: 5, cell: 1, seed: '2', failed: ['agreement'], reproduce: 'npm run -s montana -- run made-up --seed 2' },
    ]);
    expect(isSweepAsExpected(results)).toBe(false);
  });

  test('the three tables do not depend on the order in which the runs ended, nor on how long they took', () => {
    const tables = [tableText, csvText, jsonText].map((write) => write(results));
    const entries = [...runs];
    const shuffles = fc.tuple(
      fc.shuffledSubarray(entries, { minLength: entries.length }),
      fc.double({ min: 0, max: 1e6 }),
    );
    fc.assert(
      fc.property(shuffles, ([shuffled, seconds]) => {
        const other = resultsOf(definition, new Map(shuffled.map(([run, result]) => [run, { ...result, seconds }])));
        expect([tableText, csvText, jsonText].map((write) => write(other))).toEqual(tables);
      }),
      { seed: 20261121, numRuns: 50 },
    );
  });

  test('says which runs are missing', () => {
    const some = new Map([...runs].filter(([run]) => run !== 0 && run !== 6));
    const { missing } = resultsOf(definition, some);
    expect(missing).toEqual([
      { run: 0, cell: 0, seed: 1 },
      { run: 6, cell: 1, seed: 3 },
    ]);
    expect(tableText(resultsOf(definition, some))).toContain('Missing: 2 runs\n  loss=0 seed 1\n  loss=10 seed 3\n');
    const good = new Map([[0, madeUpResult(1, true, { pace: 1 })]]);
    const one = madeUp({ vary: [], seeds: { from: 1, count: 1 } });
    expect(isSweepAsExpected(resultsOf(one, good))).toBe(true);
    expect(isSweepAsExpected(resultsOf(one, new Map()))).toBe(false);
  });

  test('a shard misses only its own runs', () => {
    const shard = resultsOf({ ...definition, shard: { index: 2, of: 3 } }, new Map());
    expect(shard.missing.map(({ run }) => run)).toEqual([1, 4, 7]);
  });

  test('a stalled run is named so', () => {
    const stalled = { ...madeUpResult(1, true, { pace: 1 }), finalWindow: 1 };
    const one = madeUp({ vary: [], seeds: { from: 1, count: 1 } });
    expect(resultsOf(one, new Map([[0, stalled]])).unexpected[0]?.failed).toEqual(['the run stalled']);
  });
});

describe('tables', () => {
  test('for a person', () => {
    expect(tableText(results)).toBe(
      [
        'Made up: 8 runs, 2 cells of 4 seeds',
        'Nothing runs.',
        '',
        'as expected: 6/8 [0.409, 0.929]',
        'held in every run: supply',
        '',
        'loss  runs  as expected         agreement           pace              finalWindow',
        '0     4     3/4 [0.301, 0.954]  3/4 [0.301, 0.954]  0.15 (0 … 0.3)    3',
        '10    4     3/4 [0.301, 0.954]  3/4 [0.301, 0.954]  0.55 (0.4 … 0.7)  3',
        '',
        'Shares with the interval of 95 % (Wilson); numbers as median (least … greatest).',
        'NOT as expected: 2 runs',
        '  agreement: npm run -s montana -- run made-up --seed 3',
        '  agreement: npm run -s montana -- run made-up --seed 2',
        '',
      ].join('\n'),
    );
  });

  test('CSV: a row for each cell, every property and metric in columns, empty where there is nothing', () => {
    const text = csvText(
      resultsOf(
        madeUp({ variants: ['', 'x,y'], seeds: { from: 1, count: 2 } }),
        new Map([[0, madeUpResult(1, true, { pace: 0.25 })]]),
      ),
    );
    const [header, first, second, third, fourth, end] = text.split('\n');
    expect(header).toBe(
      'cell,variant,loss,runs,asExpected.count,asExpected.of,asExpected.share,asExpected.low,asExpected.high,' +
        'agreement.count,agreement.of,agreement.share,agreement.low,agreement.high,' +
        'supply.count,supply.of,supply.share,supply.low,supply.high,' +
        'finalWindow.runs,finalWindow.mean,finalWindow.min,finalWindow.lowerQuartile,finalWindow.median,finalWindow.upperQuartile,finalWindow.max,' +
        'pace.runs,pace.mean,pace.min,pace.lowerQuartile,pace.median,pace.upperQuartile,pace.max',
    );
    expect(first).toMatch(/^0,,0,1,1,1,1,0\.2065\d+,1,.*,1,0\.25,0\.25,0\.25,0\.25,0\.25,0\.25$/);
    expect(second).toMatch(/^1,,10,0,0,0,,0,1,+$/);
    expect(third).toMatch(/^2,"x,y",0,0,/);
    expect(fourth).toMatch(/^3,"x,y",10,0,/);
    expect(end).toBe('');
    expect(
      new Set(
        text
          .trimEnd()
          .split('\n')
          .map((line) => line.replace('"x,y"', '').split(',').length),
      ).size,
    ).toBe(1);
  });

  test('JSON is what its schema says', () => {
    expect(resultsSchema.parse(JSON.parse(jsonText(results)))).toEqual(results);
    expect(definitionSchema.safeParse({ ...definition, shard: { index: 3, of: 2 } }).success).toBe(false);
  });
});
