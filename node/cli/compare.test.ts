import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JournalReader } from '#core/journal/container.ts';
import { runResultSchema } from '#sim/run/result.ts';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { readRunJournal } from '#sim/trace/run-journal.ts';
import { compare } from './compare.ts';
import { replay } from './replay.ts';
import { type RunOptions, run } from './run.ts';
import { said } from './said.suite.ts';
import { sourceDigest } from './source.ts';
import { UsageError } from './usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const input: ScenarioInput = {
  title: 'Four',
  claim: 'Four nodes close three windows.',
  nodes: 4,
  windows: 3,
  hosts: [{ count: 4, spread: 10 }],
  workload: { transfers: 1, anchors: 1 },
};
const four = join(folder, 'four.json');
writeFileSync(four, JSON.stringify(input));
const at = (name: string): string => join(folder, name);

const ran = (name: string, options: Partial<RunOptions> = {}) =>
  said(() => run(four, { set: [], out: at(name), ...options }));

const faults = (...list: NonNullable<ScenarioInput['faults']>): Partial<RunOptions> => ({
  set: [`faults=${JSON.stringify(list)}`],
});

beforeAll(async () => {
  await ran('first');
  await ran('again', { journal: ['host:2', 'host:n003'] });
  const lost = faults({ type: 'lose', window: 2, from: 'n000', to: 'n003', kind: 'bundle' });
  await ran('lacking', { ...lost, journal: ['host:3'] });
});

describe('montana run --out', () => {
  test('writes a journal of kilobytes, with the digest of the present source', async () => {
    const bytes = readFileSync(at('first/run.journal'));
    expect(bytes.length).toBeLessThan(6_000);
    const journal = readRunJournal([bytes]);
    expect(journal.source).toBe(await sourceDigest());
    const result = runResultSchema.parse(JSON.parse(readFileSync(at('first/result.json'), 'utf8')));
    expect(journal.end?.digest).toBe(result.traceDigest);
    expect((await said(() => replay(at('first')))).status).toBe(0);
  });

  test('--journal adds those of hosts, and changes nothing', async () => {
    for (const host of ['n002', 'n003']) {
      expect((await said(() => replay(at(`again/${host}.journal`)))).status).toBe(0);
    }
    expect(readFileSync(at('again/run.journal'))).toEqual(readFileSync(at('first/run.journal')));
  });

  test('--journal without --out says what is missing', async () => {
    const wrong = run(four, { set: [], journal: ['host:2'] });
    await expect(wrong).rejects.toThrow(
      new UsageError('--journal host:2: say with --out <dir> where the journal goes'),
    );
  });

  test('a violated property is followed by its causes, which are in result.json, too', async () => {
    const eight: Partial<RunOptions> = {
      set: [
        ...['nodes=8', 'hosts=[{"count":8}]', 'windows=1', 'rules={"finality":"first-valid"}'],
        'adversary=[{"type":"equivocating-leader","hosts":["n000"]}]',
      ],
    };
    const { status, stdout, stderr } = await ran('forked', eight);
    expect(status).toBe(1);
    expect(stdout).toMatch(/NOT agreement .*violated/);
    expect(stdout).toMatch(
      /To repeat it:[\s\S]*\nHow agreement, [^:]*promise-kept were violated:\n {2}0:0[\s\S]* n000 signs proposal /,
    );
    const { properties } = runResultSchema.parse(JSON.parse(readFileSync(at('forked/result.json'), 'utf8')));
    const { causes } = properties.find(({ name }) => name === 'agreement') ?? {};
    expect(causes?.length).toBeGreaterThanOrEqual(3);
    for (const line of causes ?? []) expect(stdout).toContain(`  ${line}\n`);
    expect(stderr).toMatch(/^running again for the causes of agreement[^:]*: window /);
  });
});

