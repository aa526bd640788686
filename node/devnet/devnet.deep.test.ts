import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive, make, PATIENCE, root, SCRIPT } from './nets.suite.ts';

describe('nodes', () => {
  test('that do not start, or end by themselves, are named with their last words', async () => {
    const network = await make(2);
    const flag = join(network.founders[0]!.folder.path, 'dies');
    writeFileSync(flag, '');
    await expect(network.startAll()).rejects.toThrow(
      /node-0: the node did not start: montana: something is wrong; do something$/,
    );
    rmSync(flag);
    await network.start(0);
    process.kill(network.pid(0)!, 'SIGTERM');
    await expect.poll(() => network.fault(), { timeout: PATIENCE }).toMatch(/^node-0 has ended: /);
  });

  test('that are too slow are a fault too', async () => {
    const network = await make(1);
    await network.startAll();
    await expect(network.waitForWindow(1_000_000, 0)).rejects.toThrow(
      /^window 1000000 is not final everywhere: node-0 /,
    );
  });
});

describe('no process is left', () => {
  test('when the one that made them is killed', async () => {
    const dir = join(root, 'orphans');
    const code = `
      const { Devnet } = await import(${JSON.stringify(join(import.meta.dirname, 'devnet.ts'))});
      const network = await Devnet.make({ nodes: 2, dir: ${JSON.stringify(dir)}, script: ${JSON.stringify(SCRIPT)} });
      await network.startAll();
      console.log(JSON.stringify([network.pid(0), network.pid(1)]));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await parent.stdout.take(1).toArray()) as [Buffer];
    const pids = JSON.parse(String(line)) as number[];
    expect(pids.map(isAlive)).toEqual([true, true]);
    parent.kill('SIGKILL');
    await expect.poll(() => pids.some(isAlive), { timeout: PATIENCE }).toBe(false);
  });
});

describe('the command', () => {
  const run = (...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const code = `
        const { devnet } = await import(${JSON.stringify(join(import.meta.dirname, '../cli/devnet.ts'))});
        process.exit(await devnet(JSON.parse(process.argv[1]), ${JSON.stringify(SCRIPT)}));`;
      const child = execFile(process.execPath, ['--input-type=module', '-e', code, ...args], (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });

  test('ends by itself when the windows are final, and leaves nothing', async () => {
    const { code, stdout, stderr } = await run(JSON.stringify({ nodes: '2', windows: '4' }));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const dir = /^2 nodes in (\S+), network [0-9a-f]{64}$/m.exec(stdout)![1]!;
    expect(existsSync(dir)).toBe(false);
    expect(stdout).toMatch(
      /^node-1 {3}window +\d+ round 1 {2}final +\d+ {2}1 peers +8\.00 M\/s {2}root [0-9a-f]{16}$/m,
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('all state roots agreed');
  });

  test('keeps a folder that was named', async () => {
    const dir = join(root, 'kept');
    const { code } = await run(JSON.stringify({ nodes: '1', windows: '0', dir }));
    expect(code).toBe(0);
    expect(readdirSync(dir).sort()).toEqual(['genesis.yaml', 'node-0']);
  });

  test('interrupted: stops its nodes', async () => {
    const code = `
      const { devnet } = await import(${JSON.stringify(join(import.meta.dirname, '../cli/devnet.ts'))});
      setTimeout(() => process.kill(process.pid, 'SIGINT'), 2500);
      process.exit(await devnet({ nodes: '1', windows: '1000000' }, ${JSON.stringify(SCRIPT)}));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(130);
  });
});
