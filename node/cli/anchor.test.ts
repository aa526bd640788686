import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { readProofFile, writeProofFile } from '#node/anchor/files.ts';
import { aFolder, anchored, FILES, fileAt } from '#node/anchor/scene.suite.ts';
import { writeGenesisFile } from '#node/config/genesis-file.ts';
import { D0 } from '#node/shell/alone.suite.ts';
import { genesisOf } from '#node/shell/net.suite.ts';
import { anchorProofFile } from './anchor-proof.ts';
import { anchorShow } from './anchor-show.ts';
import { anchorVerify } from './anchor-verify.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-cli-anchor-'));
afterAll(() => rmSync(root, { recursive: true }));

const [thesis, proof, genesis] = ['thesis', 'thesis.proof', 'genesis.yaml'].map((name) => join(root, name)) as [
  string,
  string,
  string,
];
let window: number;
let checkpoint: string;

beforeAll(async () => {
  const made = await anchored(join(root, 'node'), aFolder(FILES));
  const { checkpoint: trusted } = made.question;
  window = made.window;
  checkpoint = `${trusted.window}:${trusted.proposalHash}`;
  writeProofFile(proof, made.file);
  writeGenesisFile(genesis, buildGenesis(genesisOf(1, D0)));
  mkdirSync(join(thesis, 'a'), { recursive: true });
  for (const [path, text] of Object.entries({ 'a/one': '1', 'a/two': '2', three: '3' })) {
    writeFileSync(join(thesis, path), text);
  }
});

const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
afterEach(() => stdout.mockClear());
const said = (): string => stdout.mock.calls.map(([text]) => text).join('');

describe('montana anchor verify', () => {
  it('a folder, and each of its files wherever it stands', async () => {
    expect(await anchorVerify(thesis, proof, { checkpoint, genesis })).toBe(0);
    expect(said()).toContain(`thesis existed no later than window ${window}\n`);
    expect(await anchorVerify(join(thesis, 'a', 'two'), proof, { checkpoint, genesis })).toBe(0);
    expect(said()).toContain('as        a/two of the folder that was anchored');
    writeFileSync(join(root, 'copy'), '2');
    expect(await anchorVerify(join(root, 'copy'), proof, { checkpoint, genesis, path: 'a/two' })).toBe(0);
    await expect(anchorVerify(join(root, 'copy'), proof, { checkpoint, genesis })).rejects.toThrow('--path');
  });

  it('says why not: as an error, or as JSON', async () => {
    const wrong = `${checkpoint.slice(0, -1)}${checkpoint.endsWith('0') ? '1' : '0'}`;
    const options = { checkpoint: wrong, genesis };
    await expect(anchorVerify(thesis, proof, options)).rejects.toThrow('does not lead to your checkpoint');
    expect(await anchorVerify(thesis, proof, { ...options, json: true })).toBe(1);
    expect(JSON.parse(said())).toMatchObject({ proved: false });
  });

  it('names what was called wrongly, and files that are none', async () => {
    const verify = (path: string, file: string, change: object) =>
      anchorVerify(path, file, { checkpoint, genesis, ...change });
    await expect(verify(thesis, proof, { checkpoint: '12' })).rejects.toThrow('--checkpoint: write a window number');
    await expect(verify(thesis, proof, { path: 'a/one' })).rejects.toThrow('--path is for one file');
    await expect(verify(thesis, join(root, 'none'), {})).rejects.toThrow('there is no such file');
    await expect(verify(thesis, genesis, {})).rejects.toThrow('is no proof file; name the one that');
    const torn = join(root, 'torn.proof');
    writeFileSync(torn, readFileSync(proof).subarray(0, -1));
    await expect(verify(thesis, torn, {})).rejects.toThrow('is a damaged proof file, or one of another version');
  });
});

describe('montana anchor proof', () => {
  it('takes one file out of a folder, which then proves itself and nothing else', async () => {
    const out = join(root, 'two.proof');
    expect(await anchorProofFile(proof, { dir: root, path: 'a/two', out })).toBe(0);
    expect(readProofFile(out).subject.type).toBe('member');
    expect(await anchorVerify(join(thesis, 'a', 'two'), out, { checkpoint, genesis })).toBe(0);
    await expect(anchorVerify(join(thesis, 'a', 'one'), out, { checkpoint, genesis })).rejects.toThrow('not what was');
    const named = { checkpoint, genesis, path: 'a/one' };
    await expect(anchorVerify(join(thesis, 'a', 'one'), out, named)).rejects.toThrow('the proof is of a/two');
    await expect(anchorProofFile(proof, { dir: root, path: 'a/two', out })).rejects.toThrow('is there already');
    await expect(anchorProofFile(out, { dir: root, path: 'a/two' })).rejects.toThrow();
    const none = anchorProofFile(proof, { dir: root, path: 'two', out: join(root, 'x') });
    await expect(none).rejects.toThrow('the folder has no such file, but a/one');
  });

  it('is never written over the proof of the folder, or over what somebody else has written meanwhile', async () => {
    const here = join(root, 'here');
    mkdirSync(here);
    const folder = await anchored(join(root, 'node-2'), aFolder([fileAt('thesis', '1')]));
    const own = join(here, 'thesis.proof');
    writeProofFile(own, folder.file);
    const before = readFileSync(own);
    // Also what --out is by default for the file thesis, where the proof is that of this folder.
    await expect(anchorProofFile(own, { dir: root, path: 'thesis', out: own })).rejects.toThrow('is there already');
    expect(readFileSync(own)).toEqual(before);
    expect(() => writeProofFile(own, folder.file)).toThrow('is there already; it is kept; name another place');
    writeFileSync(join(here, 'letter'), 'dear');
    symlinkSync(join(here, 'letter'), `${own}.new`);
    writeProofFile(own, { ...folder.file, appName: 'other' }, 'over');
    expect(readProofFile(own).appName).toBe('other');
    expect(readFileSync(join(here, 'letter'), 'utf8')).toBe('dear');
    expect(readdirSync(here).sort()).toEqual(['letter', 'thesis.proof', 'thesis.proof.new']);
  });

  it('asks the node of the folder for anything later', async () => {
    await expect(anchorProofFile(proof, { dir: root })).rejects.toThrow('no node runs here');
    await expect(anchorProofFile(proof, { dir: root, checkpoint: 'x' })).rejects.toThrow('--checkpoint x: write');
  });
});

it('montana anchor show says what a proof says of itself', async () => {
  expect(await anchorShow(proof, {})).toBe(0);
  expect(said()).toMatch(/a\/two\n/);
  stdout.mockClear();
  await anchorShow(proof, { json: true });
  const shown = JSON.parse(said());
  expect(shown).toMatchObject({ window, app: 'timestamp', subject: 'folder' });
  expect(`${shown.checkpoints.to}:${shown.checkpoints.proposalHash}`).toBe(checkpoint);
  await expect(anchorShow(genesis, {})).rejects.toThrow('is no proof file');
});
