import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStore } from '#node/store/lmdb-store.ts';
import { makeDevnet } from './make.ts';
import { lookThrough } from './whole-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'montana-whole-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('what is torn or left behind in the folder of a node is named, and nothing else', async () => {
  const { genesis, founders } = await makeDevnet({ nodes: 1, dir });
  const founder = founders[0]!;
  const { path } = founder.folder;
  openStore(path, genesis).close();
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text);
  mkdirSync(join(path, 'proofs'));
  write('api.token', `${'0a'.repeat(32)}\n`);
  write('mt1.seen.12', '');
  write(`proofs/${'0b'.repeat(32)}.wanted`, '');
  expect(await lookThrough(founder, genesis)).toEqual({ faults: [], window: -1, entries: 0 });
  // As after a snapshot was adopted.
  for (const end of ['', '-lock']) renameSync(join(path, `store.lmdb${end}`), join(path, `store-2.lmdb${end}`));
  expect(await lookThrough(founder, genesis)).toEqual({ faults: [], window: -1, entries: 0 });
  write('api.token', '0a0a');
  write('mt1.seen.12.new', '');
  write('peers.bin', 'x');
  write('peers.bin.new', 'x');
  write('snapshot-8.chunks', '');
  write(`proofs/${'0b'.repeat(32)}.proof`, 'x');
  write(`proofs/${'0b'.repeat(32)}.proof.new`, 'x');
  const { faults } = await lookThrough(founder, genesis);
  expect(faults.map((fault) => fault.slice(path.length + 1)).sort()).toEqual(
    [
      'api.token: is torn',
      'mt1.seen.12.new: was left behind',
      'peers.bin: is torn',
      'peers.bin.new: was left behind',
      'snapshot-8.chunks: is torn',
      `proofs/${'0b'.repeat(32)}.proof: is torn`,
      `proofs/${'0b'.repeat(32)}.proof.new: was left behind`,
    ].sort(),
  );
});
