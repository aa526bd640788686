import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declarations } from './bigints.ts';
import { checkTree } from './check.ts';
import { upwardImports } from './layers.ts';
import { judge } from './rules.ts';
import { tokenize } from './tokens.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');

const fixtures = (kind: string): readonly { name: string; source: string }[] =>
  readdirSync(join(HERE, 'fixtures', kind)).map((file) => ({
    name: file.replace(/\.ts$/, ''),
    source: readFileSync(join(HERE, 'fixtures', kind, file), 'utf8'),
  }));

/** Rule and line of every finding when `source` is a file of a consensus folder. */
const findingsOf = (source: string, path = 'core/state/fixture.ts'): readonly string[] =>
  judge(path, source, declarations(tokenize(source))).map(({ rule, line }) => `${rule}:${line}`);

describe('bad fixtures: every marked line is caught under the name of the file, no other line is', () => {
  test.each(fixtures('bad'))('$name', ({ name, source }) => {
    const expected = source.split('\n').flatMap((line, index) => {
      const marks =
        line
          .match(/\/\/ ((?:bad ?)+)$/)?.[1]
          ?.trim()
          .split(' ') ?? [];
      return marks.map(() => `${name}:${index + 1}`);
    });
    expect(expected.length).toBeGreaterThan(0);
    expect(findingsOf(source)).toEqual(expected);
  });
});

describe('good fixtures: nothing is caught', () => {
  test.each(fixtures('good'))('$name', ({ source }) => {
    expect(findingsOf(source)).toEqual([]);
  });
});

test('outside the folders of consensus an order of insertion is allowed, a clock is not', () => {
  const source = 'export const map = new Map();\nexport const now = Date.now();\n';
  expect(findingsOf(source, 'core/wire/fixture.ts')).toEqual(['date:2']);
});

test('division of numbers has one home', () => {
  const source = 'export const divide = (a: number, b: number): number => (a - (a % b)) / b;\n';
  expect(findingsOf(source, 'core/bytes/integers.ts')).toEqual([]);
  expect(findingsOf(source, 'core/bytes/bytes.ts')).toEqual(['division:1']);
});

test('folders of core import downwards', () => {
  const source = `import { a } from '../state/a.ts';\nimport type { b } from '../participant/b.ts';\nimport { c } from './c.ts';\n`;
  const linesOf = (path: string) => upwardImports(path, source).map(({ rule, line }) => `${rule}:${line}`);
  expect(linesOf('core/gossip/x.ts')).toEqual([]);
  expect(linesOf('core/participant/x.ts')).toEqual([]);
  expect(linesOf('core/transition/x.ts')).toEqual(['upward:2']);
  expect(linesOf('core/bytes/x.ts')).toEqual(['upward:1', 'upward:2']);
  expect(linesOf('core/nowhere/x.ts')).toEqual(['upward:1', 'upward:2']);
});

describe('a forbidden line in a file of core fails the check', () => {
  let tree = '';
  beforeAll(() => {
    tree = mkdtempSync(join(tmpdir(), 'montana-purity-'));
    mkdirSync(join(tree, 'core/state'), { recursive: true });
  });
  afterAll(() => rmSync(tree, { recursive: true }));

  const exitCode = (source: string): number | null => {
    writeFileSync(join(tree, 'core/state/x.ts'), source);
    return spawnSync(process.execPath, [join(HERE, 'main.ts'), tree]).status;
  };

  test('exit code of the purity check', () => {
    expect(exitCode('export const one = 1;\n')).toBe(0);
    expect(exitCode("import { readFileSync } from 'node:fs';\nexport { readFileSync };\n")).toBe(1);
    expect(exitCode('export const now = Date.now();\n')).toBe(1);
  });

  test('an empty tree is not a pure one', () => {
    rmSync(join(tree, 'core/state/x.ts'), { force: true });
    expect(checkTree(tree).files).toBe(0);
    expect(spawnSync(process.execPath, [join(HERE, 'main.ts'), tree]).status).toBe(1);
  });
});

test('the compiler sees no clock-bearing or I/O types in core', () => {
  const listed = execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['--showConfig', '-p', join(ROOT, 'core')], {
    encoding: 'utf8',
  });
  const { compilerOptions } = JSON.parse(listed) as { compilerOptions: { types: string[]; lib: string[] } };
  expect(compilerOptions.types).toEqual([]);
  expect(compilerOptions.lib.map((name) => name.toLowerCase())).toEqual(['es2023']);
});
