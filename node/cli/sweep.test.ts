import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { resultsSchema } from '#sim/campaign/aggregate.ts';
import { runScenario } from '#sim/run/run.ts';
import { ended } from './launch.suite.ts';
import { merge } from './merge.ts';
import { report } from './report.ts';
import { readScenario } from './scenarios.ts';
import { childrenOf, DEFAULTS, eight, living, startSweep, tablesOf, untilRuns } from './sweep.suite.ts';
import { type SweepOptions, sweep } from './sweep.ts';
import { leftText } from './sweep-progress.ts';
import { UsageError } from './usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const scenario = at('eight.json');
const whole = at('whole');
const grid: SweepOptions = { ...DEFAULTS, vary: ['network.loss=0,50000'], seeds: '3', out: whole };

/** What the command said. */
let said = { out: '', err: '' };
beforeEach(() => {
  said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += `${text}`;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += `${text}`;
    return true;
  });
  return () => vi.restoreAllMocks();
});

/** Whoever edits a file of core while the tests run changes what they see only where they ask for it. */
vi.mock('./source.ts', () => ({ sourceDigest: async () => '5'.repeat(64) }));

let code: number;
beforeAll(async () => {
  writeFileSync(scenario, JSON.stringify(eight));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  code = await sweep(scenario, grid);
});

const linesOf = (out: string): readonly string[] => readFileSync(join(out, 'runs.jsonl'), 'utf8').trimEnd().split('\n');

/** A copy of the whole sweep, without its tables. */
const copy = (name: string): string => {
  const out = at(name);
  cpSync(whole, out, { recursive: true });
  for (const file of ['table.txt', 'results.csv', 'results.json']) rmSync(join(out, file));
  return out;
};

test('runs every point of the grid once, as `montana run` would', async () => {
  expect(code).toBe(0);
  const runs = linesOf(whole).map((line) => JSON.parse(line));
  expect(runs.map(({ run }) => run).sort()).toEqual([0, 1, 2, 3, 4, 5]);
  const fourth = runs.find(({ run }) => run === 4).result;
  expect(fourth.reproduce).toBe(`npm run -s montana -- run ${scenario} --seed 2 --set network.loss=50000`);
  const alone = runScenario(await readScenario(scenario, { seed: '2', set: ['network.loss=50000'] }));
  expect({ ...fourth, seconds: 0, reproduce: '' }).toEqual(alone);
  const results = resultsSchema.parse(JSON.parse(readFileSync(join(whole, 'results.json'), 'utf8')));
  expect(results.cells.map(({ values, runs: made }) => [...values, made])).toEqual([
    ['0', 3],
    ['50000', 3],
  ]);
});

describe('taken up again', () => {
  test('cut off in the middle of a line: only that run and the ones behind it are made, the tables are the same', async () => {
    const out = copy('torn');
    const path = join(out, 'runs.jsonl');
    const lines = linesOf(out);
    truncateSync(path, lines.slice(0, 3).join('\n').length + 1 + 200);
    expect(await sweep(scenario, { ...grid, out, jobs: '1' })).toBe(0);
    expect(said.err).toContain('runs.jsonl: line 4 is torn and left out');
    expect(said.err).toContain('3 of 6 runs are there');
    expect(linesOf(out).slice(0, 3)).toEqual(lines.slice(0, 3));
    expect(linesOf(out)).toHaveLength(6);
    expect(tablesOf(out)).toEqual(tablesOf(whole));
    expect(said.out).toBe(tablesOf(whole)[0]);
  });

  test('finished: nothing is made', async () => {
    const out = copy('finished');
    expect(await sweep(scenario, { ...grid, out })).toBe(0);
    expect(linesOf(out)).toEqual(linesOf(whole));
    expect(tablesOf(out)).toEqual(tablesOf(whole));
  });

  test.each<[string, Partial<SweepOptions>, string]>([
    ['seeds', { seeds: '4' }, 'seeds.count is 3 there, 4 here'],
    ['values', { vary: ['network.loss=0,60000'] }, 'vary.0.values.1 is "50000" there, "60000" here'],
    ['settings', { set: ['windows=4'] }, 'set.0 is missing there, "windows=4" here'],
    ['variants', { variant: ['published'] }, 'variants.0 is "" there, "published" here'],
    ['shard', { shard: '1/2' }, 'shard.of is 1 there, 2 here'],
  ])('another sweep is refused: %s', async (_, changes, told) => {
    await expect(sweep(scenario, { ...grid, ...changes })).rejects.toThrow(
      new UsageError(`${whole}: is another sweep: ${told}; take another --out`),
    );
  });

  test('a changed scenario and changed code are refused', async () => {
    const definition = JSON.parse(readFileSync(join(whole, 'sweep.json'), 'utf8'));
    const refused = async (name: string, changes: object, told: string): Promise<void> => {
      const out = copy(name);
      writeFileSync(join(out, 'sweep.json'), JSON.stringify({ ...definition, ...changes }));
      await expect(sweep(scenario, { ...grid, out })).rejects.toThrow(`${out}: ${told}; take another --out`);
    };
    await refused(
      'title',
      { first: { ...definition.first, title: 'Nine' } },
      'is another sweep: first.title is "Nine" there, "Eight" here',
    );
    await refused('text', { scenarios: '0'.repeat(64) }, 'was made from another text of the scenario');
    await refused('code', { source: '0'.repeat(64) }, 'was made by other code of core and sim');
  });

  test('a damaged line that is not the last is an error: nothing is overwritten', async () => {
    const out = copy('damaged');
    const lines = linesOf(out);
    writeFileSync(join(out, 'runs.jsonl'), `${[lines[0], '{}', ...lines.slice(2)].join('\n')}\n`);
    await expect(sweep(scenario, { ...grid, out })).rejects.toThrow('runs.jsonl: line 2 is no run of this sweep');
    expect(linesOf(out)).toHaveLength(6);
  });

  test('a run that stands there twice must be the same', async () => {
    const out = copy('twice');
    const first = JSON.parse(linesOf(out)[0] as string);
    const again = (result: object): void =>
      appendFileSync(join(out, 'runs.jsonl'), `${JSON.stringify({ ...first, result })}\n`);
    again({ ...first.result, seconds: 99 });
    expect(await sweep(scenario, { ...grid, out })).toBe(0);
    again({ ...first.result, traceDigest: '0'.repeat(64) });
    await expect(sweep(scenario, { ...grid, out })).rejects.toThrow(
      'was made twice and differs in traceDigest: npm run',
    );
  });
});

