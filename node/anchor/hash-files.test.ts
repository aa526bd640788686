import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '#core/bytes/bytes.ts';
import { hashContent, type Progress, shown } from './hash-files.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-hash-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
let folder: string;
beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(folder);
});

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

describe('what is anchored', () => {
  it('a file is the SHA-256 of its bytes', async () => {
    const path = join(folder, 'a.txt');
    const content = Buffer.alloc(2_500_000, 'montana ');
    writeFileSync(path, content);
    const steps: Progress[] = [];
    const hashed = await hashContent(path, (step) => steps.push(step));
    expect(hashed).toMatchObject({ type: 'file', bytes: content.length });
    expect(hashed.type === 'file' && toHex(hashed.content)).toBe(sha256(content));
    expect(steps.map(({ bytes }) => bytes)).toEqual([1 << 20, 2 << 20, content.length]);
  });

  it('a folder is its files, in the order of the bytes of their paths, however deep; one that is empty leaves no trace', async () => {
    for (const name of ['b', 'a', 'a-b', 'ä']) mkdirSync(join(folder, name));
    const paths = ['Z', 'a-b/1', 'a.txt', 'a/1', 'a/2', 'ä/x'];
    for (const path of paths.toReversed()) writeFileSync(join(folder, path), path);
    const hashed = await hashContent(`${folder}/`);
    if (hashed.type !== 'folder') throw new Error(hashed.type);
    expect(hashed.files.map(({ path }) => shown(path))).toEqual(paths);
    expect(hashed.files.map(({ content }) => toHex(content))).toEqual(paths.map((path) => sha256(path)));
    expect(hashed.bytes).toBe(Buffer.byteLength(paths.join('')));
  });
});

describe('refused in one line', () => {
  const refused = async (path: string): Promise<string> => {
    const { message } = (await hashContent(path).catch((error) => error)) as Error;
    expect(message).not.toContain('\n');
    return message;
  };

  it('links, sockets, nothing, and folders without a file', async () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'x');
    symlinkSync(target, join(folder, 'link'));
    expect(await refused(join(folder, 'link'))).toContain('link: is a symbolic link, which cannot be anchored');
    expect(await refused(folder)).toContain('link: is a symbolic link');
    expect(await refused(join(folder, 'none'))).toContain('none: there is nothing');
    mkdirSync(join(folder, 'empty', 'below'), { recursive: true });
    expect(await refused(join(folder, 'empty'))).toContain('the folder holds no file');
    const server = createServer();
    const socket = join(folder, 'empty', 'socket');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expect(await refused(join(folder, 'empty'))).toContain('socket: is neither a file nor a folder');
    server.close();
  });

  it('what the system does not let it read', async () => {
    expect(await refused(join(folder, 'x'.repeat(300)))).toMatch(/x: cannot be read: name too long/);
  });

  it('a file that changes while it is read', async () => {
    const path = join(folder, 'log');
    writeFileSync(path, Buffer.alloc(1_500_000));
    const grown = hashContent(path, ({ bytes }) => {
      if (bytes < 1_500_000) writeFileSync(path, Buffer.alloc(10), { flag: 'a' });
    });
    await expect(grown).rejects.toThrow('log: changed while it was read');
  });

  it('shows no control characters of a name', () => {
    expect(shown(Buffer.from('a\u001b[31m\n\u202eb'))).toBe('a?[31m??b');
  });
});
