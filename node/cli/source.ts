import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Whose code decides what happens in a run. */
const ROOMS = ['core', 'sim'];
const MODEL = /^model\.(ts|js)$/;

const isCode = (name: string): boolean => /\.(ts|js)$/.test(name) && !/\.(test|suite|d)\.(ts|js)$/.test(name);

let known: Promise<string> | undefined;

/**
 * SHA-256 over the code of core/, sim/ and the naive model, tests left out: each file's path and length, then its bytes; by path.
 * Taken once in a process: a change on disk does not change what runs.
 */
export const sourceDigest = (): Promise<string> => {
  known ??= digestOfFiles();
  return known;
};

const digestOfFiles = async (): Promise<string> => {
  const found = await Promise.all(
    ROOMS.map(async (room) => {
      const entries = await readdir(join(ROOT, room), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && isCode(entry.name))
        .map(({ parentPath, name }) => join(parentPath, name));
    }),
  );
  const models = (await readdir(join(ROOT, 'vectors'))).filter((name) => MODEL.test(name));
  const paths = [...found.flat(), ...models.map((name) => join(ROOT, 'vectors', name))];
  const shown = (path: string): string => relative(ROOT, path).split(sep).join('/');
  paths.sort((a, b) => (shown(a) < shown(b) ? -1 : 1));
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  const digest = createHash('sha256');
  contents.forEach((content, i) => {
    digest.update(`${shown(paths[i] as string)}\0${content.length}\0`).update(content);
  });
  return digest.digest('hex');
};