describe('shards', () => {
  test('merged they are the whole, by whatever way they come together', async () => {
    const shards = ['1/2', '2/2'];
    const outs = shards.map((_, i) => at(`shard-${i}`));
    const codes = [];
    for (const [i, shard] of shards.entries())
      codes.push(await sweep(scenario, { ...grid, shard, out: outs[i] as string }));
    expect(codes).toEqual([0, 0]);
    const first = linesOf(outs[0] as string).map((line) => JSON.parse(line).run);
    expect(first.sort()).toEqual([0, 2, 4]);

    const merged = at('merged');
    expect(await merge(outs.slice(0, 1), { out: merged })).toBe(1);
    expect(said.out).toContain('Missing: 3 runs\n  network.loss=0 seed 2\n');
    expect(await merge(outs.slice(1), { out: merged })).toBe(0);
    expect(tablesOf(merged)).toEqual(tablesOf(whole));
    expect(await merge([...outs.toReversed(), whole], { out: at('all') })).toBe(0);
    expect(tablesOf(at('all'))).toEqual(tablesOf(whole));
    // The whole is a sweep that can be taken up.
    expect(await sweep(scenario, { ...grid, out: merged })).toBe(0);
  });

  test('runs that differ, and other sweeps, are refused', async () => {
    const other = copy('other');
    const [line, ...rest] = linesOf(other);
    const { run, result } = JSON.parse(line as string);
    const changed = { run, result: { ...result, traceDigest: '0'.repeat(64) } };
    writeFileSync(join(other, 'runs.jsonl'), `${[JSON.stringify(changed), ...rest].join('\n')}\n`);
    await expect(merge([whole, other], { out: at('never') })).rejects.toThrow(
      `${other}: the run with seed ${result.seed} was made twice and differs in traceDigest: ${result.reproduce}`,
    );
    const definition = JSON.parse(readFileSync(join(whole, 'sweep.json'), 'utf8'));
    writeFileSync(join(other, 'sweep.json'), JSON.stringify({ ...definition, seeds: { from: 1, count: 9 } }));
    await expect(merge([whole, other], { out: at('never') })).rejects.toThrow(
      `${other}: is another sweep: seeds.count is 9 there, 3 here`,
    );
    await expect(merge([folder], { out: at('never') })).rejects.toThrow('holds no sweep.json');
    expect(existsSync(at('never'))).toBe(false);
  });
});

