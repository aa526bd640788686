import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { childrenOf } from './sweep.suite.ts';

const ROOT = join(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'node/montana.mjs');

const folder = mkdtempSync(join(tmpdir(), 'montana-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The pinned Node under another name: to the launcher a foreign one, so that it starts a child. */
const foreignNode = (): string => {
  const pinned = join(ROOT, 'node_modules/node/bin/node');
  const other = join(folder, 'node');
  try {
    linkSync(pinned, other);
  } catch {
    copyFileSync(pinned, other);
  }
  return other;
};

const montana = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

const oneLine = /^montana: [^\n]+\n$/;

test('help prints the commands', () => {
  const { status, stdout } = montana('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('vectors');
});

test.each([
  [['vectorz'], 'Did you mean vectors?); see "montana --help"'],
  [['help', 'nope'], 'nope: no such command; "montana --help" lists'],
  [['help', 'node', 'nope'], 'node nope: no such command; "montana node --help" lists'],
  [['vectors', '--no-such'], '--no-such'],
  [['vectors', '/no/such/path'], '/no/such/path'],
])('usage error of %j: one line, exit 2', (args, told) => {
  const { status, stdout, stderr } = montana(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(oneLine);
  expect(stderr).toContain(told);
});

test('where a package is missing: one line that says what to do', () => {
  mkdirSync(join(folder, 'bare/node/cli'), { recursive: true });
  const launcher = join(folder, 'bare/node/montana.mjs');
  copyFileSync(LAUNCHER, launcher);
  writeFileSync(join(folder, 'bare/node/cli/main.ts'), "import 'commander';\n");
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, 'node', 'start'], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(oneLine);
  expect(stderr).toContain(`Cannot find package 'commander'; run "npm install" in ${join(folder, 'bare')}`);
});

test('vectors: exit 0 when all pass, 1 when one fails', () => {
  const good = join(ROOT, 'vectors/data/hash.json');
  const { status, stdout } = montana('vectors', good);
  expect(status).toBe(0);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('92 passed, 0 failed');
  const bad = join(folder, 'bad.json');
  const wrong = { id: 'wrong', fn: 'sha256', in: { data: '' }, out: { hash: '00' } };
  writeFileSync(bad, JSON.stringify({ format: 'montana-vectors/1', cases: [wrong] }));
  const failed = montana('vectors', good, bad);
  expect(failed.status).toBe(1);
  expect(failed.stdout.trimEnd().split('\n').at(-1)).toBe('92 passed, 1 failed');
});

test('the launcher gives exit code and signals through to the Node it starts', async () => {
  const node = foreignNode();
  expect(spawnSync(node, [LAUNCHER, 'vectors', '/no/such/path']).status).toBe(2);
  // Key derivation keeps the child busy for long; its end of the pipe closes only when it is gone.
  const running = spawn(node, [LAUNCHER, 'vectors', join(ROOT, 'vectors/data/mnemonic.json')]);
  const closed = new Promise<NodeJS.Signals | null>((resolve) => running.on('close', (_, signal) => resolve(signal)));
  while (childrenOf(running.pid as number).length === 0) await wait(20);
  running.kill('SIGTERM');
  expect(await closed).toBe('SIGTERM');
});
