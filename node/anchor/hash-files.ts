import { createHash } from 'node:crypto';
import { constants, lstatSync, readdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { compareBytes } from '#core/bytes/bytes.ts';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';
import { type FolderFile, MOST_FILES } from './tree.ts';

/** How far the hashing of a folder is. */
export interface Progress {
  readonly files: number;
  readonly of: number;
  readonly bytes: number;
}

/** What stands on a disk, to be anchored or compared with what was. */
export type Content =
  | { readonly type: 'file'; readonly content: Uint8Array; readonly bytes: number }
  | { readonly type: 'folder'; readonly files: readonly FolderFile[]; readonly bytes: number };

const CHUNK = 1 << 20;

const SLASH = Buffer.from('/');

/**
 * SHA-256 of a file, or of every file below a folder, in the order of their paths' bytes. Throws `Refused`: nothing there, something that
 * is neither file nor folder, what cannot be read, or what changes meanwhile. Folders without files leave no trace.
 */
export const hashContent = async (path: string, progress: (done: Progress) => void = () => {}): Promise<Content> => {
  const root = Buffer.from(path);
  const chunk = new Uint8Array(CHUNK);
  const kind = kindOf(root);
  if (kind === 'file')
    return { type: 'file', ...(await hashFile(root, chunk, (bytes) => progress({ files: 0, of: 1, bytes }))) };
  const paths = filesBelow(root);
  if (paths.length === 0) throw new Refused(`${path}: the folder holds no file; there is nothing to anchor`);
  const files: FolderFile[] = [];
  let total = 0;
  for (const [i, relative] of paths.entries()) {
    const file = Buffer.concat([root, SLASH, relative]);
    const before = total;
    const { content, bytes } = await hashFile(file, chunk, (read) =>
      progress({ files: i, of: paths.length, bytes: before + read }),
    );
    total += bytes;
    files.push({ path: new Uint8Array(relative), content });
    progress({ files: i + 1, of: paths.length, bytes: total });
  }
  return { type: 'folder', files, bytes: total };
};

/** A path as a person reads it. */
export const shown = (path: Uint8Array): string =>
  Buffer.from(path)
    .toString('utf8')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');

const kindOf = (path: Buffer): 'file' | 'folder' => {
  const stat = attempt(path, () => lstatSync(path));
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  const what = stat.isSymbolicLink() ? 'is a symbolic link' : 'is neither a file nor a folder';
  throw new Refused(`${shown(path)}: ${what}, which cannot be anchored; name what it stands for, or take it away`);
};

/** Paths below a folder, ascending. */
const filesBelow = (root: Buffer): readonly Buffer[] => {
  const found: Buffer[] = [];
  const walk = (folder: Buffer, prefix: readonly Buffer[]): void => {
    for (const name of attempt(folder, () => readdirSync(folder, 'buffer'))) {
      const path = Buffer.concat([folder, SLASH, name]);
      const below = [...prefix, name];
      if (kindOf(path) === 'folder') walk(path, [...below, SLASH]);
      else if (found.push(Buffer.concat(below)) > MOST_FILES) {
        throw new Refused(`${shown(root)}: more than ${MOST_FILES} files; anchor its folders one by one`);
      }
    }
  };
  walk(root, []);
  return found.sort(compareBytes);
};

const hashFile = async (
  path: Buffer,
  chunk: Uint8Array,
  progress: (bytes: number) => void,
): Promise<{ readonly content: Uint8Array; readonly bytes: number }> => {
  let handle: FileHandle | undefined;
  try {
    // Whoever puts a link or a pipe in the file's place meanwhile neither redirects nor blocks it.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const before = await handle.stat({ bigint: true });
    const hasher = createHash('sha256');
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, CHUNK);
      if (bytesRead === 0) break;
      hasher.update(chunk.subarray(0, bytesRead));
      bytes += bytesRead;
      progress(bytes);
    }
    const after = await handle.stat({ bigint: true });
    if (!before.isFile() || after.mtimeNs !== before.mtimeNs || after.size !== BigInt(bytes)) {
      throw new Refused(`${shown(path)}: changed while it was read; ask again when nothing writes to it`);
    }
    return { content: new Uint8Array(hasher.digest()), bytes };
  } catch (error) {
    if (error instanceof Refused) throw error;
    return unreadable(path, error);
  } finally {
    await handle?.close();
  }
};

const attempt = <T>(path: Buffer, act: () => T): T => {
  try {
    return act();
  } catch (error) {
    return unreadable(path, error);
  }
};

const unreadable = (path: Buffer, error: unknown): never => {
  if (systemCode(error) === 'ENOENT') throw new Refused(`${shown(path)}: there is nothing; name a file or a folder`);
  throw new Refused(`${shown(path)}: cannot be read: ${systemReason(error)}; make it readable, or take it away`);
};
