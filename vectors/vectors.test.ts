import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Case } from './case.ts';
import { casesOf, DATA, jsonFiles, loadFile } from './cases.ts';
import { difference } from './compare.ts';
import { NotVectors, runCase, runVectors } from './runner.ts';

const files = [...jsonFiles(DATA), ...jsonFiles(join(DATA, 'nist'))];

const byFunction = new Map<string, Case[]>();
for (const file of files) {
  for (const entry of loadFile(file) ?? []) {
    if (entry.fn === 'history') continue;
    const cases = byFunction.get(entry.fn) ?? [];
    cases.push(entry);
    byFunction.set(entry.fn, cases);
  }
}

/** Each key derivation takes more than a second: one of them here, all in the deep test. Histories have a test of their own. */
const quick = (fn: string, cases: readonly Case[]): readonly Case[] => {
  if (fn !== 'mnemonic_to_identity') return cases;
  const refused = cases.filter((entry) => entry.out.error !== undefined);
  return [...refused, ...cases.filter((entry) => entry.out.error === undefined).slice(0, 1)];
};

describe('conformance', () => {
  test.each([...byFunction])('%s', (fn, cases) => {
    const wrong = quick(fn, cases).flatMap((entry) => {
      const { state, detail } = runCase(entry);
      return state === 'passed' ? [] : [`${entry.id} ${state} ${detail}`];
    });
    expect(wrong).toEqual([]);
  });

  test('all files of the project are read', () => {
    expect(files.length).toBe(26);
    expect(files.every((file) => (loadFile(file) ?? []).length > 0)).toBe(true);
    expect(casesOf('hash', 'sha256').length).toBe(11);
  });
});

describe('runner', () => {
  const folder = mkdtempSync(join(tmpdir(), 'montana-vectors-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (name: string, cases: readonly Case[]): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify({ format: 'montana-vectors/1', topic: 'test', cases }));
    return path;
  };

  const run = (...paths: readonly string[]): { readonly ok: boolean; readonly lines: readonly string[] } => {
    const lines: string[] = [];
    return { ok: runVectors(paths, (line) => lines.push(line)), lines };
  };

  const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const good: Case = { id: 'good', fn: 'sha256', in: { data: '' }, out: { hash: EMPTY_HASH } };

  test('a file of the same format that it never saw', () => {
    expect(run(write('a.json', [good]))).toEqual({
      ok: true,
      lines: ['sha256  1 passed, 0 failed', '1 passed, 0 failed'],
    });
  });

  test('a wrong value, a missing value and a handler that throws fail', () => {
    const path = write('b.json', [
      good,
      { ...good, id: 'wrong', out: { hash: EMPTY_HASH.replace('e3', 'e4') } },
      { ...good, id: 'missing', out: { hash: EMPTY_HASH, size: 32 } },
      { ...good, id: 'throws', in: { data: 'xy' } },
    ]);
    const { ok, lines } = run(path);
    expect(ok).toBe(false);
    expect(lines.slice(0, 3).map((line) => line.split(' ').slice(0, 3))).toEqual([
      ['FAILED', 'b.json', 'wrong'],
      ['FAILED', 'b.json', 'missing'],
      ['FAILED', 'b.json', 'throws'],
    ]);
    expect(lines.at(-1)).toBe('1 passed, 3 failed');
  });

  test('an unknown function is skipped by name, never passed', () => {
    const { ok, lines } = run(write('c.json', [good, { ...good, id: 'strange', fn: 'strange' }]));
    expect(ok).toBe(true);
    expect(lines.slice(-2)).toEqual(['skipped, not implemented: strange (1)', '1 passed, 0 failed, 1 skipped']);
  });

  test('a folder means its *.json', () => {
    writeFileSync(join(folder, 'notes.txt'), 'no vectors');
    expect(run(folder).lines.at(-1)).toBe('3 passed, 3 failed, 1 skipped');
  });

  test('what holds no vectors is refused', () => {
    writeFileSync(join(folder, 'other.json'), '{"cases": 3}');
    writeFileSync(join(folder, 'broken.json'), '{');
    for (const path of ['nowhere', 'other.json', 'broken.json', 'notes.txt']) {
      expect(() => run(join(folder, path))).toThrow(NotVectors);
    }
  });
});

describe('comparison', () => {
  test('types of the core against what the vectors print', () => {
    expect(
      difference(
        { a_b: '00ff', n: '12', l: [1, { x: true }] },
        {
          aB: Uint8Array.of(0, 255),
          n: 12n,
          l: [1n, { x: true, more: 1 }],
          more: 1,
        },
      ),
    ).toBeUndefined();
  });

  test.each([
    [{ a: '00' }, { a: Uint8Array.of(1) }],
    [{ a: '00' }, {}],
    [{ a: [1] }, { a: [1, 2] }],
    [{ a: [1, 2] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: undefined }],
    [{ ok: true }, { error: 'Malformed' }],
    [{ a: null }, { a: 0 }],
    [{ a: [] }, { a: '' }],
  ])('%j is not %j', (expected, actual) => {
    expect(difference(expected, actual)).toBeDefined();
  });
});
