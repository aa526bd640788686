import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foundation } from '#core/participant/party.suite.ts';
import { testFolder } from './folder.suite.ts';
import { openStore } from './lmdb-store.ts';
import { mustBeWhole } from './whole.suite.ts';

const { folder } = testFolder();

const { built } = foundation({ count: 1 });

it('a process that is killed while it adopts snapshots leaves the state before or the state after, whole', async () => {
  const path = folder();
  let window = -1;
  for (const letters of [1, 5, 8, 9, 14, 18, 22]) {
    await new Promise<void>((resolve) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'adopt.suite.ts'), path]);
      let said = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.length;
        if (said >= letters) process.kill(child.pid as number, 'SIGKILL');
      });
      child.on('close', () => resolve());
    });
    const store = openStore(path, built);
    const now = mustBeWhole(store, built, 600);
    expect(now).toBeGreaterThanOrEqual(window);
    window = now;
    const staged = store.staging().staged();
    if (staged !== undefined)
      expect(Array.from(store.staging().range('account'))).toHaveLength(100 * staged.chunks.length);
    store.close();
  }
  expect(window).toBeGreaterThan(0);
});