describe('wrong usage', () => {
  test.each<[string, Partial<SweepOptions>, string]>([
    ['--vary of an unknown field', { vary: ['netwrk.loss=1'] }, 'netwrk: no such field (did you mean network?)'],
    ['--vary of a wrong value', { vary: ['nodes=8,x'] }, 'nodes: expected number, received string'],
    ['--vary twice', { vary: ['windows=1', 'windows=2'] }, '--vary windows: is varied twice'],
    ['--vary without values', { vary: ['windows'] }, '--vary windows: write path=value'],
    ['--set seed', { set: ['seed=3'] }, '--set seed=3: seeds are given by --seeds'],
    ['--variant', { variant: ['publishd'] }, 'no variant "publishd" (did you mean published?)'],
    ['--seeds', { seeds: '0' }, '--seeds 0: write a whole number from 1 on'],
    ['--seed-from', { seedFrom: '-1' }, '--seed-from -1: write a whole number from 0 on'],
    ['--jobs', { jobs: 'two' }, '--jobs two: write a whole number from 1 on'],
    ['--shard', { shard: '3/2' }, '--shard 3/2: write i/n'],
    ['too many runs', { seeds: '100001' }, 'these are 100001 runs'],
    ['--out that is a file', { out: scenario }, `--out ${scenario}: `],
  ])('%s', async (_, changes, told) => {
    const wrong = sweep(scenario, { ...DEFAULTS, out: at('wrong'), ...changes });
    await expect(wrong).rejects.toThrow(UsageError);
    await expect(wrong).rejects.toThrow(told);
    expect(existsSync(at('wrong'))).toBe(false);
  });

  test('a folder with runs and no definition', async () => {
    const out = copy('headless');
    rmSync(join(out, 'sweep.json'));
    await expect(sweep(scenario, { ...grid, out })).rejects.toThrow('holds runs.jsonl without sweep.json');
  });
});

test('exit 1 where a run does not meet its expectations, which are those of its variant', async () => {
  const [out, path] = [at('unmet'), at('unmet.json')];
  const published = { set: { windows: 2 }, expect: [{ property: 'agreement', is: 'violated' }] };
  writeFileSync(path, JSON.stringify({ ...eight, windows: 1, variants: { published } }));
  expect(await sweep(path, { ...DEFAULTS, variant: ['all'], out })).toBe(1);
  expect(said.out).toContain(
    `NOT as expected: 1 run\n  agreement: npm run -s montana -- run ${path} --variant published --seed 1`,
  );
  expect(said.out).toMatch(/^\(as written\) {2}1 {5}1\/1 /m);
});

describe('report', () => {
  test('of a sweep and of a run: written beside it, the same bytes each time', async () => {
    await report(whole, { metric: [] });
    const path = join(whole, 'report.html');
    expect(said.out).toBe(`${path}\n`);
    const page = readFileSync(path, 'utf8');
    expect(page).toContain('Eight nodes close three windows.');
    expect(page).toContain(`sweep ${scenario} --vary network.loss=0,50000 --seeds 3 --out runs/again`);
    await report(whole, { metric: [] });
    expect(readFileSync(path, 'utf8')).toBe(page);
    await report(whole, { metric: ['finalWindow,deliveriesPerWindow'] });
    expect(readFileSync(path, 'utf8')).toContain('<h2>deliveriesPerWindow against network.loss</h2>');
  });

  test('wrong usage', async () => {
    await expect(report(folder, { metric: [] })).rejects.toThrow('holds neither a run nor a sweep');
    await expect(report(whole, { metric: ['finalWindo'] })).rejects.toThrow(
      '--metric finalWindo: no run has it (did you mean finalWindow?)',
    );
    const empty = at('empty');
    cpSync(join(whole, 'sweep.json'), join(empty, 'sweep.json'), { recursive: true });
    await expect(report(empty, { metric: [] })).rejects.toThrow('no run of the sweep is finished yet');
  });
});

test('Ctrl-C: exit 130, no child is left, what is finished stays', async () => {
  const out = at('stopped');
  const process = startSweep(scenario, { ...DEFAULTS, seeds: '500', out });
  const end = ended(process);
  await untilRuns(out, 1);
  const children = childrenOf(process.pid as number);
  expect(children).toHaveLength(2);
  process.kill('SIGINT');
  const { status, signal, stdout, stderr } = await end;
  expect({ status, signal, stdout }).toEqual({ status: 130, signal: null, stdout: '' });
  expect(living(children)).toEqual([]);
  expect(stderr).toContain(
    `montana: interrupted with ${linesOf(out).length} of 500 runs done; the same command goes on from there\n`,
  );
  expect(existsSync(join(out, 'table.txt'))).toBe(false);
});

test.each([
  [10, 0, 5, 'time left not known yet'],
  [10, 2, 5, '25 s left'],
  [60, 1, 3, '3 min 00 s left'],
  [60, 1, 125, '2 h 05 min left'],
  [10, 5, 0, 'done'],
])('%i s for %i runs, %i to come', (elapsed, made, toCome, text) => {
  expect(leftText(elapsed, made, toCome)).toBe(text);
});
