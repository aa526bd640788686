import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { catchUpSeries } from './catch-up.ts';
import { makeFolder } from './node-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-catch-up-test-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('a node with a thousand accounts gives them to another, which is killed, and so is the one that gives', async () => {
  const config = { discover: 'off', diversity: 'off' };
  const plan = { accounts: 1_000, tau2Windows: 150, d0: 262_144, config, tell: () => {} };
  const rows = await catchUpSeries('10^3', makeFolder(join(dir, 'server'), plan), dir, true, () => {});
  expect(rows.every(({ values: [value] }) => Number.isFinite(value))).toBe(true);
  const value = (name: string): number | undefined => rows.find((row) => row.name === `10^3, ${name}`)?.values[0];
  // 1 001 accounts and a node in 33 chunks, and at most all of them once more: none is durable before the last.
  expect(value('bytes until it was adopted')).toBeGreaterThan(2);
  expect(value('chunks sent again after kill -9 of the joiner')).toBeLessThanOrEqual(33);
  expect(value('chunks sent again after kill -9 of the server')).toBeLessThanOrEqual(33);
});
