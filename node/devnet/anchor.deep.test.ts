import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { DEVNET } from '#core/genesis/profiles.ts';
import type { Checkpoint } from '#core/sync/phase.ts';
import { Devnet } from './devnet.ts';

const MAIN = join(import.meta.dirname, '../cli/main.ts');

const dir = mkdtempSync(join(tmpdir(), 'montana-anchored-'));
let network: Devnet | undefined;
afterEach(async () => {
  await network?.stopAll();
  rmSync(dir, { recursive: true });
});

/** A machine that does other work besides is slow, not wrong. */
const PATIENCE = 240_000;

/** `montana anchor …` in a folder of its own. */
const anchor = (cwd: string, ...words: string[]): Promise<{ readonly code: unknown; readonly said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'anchor', ...words], { cwd }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, said: stdout + stderr }),
    );
  });

const at = ({ window, proposalHash }: Checkpoint): string => `${window}:${proposalHash}`;

test('a folder anchored at one node is proved elsewhere, without any node, by a checkpoint of another one', async () => {
  network = await Devnet.make({ nodes: 3, dir: join(dir, 'net'), params: { ...DEVNET, d0: 262_144n } });
  await network.startAll();
  await network.waitForWindow(1, PATIENCE);
  const node = network.founders[0]!.folder.path;
  const home = join(dir, 'home');
  mkdirSync(join(home, 'thesis', 'text'), { recursive: true });
  writeFileSync(join(home, 'thesis', 'text', 'one.md'), 'first');
  writeFileSync(join(home, 'thesis', 'two.md'), 'second');

  const committed = await anchor(home, 'commit', 'thesis', '--dir', node);
  expect(committed).toMatchObject({ code: 0 });
  const [, window] = /anchored in window (\d+)/.exec(committed.said)!;
  expect((await anchor(home, 'commit', 'thesis', '--dir', node)).said).toContain('thesis.proof: is there already');
  // Whoever lost the file gets the same one again.
  rmSync(join(home, 'thesis.proof'));
  const again = await anchor(home, 'commit', 'thesis', '--dir', node);
  expect(again.said).toContain('anchored already');
  expect(again.said).toContain(`anchored in window ${window}:`);

  // The node that has the proof is killed, and comes back with it.
  await network.kill(0);
  await network.start(0);
  const [status] = await network.waitForWindow(Number(window) + 3, PATIENCE, [1]);
  const { finalWindow, finalHash } = status!.standing;
  await network.waitForWindow(finalWindow, PATIENCE, [0]);
  const checkpoint = { window: finalWindow, proposalHash: finalHash };
  const longer = await anchor(home, 'proof', 'thesis.proof', '--checkpoint', String(finalWindow), '--dir', node);
  expect(longer).toMatchObject({ code: 0 });
  expect(longer.said).toContain(at(checkpoint));
  const own = await anchor(home, 'proof', 'thesis.proof', '--path', 'text/one.md');
  expect(own).toMatchObject({ code: 0 });
  await network.stopAll();

  const away = join(dir, 'away');
  cpSync(home, away, { recursive: true });
  cpSync(join(dir, 'net', 'genesis.yaml'), join(away, 'genesis.yaml'));
  rmSync(join(dir, 'net'), { recursive: true });
  const verify = (path: string, proof: string, by: Checkpoint, ...more: string[]) =>
    anchor(away, 'verify', path, proof, '--checkpoint', at(by), '--genesis', 'genesis.yaml', ...more);
  const proved = { code: 0, said: expect.stringContaining(`existed no later than window ${window}`) };
  expect(await verify('thesis', 'thesis.proof', checkpoint)).toMatchObject(proved);
  expect(await verify('thesis/text/one.md', 'thesis.proof', checkpoint)).toMatchObject(proved);
  expect(await verify('thesis/text/one.md', 'one.md.proof', checkpoint)).toMatchObject(proved);
  const json = await verify('thesis', 'thesis.proof', checkpoint, '--json');
  expect(JSON.parse(json.said)).toMatchObject({ proved: true, window: Number(window), app: 'timestamp' });
  const refused = (said: string) => ({ code: 1, said: expect.stringContaining(said) });
  const wrong = { ...checkpoint, proposalHash: 'ab'.repeat(32) };
  expect(await verify('thesis', 'thesis.proof', wrong)).toMatchObject(refused('does not lead to your checkpoint'));
  const other = await verify('thesis/two.md', 'thesis.proof', checkpoint, '--path', 'text/one.md');
  expect(other).toMatchObject(refused('is not text/one.md as it was anchored'));
  expect(await verify('thesis/two.md', 'one.md.proof', checkpoint)).toMatchObject(refused('not what was anchored'));
  writeFileSync(join(away, 'thesis', 'two.md'), 'changed');
  expect(await verify('thesis', 'thesis.proof', checkpoint)).toMatchObject(refused('two.md has another content'));
  const shown = await anchor(away, 'show', 'thesis.proof');
  expect(shown).toMatchObject({ code: 0, said: expect.stringContaining('text/one.md') });
});
