import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { firstMissing, stepsOf, walk } from './path.suite.ts';

const ROOT = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'montana-path-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Not part of a clean checkout, and what no path reads: vectors are 22 MB. */
const LEFT_OUT = ['node_modules', 'dist', 'runs', '.git', join('vectors', 'data')];

/** Done for the whole tree before its tests: the copy has those packages. */
const DONE = ['npm install'];

/** Each begins in a folder of its own, as somebody does who reads it. */
const PATHS: readonly (readonly [file: string, heading: string])[] = [['README.md', "## A stranger's path"]];

/** Where the path of the README was taken. */
const clean = join(root, 'README.md');

test.each(PATHS)('%s, %s: every step does and prints what stands there', async (file, heading) => {
  const steps = stepsOf(readFileSync(join(ROOT, file), 'utf8'), heading);
  expect(steps.length).toBeGreaterThan(1);
  const folder = join(root, file);
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !LEFT_OUT.some((name) => path === join(ROOT, name)) });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const { outputs, code } = await walk(steps, folder, { skipped: DONE, patience: 300_000 });
  expect(code, outputs.at(-1)).toBe(0);
  steps.forEach(({ commands, prints }, index) => {
    const output = outputs[index]!;
    expect(firstMissing(prints, output), `${commands}\nprinted\n${output}`).toBeUndefined();
  });
});

test('the package is JavaScript without tests, and a library', () => {
  const tarball = readdirSync(clean).find((name) => name.endsWith('.tgz'))!;
  const modules = join(root, 'unpacked/node_modules');
  const files = filesOfTarball(join(clean, tarball), join(modules, 'montana'));
  expect(files).toContain('dist/node/packaging/montana.service');
  expect(
    files.filter((file) => /(?<!\.d)\.ts$|\.(test|suite)\.|^(?!dist|LICENSE|README|package\.json)/.test(file)),
  ).toEqual([]);
  expect(
    files.filter((file) => /\.(js|d\.ts)$/.test(file)).flatMap((file) => strangers(join(modules, 'montana'), file)),
  ).toEqual([]);
  for (const name of ['@noble', 'seedrandom', 'zod'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  const code = [
    "import { toHex } from 'montana/core/bytes/bytes.js';",
    "import { Run } from 'montana/sim/run/run.js';",
    'console.log(toHex(Uint8Array.of(1, 255)), typeof Run);',
  ].join('\n');
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: join(root, 'unpacked') });
  expect(`${said}`).toBe('01ff function\n');
});

/** Unpacks a package; its files, without folders. */
const filesOfTarball = (tarball: string, into: string): readonly string[] => {
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', into]);
  return readdirSync(into, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(into, join(parentPath, name)));
};

/** Own files that a file of the package names and that are not in it; declarations name declarations. */
const strangers = (root: string, file: string): readonly string[] => {
  const names = readFileSync(join(root, file), 'utf8').matchAll(
    /['"]((?:\.{1,2}\/|#(?=core|sim|node|scenarios|vectors))[^'"\n]+\.[jt]s)['"]/g,
  );
  return [...names].flatMap(([, name = '']) => {
    const path = name.startsWith('#') ? join('dist', name.slice(1)) : join(dirname(file), name);
    const isThere = existsSync(join(root, file.endsWith('.d.ts') ? path.replace(/\.js$/, '.d.ts') : path));
    return isThere ? [] : [`${file}: ${name}`];
  });
};
