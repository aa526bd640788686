import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runResultSchema } from '#sim/run/result.ts';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { replayRun } from '#sim/trace/replay-run.ts';
import { openRunJournal } from './journals.ts';
import { ended, foreignNode, montana, ROOT, start } from './launch.suite.ts';
import { list } from './list.ts';
import { replay } from './replay.ts';
import { type RunOptions, run } from './run.ts';
import { said } from './said.suite.ts';
import { sourceDigest } from './source.ts';
import { UsageError } from './usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const input: ScenarioInput = {
  title: 'Four',
  claim: 'Four nodes close three windows.',
  nodes: 4,
  windows: 3,
  hosts: [{ count: 4, spread: 10 }],
  workload: { transfers: 1, anchors: 1 },
  expect: [
    { property: 'agreement', is: 'holds' },
    { property: 'presence', is: 'measured' },
  ],
};
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const four = file('four.json', JSON.stringify(input));

describe('montana run', () => {
  test('two processes have one history; the second by the command that the first one names', async () => {
    const out = join(folder, 'out/put');
    const { status, stdout, stderr } = await montana('run', four, '--seed', 'a b', '--json', '--out', out);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^window 0\/3 final in round 1 /);
    const first = runResultSchema.parse(JSON.parse(stdout));
    expect(first).toMatchObject({ schema: 1, scenario: 'Four', seed: 'a b', nodes: 4, windows: 3, finalWindow: 3 });
    expect(first.properties.map(({ name }) => name)).toEqual(['agreement', 'presence']);
    expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'))).toEqual(first);
    expect(first.reproduce).toBe(`npm run -s montana -- run ${four} --seed 'a b'`);
    const again = await ended(spawn('sh', ['-c', `${first.reproduce} --json`], { cwd: ROOT }));
    expect({ ...runResultSchema.parse(JSON.parse(again.stdout)), seconds: 0 }).toEqual({ ...first, seconds: 0 });
  });

  test('for a person: a line when a window closes, then the summary; exit 0', async () => {
    const { status, stdout, stderr } = await said(() => run(four, { set: [] }));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('window 3/3 final in round 1');
    expect(stdout).toContain('presence against speed');
    expect(stdout).toContain('Everything as expected.');
  });

  test('exit 1 where an expectation is not met, with the command that repeats it', async () => {
    const setting = 'expect.0.is=violated';
    const { status, stdout } = await said(() => run(four, { set: [setting] }));
    expect(status).toBe(1);
    expect(stdout).toContain('NOT agreement');
    expect(stdout).toContain(
      `NOT as expected: agreement. To repeat it:\n  npm run -s montana -- run ${four} --set ${setting}`,
    );
  });

  test('exit 1 where the run stalls; exit 0 where that was expected', async () => {
    const cut = { windows: 1, faults: [{ type: 'cut', window: 0, groups: [['n000', 'n001']] }] };
    const stalled = file('stalled.json', JSON.stringify({ ...input, ...cut }));
    const wanted = { expect: [{ property: 'progress', is: 'violated' }] };
    const expected = file('expected.json', JSON.stringify({ ...input, ...cut, ...wanted }));
    const { status, stdout } = await said(() => run(stalled, { set: [] }));
    expect(status).toBe(1);
    expect(stdout).toContain('NOT as expected: the run stalled.');
    expect((await said(() => run(expected, { set: [] }))).status).toBe(0);
  });
});

