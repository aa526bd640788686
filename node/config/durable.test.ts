import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { ProofFolder } from '#node/shell/proof-folder.ts';
import { placeNew, placeOver, replaceOwn, SHARED, writeOwn } from './durable.ts';
import { writeEphemeral } from './identity.ts';

/** What the disk takes at once, and in all. */
const disk = vi.hoisted(() => ({ atOnce: 1_000, room: 1_000 }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const writeSync = (handle: number, bytes: Uint8Array, at = 0): number => {
    if (disk.room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const taken = real.writeSync(handle, bytes, at, Math.min(bytes.length - at, disk.atOnce, disk.room));
    disk.room -= taken;
    return taken;
  };
  return { ...real, writeSync };
});

const folder = fs.mkdtempSync(join(tmpdir(), 'montana-durable-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
beforeEach(() => void Object.assign(disk, { atOnce: 1_000, room: 1_000 }));

test('a disk that takes a few bytes at once has all of them in the end', () => {
  disk.atOnce = 3;
  writeOwn(join(folder, 'a'), Buffer.from('0123456789'));
  expect(fs.readFileSync(join(folder, 'a'), 'utf8')).toBe('0123456789');
  const proofs = new ProofFolder(folder);
  const [operation, proof] = ['ab'.repeat(32), new Uint8Array(500).fill(7)];
  proofs.keep(operation, proof);
  expect(proofs.read(operation)).toEqual({ type: 'proof', bytes: proof });
});

test('a disk that is full leaves what was there, and no half of what was not', () => {
  const [old, fresh] = [join(folder, 'old'), join(folder, 'identity.bin')];
  writeOwn(old, Buffer.from('old'));
  disk.room = 2;
  expect(() => replaceOwn(old, Buffer.from('0123456789'))).toThrow('no space');
  expect(fs.readFileSync(old, 'utf8')).toBe('old');
  const seeds = () => ({ account: new Uint8Array(32), node: new Uint8Array(32), app: new Uint8Array(64) });
  disk.room = 50;
  expect(() => writeEphemeral(fresh, seeds())).toThrow('cannot be written: no space left on device; choose a folder');
  expect(fs.readdirSync(folder).filter((name) => name.endsWith('.new') || name === 'identity.bin')).toEqual([]);
  disk.room = 1_000;
  expect(writeEphemeral(fresh, seeds()).mode).toBe('ephemeral');
});

test('a new file is never written over another, and neither touches what is called like a draft', () => {
  const [file, theirs] = [join(folder, 'placed'), join(folder, 'placed.new')];
  fs.symlinkSync(join(folder, 'old'), theirs);
  placeNew(file, Buffer.from('first'), SHARED);
  expect(() => placeNew(file, Buffer.from('second'), SHARED)).toThrow('EEXIST');
  expect(fs.readFileSync(file, 'utf8')).toBe('first');
  placeOver(file, Buffer.from('third'), SHARED);
  expect(fs.readFileSync(file, 'utf8')).toBe('third');
  disk.room = 2;
  expect(() => placeOver(file, Buffer.from('fourth'), SHARED)).toThrow('no space');
  expect(fs.readFileSync(file, 'utf8')).toBe('third');
  expect(fs.readFileSync(theirs, 'utf8')).toBe('old');
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('placed'))).toEqual(['placed', 'placed.new']);
});

test('a proof for which there is no room is waited for by nobody', () => {
  const [kept, lost] = ['cd'.repeat(32), 'ef'.repeat(32)];
  const proofs = new ProofFolder(folder);
  for (const operation of [kept, lost]) proofs.want(operation);
  proofs.giveUp(kept, 'why');
  expect(proofs.read(kept)).toEqual({ type: 'lost', reason: 'why' });
  disk.room = 0;
  proofs.giveUp(lost, 'why');
  expect(proofs.read(lost)).toBeUndefined();
});
