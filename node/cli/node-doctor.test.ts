import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { makeDevnet } from '#node/devnet/make.ts';
import { takeSnapshot } from '#node/store/adopt.suite.ts';
import { openStore } from '#node/store/lmdb-store.ts';
import { ANEW } from '#node/store/store-error.ts';
import { nodeDoctor, programFinding } from './node-doctor.ts';
import { said } from './said.suite.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-node-doctor-'));
afterAll(() => rmSync(root, { recursive: true }));

test('a line for everything, and one object; exit code 1 where something fails', async () => {
  const { founders, genesis } = await makeDevnet({ nodes: 1, dir: join(root, 'net') });
  const { folder } = founders[0]!;
  const dir = folder.path;
  const { status, stdout } = await said(() => nodeDoctor({ dir }));
  expect(status).toBe(0);
  expect(stdout).toMatch(/^((ok {3}|warn )[a-z ]{13} [^\n]+\n)+$/);
  expect(stdout).toContain(`genesis       network ${genesis.network.genesisHash}\n`);
  expect(stdout).toContain('warn node          none runs here');
  chmodSync(folder.identity, 0o644);
  const failing = await said(() => nodeDoctor({ dir, json: true }));
  expect(failing.status).toBe(1);
  const told = JSON.parse(failing.stdout) as { readonly findings: readonly { readonly level: string }[] };
  expect(told).toMatchObject({ schema: 1, isSound: false });
  expect(told.findings.filter(({ level }) => level === 'fail')).toHaveLength(2);
  // What the system does not let it see is a line too.
  symlinkSync(folder.token, folder.token);
  writeFileSync(folder.journal, '');
  appendFileSync(folder.config, '\njournal: on\n');
  const shut = await said(() => nodeDoctor({ dir }));
  expect(shut.status).toBe(1);
  expect(shut.stdout).toMatch(/^fail modes {8} cannot be looked at: too many symbolic links encountered; ask/m);
  expect(shut.stdout).toMatch(/^fail disk {9} cannot be looked at: not a directory; ask/m);
  await expect(nodeDoctor({ dir: join(root, 'nowhere') })).rejects.toThrow('there is no such folder; make one with');
});

test('the store of a node that took a snapshot', async () => {
  const { founders, genesis } = await makeDevnet({ nodes: 1, dir: join(root, 'snapshot') });
  const { path: dir } = founders[0]!.folder;
  expect((await said(() => nodeDoctor({ dir }))).stdout).toContain('ok   store         none yet: ');
  const store = openStore(dir, genesis);
  takeSnapshot(store, genesis, 9);
  store.clearFormer();
  store.close();
  expect(readdirSync(dir).filter((name) => name.endsWith('.lmdb'))).toEqual(['store-2.lmdb']);
  const { status, stdout } = await said(() => nodeDoctor({ dir }));
  expect(status).toBe(0);
  expect(stdout).toContain('ok   store         whole at final window 9: ');
});

test('a store that cannot be read is one finding of many, each told when it is found', async () => {
  const { founders, genesis } = await makeDevnet({ nodes: 1, dir: join(root, 'cut') });
  const { path: dir } = founders[0]!.folder;
  const file = join(dir, 'store.lmdb');
  openStore(dir, genesis).close();
  const lines: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const looking = nodeDoctor({ dir });
  expect(lines.join('')).toMatch(/^ok {3}program .*\n(ok .*\n)*ok {3}modes /);
  expect(lines.join('')).not.toContain('disk');
  await looking;
  spy.mockRestore();
  truncateSync(file, 12_288);
  const cut = await said(() => nodeDoctor({ dir }));
  expect(cut.status).toBe(1);
  expect(cut.stdout).toContain(`fail store         ${file} is cut short; stop the node, wait `);
  expect(cut.stdout).toMatch(/^ok {3}disk /m);
  writeFileSync(file, 'no database');
  const { stdout } = await said(() => nodeDoctor({ dir }));
  expect(stdout).toContain(`fail store         ${file} is no LMDB file; ${ANEW}\n`);
});

test('the Node it runs on', () => {
  expect(programFinding('24.0.0').level).toBe('ok');
  expect(programFinding('22.18.0').level).toBe('warn');
});