describe('montana compare', () => {
  test('exit 0 where two runs are equal, by folder or by file', async () => {
    const { status, stdout } = await said(() => compare(at('first'), at('again/run.journal')));
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^a: .*first.run.journal {2}Four, seed 1\nb: .*run.journal {2}Four, seed 1\nThe runs are equal: \d windows, trace /,
    );
  });

  test('exit 1 where they differ: window, host and message', async () => {
    const { status, stdout, stderr } = await said(() => compare(at('first'), at('lacking')));
    expect(status).toBe(1);
    expect(stdout).toMatch(/\nFirst difference: at 0:02:.*, in window 2 of n003, happening \d+:\n/);
    expect(stdout).toMatch(
      /\n {2}a: .* {2}n003 receives from n000: bundle \w{8} of n00\d for window 2\n {2}b: this does not happen/,
    );
    expect(stderr).toContain('running again a: window ');
  });

  test('wrong usage names the file, and what to do', async () => {
    await expect(compare(at('first'), at('nowhere'))).rejects.toThrow(
      new UsageError(`${at('nowhere')}: no such file; \`montana run <scenario> --out <dir>\` writes <dir>/run.journal`),
    );
    await expect(compare(folder, at('first'))).rejects.toThrow(`${folder}/run.journal: no such file`);
    await expect(compare(four, at('first'))).rejects.toThrow(`${four}: block 0 at byte 0: this is no journal`);
    await expect(compare(at('first'), at('again/n002.journal'))).rejects.toThrow(
      `${at('first')} is the journal of a run, ${at('again/n002.journal')} of a host: compare two runs, or two hosts`,
    );
  });

  test('two hosts: the first input that differs', async () => {
    const own = at('again/n003.journal');
    expect(await said(() => compare(own, own))).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/\nThe journals are equal: \d+ inputs and their effects\n$/),
    });
    const { status, stdout } = await said(() => compare(own, at('lacking/n003.journal')));
    expect(status).toBe(1);
    expect(stdout).toMatch(/\nFirst difference: input \d+:\n {2}a: 0:02:\d\d\.\d{6} {2}message from peer \d+: bundle /);
    expect(stdout).toMatch(/\n {2}b: 0:02:[\s\S]*\nBefore that, the same in both:(\n {5}0:02:.*){3}\n$/);
    expect((await said(() => compare(own, at('again/n002.journal')))).stdout).toMatch(
      /\nThe hosts are not the same:\n {2}name: a n003, b n002\n/,
    );
  });

  test('of a truncated file: refused inside a block, equal as far as it goes between two', async () => {
    const bytes = readFileSync(at('first/run.journal'));
    const { number, offset } = new JournalReader().push(bytes)[2] as { number: number; offset: number };
    const path = at('cut.journal');
    writeFileSync(path, bytes.subarray(0, offset + 5));
    await expect(compare(path, at('first'))).rejects.toThrow(
      new UsageError(`${path}: block ${number} at byte ${offset}: the file ends inside it`),
    );
    writeFileSync(path, bytes.subarray(0, offset));
    const { status, stdout, stderr } = await said(() => compare(path, at('first')));
    expect({ status, stderr }).toEqual({ status: 0, stderr: `${path}: ends after block 2 without an end mark\n` });
    expect(stdout).toMatch(/\nThe runs are equal up to window 0, .*, where the journal of an interrupted run ends\n$/);
  });

  test('a flipped byte is named by block and offset', async () => {
    const bytes = readFileSync(at('first/run.journal'));
    const { number, offset } = new JournalReader().push(bytes)[2] as { number: number; offset: number };
    bytes[offset + 30] = (bytes[offset + 30] as number) ^ 4;
    writeFileSync(at('flipped.journal'), bytes);
    await expect(compare(at('flipped.journal'), at('first'))).rejects.toThrow(
      new UsageError(
        `${at('flipped.journal')}: block ${number} at byte ${offset}: its bytes do not match its chain hash`,
      ),
    );
  });
});
