import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foundation } from '#core/participant/party.suite.ts';
import { TABLES } from '#core/state/state.ts';
import { rootOf } from '#core/state/tree.ts';
import { testFolder } from './folder.suite.ts';
import { openStore } from './lmdb-store.ts';
import { StoreError } from './store-error.ts';

const { folder } = testFolder();

const { built } = foundation({ count: 1 });

/** Starts a process on the store; its pid, and what it said by the time it is dead. */
const writer = (path: string, said: (count: number, pid: number) => void): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.suite.ts'), path]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      said(text.length, child.pid as number);
    });
    child.on('close', () => resolve(text));
  });

/** Opens the store of a dead process and looks whether it is whole. */
const inspect = (path: string): { readonly window: number; readonly written: number } => {
  const store = openStore(path, built);
  const { settled, open } = store.opened();
  const { window, side, state } = settled;
  for (const table of TABLES) expect(rootOf(state.range(table))).toBe(state.root(table));
  const { header } = store.entry(window) ?? {};
  expect(header).toMatchObject({ id: side.proposalHash, stateRoot: state.stateRoot() });
  for (let old = window; old > Math.max(0, window - 15); old--) {
    const entry = store.entry(old);
    expect(entry?.header.prevProposalHash).toBe(store.entry(old - 1)?.header.id);
    expect(store.object(entry?.header.id as string)?.kind).toBe('proposal');
    expect(store.certificate(old).map(({ proposalHash }) => proposalHash)).toEqual([entry?.header.id]);
  }
  expect(side.past.at(-1)?.window).toBe(window);
  expect(open?.window).toBe(window + 1);
  const { written } = store;
  store.close();
  return { window, written };
};

it('a process that is killed leaves the store whole at its last durable write, and free for the next', async () => {
  const path = folder();
  let before = { window: -1, written: 0 };
  for (const count of [9, 30, 17]) {
    let pid: number | undefined;
    let refusal: unknown;
    const said = await writer(path, (letters, writing) => {
      if (pid !== undefined || letters < count) return;
      pid = writing;
      try {
        openStore(path, built);
      } catch (error) {
        refusal = error;
      }
      process.kill(pid, 'SIGKILL');
    });
    expect(refusal).toBeInstanceOf(StoreError);
    expect((refusal as StoreError).message).toMatch(` is held by process ${pid}: stop it first`);
    const after = inspect(path);
    // The last write may have been durable before its letter was said.
    expect(after.written - before.written - (said.length - 1)).toBeOneOf([0, 1]);
    expect(after.window).toBeGreaterThan(before.window);
    before = after;
  }
});
