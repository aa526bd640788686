import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { alone } from './alone.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-alone-'));
afterAll(() => rmSync(root, { recursive: true }));

test('one after another, whether they succeed or not; no mark is left', async () => {
  const mark = join(root, 'mark');
  const said: string[] = [];
  const act = (name: string) => async () => {
    said.push(`${name} begins`);
    await breathe();
    said.push(`${name} ends`);
    if (name === 'a') throw new Error('no');
  };
  await Promise.allSettled([alone(mark, act('a')), alone(mark, act('b'))]);
  expect(said).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  expect(existsSync(mark)).toBe(false);
});

test('a mark that a crash left is removed', async () => {
  const mark = join(root, 'old');
  writeFileSync(mark, '');
  const longAgo = Date.now() / 1_000 - 31;
  utimesSync(mark, longAgo, longAgo);
  expect(await alone(mark, async () => 'done')).toBe('done');
});

test('a folder that takes no mark: one line with what to do', async () => {
  const mark = join(root, 'none/mark');
  await expect(alone(mark, async () => {})).rejects.toThrow(
    /none\/mark: cannot be made: no such file or directory; make /,
  );
});
