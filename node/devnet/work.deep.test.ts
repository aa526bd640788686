import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from './command.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-work-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('a newcomer, a node and owners are killed at work: nothing is lost (200 times: montana devnet --kill 200 --work)', async () => {
  const args = ['devnet', '--nodes', '2', '--kill', '4', '--work', '--seed', 'work', '--dir', join(dir, 'net')];
  const { code, stdout, stderr } = await runCommand(args);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  console.log(stdout.split('\n').slice(-6).join('\n'));
  expect(stdout).toMatch(/node-2 has joined, killed 3 times on the way/);
  expect(stdout).toMatch(/node-2 {2}store and files looked through, window \d+, which began with a snapshot/);
  expect(stdout).toMatch(/[1-9]\d* of them killed: [1-9]\d* operations settled, each once at 3 nodes/);
  expect(stdout).toMatch(/\nnothing is lost\n/);
});