describe('wrong usage', () => {
  const typo = file('typo.json', JSON.stringify({ ...input, windos: 3 }));
  const wrong = file('wrong.json', JSON.stringify({ ...input, hosts: [{ count: 4, speed: 'fast' }] }));
  const code = file('code.mjs', 'export default { title: () => 1 };');
  const taken = join(folder, 'taken');
  mkdirSync(join(taken, 'run.journal'), { recursive: true });
  const raising = file('raising.mjs', 'throw new Error("first line\\nsecond line");');

  test.each<[string, string, Partial<RunOptions>, string]>([
    ['unknown key', typo, {}, `${typo}: windos: no such field (did you mean windows?)`],
    ['wrong value', wrong, {}, `${wrong}: hosts.0.speed: expected number, received string`],
    ['functions', code, {}, `${code}: `],
    ['missing file', 'no/such.json', {}, 'no/such.json: no such file'],
    [
      'unknown scenario',
      'steadi',
      {},
      'steadi: no such scenario (did you mean steady?); `montana list` shows them all',
    ],
    ['--set of an unknown key', four, { set: ['netwrk.loss=0'] }, 'netwrk: no such field (did you mean network?)'],
    ['--set without a value', four, { set: ['windows'] }, '--set windows: write path=value'],
    ['--out that is no folder', four, { out: join(four, 'x') }, `--out ${join(four, 'x')}: `],
    ['--out with a journal that is a folder', four, { out: taken }, '--out: EISDIR: '],
  ])('%s is told before anything runs', async (_, name, options, told) => {
    const wrongly = said(() => run(name, { set: [], ...options }));
    await expect(wrongly).rejects.toBeInstanceOf(UsageError);
    await expect(wrongly).rejects.toThrow(told);
  });

  test.each<[string, readonly string[], string]>([
    ['a file that throws', [raising], `${raising}: first line second line`],
    ['unknown option', [four, '--sed', '3'], "unknown option '--sed'"],
    ['no scenario', [], "missing required argument 'scenario'"],
  ])('%s: one line on stderr, exit 2', async (_, args, told) => {
    const { status, stdout, stderr } = await montana('run', ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^montana: [^\n]+\n$/);
    expect(stderr).toContain(told);
  });
});

describe('Ctrl-C', () => {
  const long = file('long.json', JSON.stringify({ ...input, windows: 1_000_000 }));

  test.each([
    ['in the Node that runs it', () => process.execPath],
    ['through the launcher, which leaves no child', () => foreignNode(folder)],
  ])('%s: one line, exit 130', async (_, node) => {
    const out = mkdtempSync(join(folder, 'broken-'));
    const child = start(['run', long, '--json', '--out', out, '--journal', 'host:1'], node());
    const end = ended(child);
    await new Promise((resolve) => child.stderr.once('data', resolve));
    child.kill('SIGINT');
    const { status, signal, stdout, stderr } = await end;
    expect({ status, signal, stdout }).toEqual({ status: 130, signal: null, stdout: '' });
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('montana: ')),
    ).toEqual([expect.stringMatching(/^montana: interrupted in window \d+ of 1000000$/)]);
    // The journals go up to there.
    const journal = openRunJournal(join(out, 'run.journal'));
    expect(journal.end).toBeUndefined();
    expect(journal.windows.length).toBeGreaterThan(0);
    const cut = { ...journal, windows: journal.windows.slice(0, 2) };
    expect(replayRun(cut, { source: await sourceDigest() })).toMatchObject({ equal: true });
    const host = await said(() => replay(join(out, 'n001.journal')));
    expect(host).toMatchObject({ status: 0, stderr: '' });
    expect(host.stdout).toMatch(/ equal: .* [1-9]\d* windows, /);
  });
});

describe('montana list', () => {
  const listed = z.strictObject({
    schema: z.literal(1),
    scenarios: z.array(
      z.strictObject({
        ...{ name: z.string(), title: z.string(), claim: z.string() },
        ...{ nodes: z.int(), windows: z.int(), variants: z.array(z.string()) },
      }),
    ),
  });

  test('names the scenarios and their claims, with --json as one object', async () => {
    const text = await said(async () => (await list({})) ?? 0);
    const json = await montana('list', '--json');
    expect(json.status).toBe(0);
    const { scenarios } = listed.parse(JSON.parse(json.stdout));
    expect(scenarios.map(({ name }) => name)).toEqual(expect.arrayContaining(['partition-heal', 'steady', 'tour']));
    for (const { name, claim, variants } of scenarios) {
      expect(text.stdout).toContain(`${name} `);
      expect(text.stdout).toContain(claim);
      expect(text.stdout).toContain(variants.join(', '));
    }
  });
});
