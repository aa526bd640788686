import { createHash } from 'node:crypto';
import { compareBytes } from '#core/bytes/bytes.ts';

/*
 * What an Anchor of a folder stands for (03 §10 leaves the tree to the application). Its names are outside the protocol's `mt-` tags.
 *
 *   content   = SHA-256(file)
 *   leaf      = SHA-256("montana-folder-leaf" ‖ 0 ‖ content 32 ‖ path)
 *   node      = SHA-256("montana-folder-node" ‖ 0 ‖ left 32 ‖ right 32)
 *   data_hash = SHA-256("montana-folder" ‖ 0 ‖ count u32 ‖ top 32)
 *
 * Leaves stand in the order of their paths' bytes; a level is hashed in pairs, and an odd last one goes up as it is. No leaf can be
 * taken for a node or the other way round, and the count fixes the shape of the tree. A file by itself has data_hash = content.
 */

/** A file of a folder: names joined with `/`, as the bytes that the file system has; SHA-256 of its content. */
export interface FolderFile {
  readonly path: Uint8Array;
  readonly content: Uint8Array;
}

/** Where a leaf stands, and what it is hashed with on the way up: lowest level first, none where it goes up as it is. */
export interface LeafPlace {
  readonly index: number;
  readonly count: number;
  readonly siblings: readonly Uint8Array[];
}

/** Most files of a folder. */
export const MOST_FILES = 1 << 20;

const hashed = (name: string, ...parts: readonly Uint8Array[]): Uint8Array => {
  const hasher = createHash('sha256').update(`${name}\0`, 'latin1');
  for (const part of parts) hasher.update(part);
  return new Uint8Array(hasher.digest());
};

const leafOf = ({ path, content }: FolderFile): Uint8Array => hashed('montana-folder-leaf', content, path);

const nodeOf = (left: Uint8Array, right: Uint8Array): Uint8Array => hashed('montana-folder-node', left, right);

const folderOf = (count: number, top: Uint8Array): Uint8Array => {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, count, true);
  return hashed('montana-folder', size, top);
};

const levelAbove = (level: readonly Uint8Array[]): readonly Uint8Array[] => {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i] as Uint8Array, level[i + 1]];
    above.push(right === undefined ? left : nodeOf(left, right));
  }
  return above;
};

/** data_hash of the files of a folder, which are at least one and in order. */
export const folderHash = (files: readonly FolderFile[]): Uint8Array => {
  let level: readonly Uint8Array[] = files.map(leafOf);
  while (level.length > 1) level = levelAbove(level);
  return folderOf(files.length, level[0] as Uint8Array);
};

/** Where the file `index` stands in the tree of its folder. */
export const placeOf = (files: readonly FolderFile[], index: number): LeafPlace => {
  const siblings: Uint8Array[] = [];
  let level: readonly Uint8Array[] = files.map(leafOf);
  for (let at = index; level.length > 1; at >>>= 1, level = levelAbove(level)) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) siblings.push(sibling);
  }
  return { index, count: files.length, siblings };
};

/** data_hash of the folder in which a file stands at this place; undefined: there is no such place. */
export const hashFrom = (file: FolderFile, { index, count, siblings }: LeafPlace): Uint8Array | undefined => {
  if (count > MOST_FILES || index >= count) return undefined;
  let value = leafOf(file);
  let used = 0;
  for (let at = index, last = count - 1; last > 0; at >>>= 1, last >>>= 1) {
    if (at === last && (at & 1) === 0) continue;
    const sibling = siblings[used++];
    if (sibling === undefined) return undefined;
    value = (at & 1) === 0 ? nodeOf(value, sibling) : nodeOf(sibling, value);
  }
  return used === siblings.length ? folderOf(count, value) : undefined;
};

/** Whether bytes are the path of a file in a folder: names that are not empty, `.` or `..`, joined with single `/`. */
export const isPath = (path: Uint8Array): boolean =>
  !path.includes(0) &&
  Buffer.from(path)
    .toString('latin1')
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..');

/** Whether files are those of a folder: at least one, none too many, paths that are some, in order and no two equal. */
export const isFolder = (files: readonly FolderFile[]): boolean =>
  files.length > 0 &&
  files.length <= MOST_FILES &&
  files.every(({ path }, i) => isPath(path) && (i === 0 || compareBytes((files[i - 1] as FolderFile).path, path) < 0));
