import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { sampleStatus } from '#node/api/status.suite.ts';
import { Metrics } from '#node/shell/metrics.ts';

test('the manual names every metric, and none that is not there', async () => {
  const ready = { ready: true, finalWindow: 6, heard: 6, reason: null };
  const text = await new Metrics(tmpdir()).text(sampleStatus(), ready);
  const names = [...text.matchAll(/^# HELP (montana_\w+)/gm)].map(([, name]) => name);
  const manual = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const rows = manual.split('\n').filter((line) => line.startsWith('| `montana_'));
  const told = rows.flatMap((row) => [...row.matchAll(/`(montana_\w+)`/g)].map(([, name]) => name));
  expect(told.sort()).toEqual(names.sort());
});
