import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CampaignError, firstDifference } from './definition.ts';
import {
  cellsOf,
  cellText,
  countRuns,
  isInShard,
  parseAxis,
  parseShard,
  plannedRun,
  runsOf,
  settingsOf,
} from './grid.ts';

const SEED = { seed: 20261121 };

describe('--vary', () => {
  test.each([
    ['rules=published,montana', ['rules'], ['published', 'montana']],
    ['network.loss=0', ['network.loss'], ['0']],
    ['nodes,hosts.0.count=8,16', ['nodes', 'hosts.0.count'], ['8', '16']],
    ['a=0..45/15', ['a'], ['0', '15', '30', '45']],
    ['a=0..44/15', ['a'], ['0', '15', '30']],
    ['a=1..3', ['a'], ['1', '2', '3']],
    ['a=0..1/0.25', ['a'], ['0', '0.25', '0.5', '0.75', '1']],
    ['a=0..0.3/0.1', ['a'], ['0', '0.1', '0.2', '0.3']],
    ['a=-1.5..-0.5/0.5', ['a'], ['-1.5', '-1', '-0.5']],
    ['a=0..2,10,x', ['a'], ['0', '1', '2', '10', 'x']],
    ['faults=[],[{"type":"heal","window":3}]', ['faults'], ['[]', '[{"type":"heal","window":3}]']],
    ['title="a,b","[\\",c"', ['title'], ['"a,b"', '"[\\",c"']],
    ['a=b=c', ['a'], ['b=c']],
  ])('%s', (text, paths, values) => {
    expect(parseAxis(text)).toEqual({ paths, values });
  });

  test.each([
    ['rules', 'write path=value'],
    ['=1', 'write path=value'],
    ['a,=1', 'a path is empty'],
    ['a=', 'a value is empty'],
    ['a=1,,2', 'a value is empty'],
    ['a=1,2,1', '1 stands there twice'],
    ['a=3..1', 'the range 3..1 is empty'],
    ['a=1..3/0', 'the range 1..3/0 is empty'],
    ['a=0..1/0.000001', 'the range 0..1/0.000001 is too long'],
    ['seed=1,2', 'seeds are varied by --seeds'],
  ])('%s is refused', (text, told) => {
    expect(() => parseAxis(text)).toThrow(CampaignError);
    expect(() => parseAxis(text)).toThrow(`--vary ${text}: ${told}`);
  });
});

const grid = {
  variants: ['', 'published'],
  vary: [
    { paths: ['a', 'b'], values: ['1', '2'] },
    { paths: ['c'], values: ['x', 'y', 'z'] },
  ],
  seeds: { from: 5, count: 4 },
};

describe('grid', () => {
  test('cells: the last field changes fastest, the variant slowest', () => {
    const cells = cellsOf(grid);
    expect(cells.map(({ variant, values }) => [variant, ...values].join())).toEqual(
      ['', 'published'].flatMap((variant) =>
        ['1', '2'].flatMap((a) => ['x', 'y', 'z'].map((c) => `${variant},${a},${c}`)),
      ),
    );
    expect(cells.map(({ number }) => number)).toEqual(cells.map((_, i) => i));
    expect(settingsOf(grid, cells[4] as (typeof cells)[number])).toEqual(['a=2', 'b=2', 'c=y']);
    expect(cellText(grid, cells[4] as (typeof cells)[number])).toBe('(as written) a=2 c=y');
  });

  test('without anything varied there is one cell', () => {
    const plain = { ...grid, variants: [''], vary: [] };
    const [cell, ...others] = cellsOf(plain);
    expect([cell, others]).toEqual([{ number: 0, variant: '', values: [] }, []]);
    expect(cellText(plain, { number: 0, variant: '', values: [] })).toBe('');
  });

  test('runs: all seeds of one cell, then those of the next', () => {
    expect(countRuns(grid)).toBe(48);
    expect(plannedRun(grid, 0)).toEqual({ run: 0, cell: 0, seed: 5 });
    expect(plannedRun(grid, 3)).toEqual({ run: 3, cell: 0, seed: 8 });
    expect(plannedRun(grid, 4)).toEqual({ run: 4, cell: 1, seed: 5 });
    expect(plannedRun(grid, 47)).toEqual({ run: 47, cell: 11, seed: 8 });
  });

  test('a hundred thousand runs and not one more', () => {
    const of = (count: number) => ({ variants: [''], vary: [], seeds: { from: 1, count } });
    expect(countRuns(of(100_000))).toBe(100_000);
    expect(() => countRuns(of(100_001))).toThrow('these are 100001 runs; a sweep has at most 100000');
  });
});

describe('shards', () => {
  test.each(['0/2', '3/2', '1', '1/0', 'a/b', '1/2/3', '-1/2'])('%s is refused', (text) => {
    expect(() => parseShard(text)).toThrow(`--shard ${text}: write i/n`);
  });

  test('2/3', () => {
    expect(parseShard('2/3')).toEqual({ index: 2, of: 3 });
  });

  test('for every n each run is in one shard, and no shard has two runs more than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 }), (count, of) => {
        const seeds = { variants: [''], vary: [], seeds: { from: 1, count } };
        const shards = Array.from({ length: of }, (_, i) => runsOf({ ...seeds, shard: { index: i + 1, of } }));
        const runs = shards.flat().map(({ run }) => run);
        expect(runs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, run) => run));
        const sizes = shards.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const run of runs) {
          expect(shards.filter((_, i) => isInShard(run, { index: i + 1, of })).length).toBe(1);
        }
      }),
      SEED,
    );
  });
});

describe('first difference of two definitions', () => {
  test.each([
    [{ a: 1, b: [1, { c: 2 }] }, { a: 1, b: [1, { c: 2 }] }, undefined],
    [
      { a: 1, b: 2 },
      { a: 1, b: 3 },
      { path: 'b', a: 2, b: 3 },
    ],
    [{ b: [1, { c: 2 }] }, { b: [1, { c: 3 }] }, { path: 'b.1.c', a: 2, b: 3 }],
    [{ b: [1] }, { b: [1, 2] }, { path: 'b.1', a: undefined, b: 2 }],
    [{ a: 1 }, {}, { path: 'a', a: 1, b: undefined }],
    [{ a: [] }, { a: {} }, { path: 'a', a: [], b: {} }],
    [{ a: null }, { a: {} }, { path: 'a', a: null, b: {} }],
  ])('%j and %j', (a, b, difference) => {
    expect(firstDifference(a, b)).toEqual(difference);
  });
});
