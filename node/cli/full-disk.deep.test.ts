import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeDevnet } from '#node/devnet/make.ts';
import { lastWords } from './last-words.ts';
import { montana } from './launch.suite.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-full-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Takes nothing, as a disk that is full. */
const FULL = '/dev/full';

test.each([
  ['the log, while it runs', { logFile: 'node.log' }, 'node.log'],
  ['the journal, at its start', { journal: 'on' }, 'journal/unbegun'],
])('there is no room for %s: one line with what to do, exit 1', async (_, config, file) => {
  const { founders } = await makeDevnet({ nodes: 1, dir: join(root, file.replace('/', '-')), config });
  const { path } = founders[0]!.folder;
  mkdirSync(join(path, 'journal'));
  symlinkSync(FULL, join(path, file));
  const { status, stderr } = await montana('node', 'start', '--dir', path);
  expect(status).toBe(1);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`montana: ${lastWords('ENOSPC: no space left on device', path)}`);
});

test('what LMDB says, a quota, and what is no full disk', () => {
  const lmdb =
    'the store: the store cannot be written: No space left on device: Attempting to write page at position 4';
  expect(lastWords(lmdb, 'alice')).toMatch(
    /^no space is left for alice or its log; make room on the disk, then start /,
  );
  expect(lastWords('EDQUOT: disk quota exceeded, write', 'alice')).toBe(lastWords(lmdb, 'alice'));
  expect(lastWords('the hasher: boom', 'alice')).toBe('the hasher: boom');
});
