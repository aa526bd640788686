import type { Id } from '../bytes/bytes.ts';

/**
 * Places in the sparse Merkle tree (02 §5), counted from the root: a place at depth d covers the 2^(256−d) keys that share its
 * first d bits, and its subtree is d levels below the root, so level = 256 − d.
 *
 * The *path* of a key is the hex of its bytes in reverse: the tree reads a key as a little-endian integer, so the first bit of
 * the path is the first turn under the root (0 = left), and tree order is the order of paths as text.
 *
 * The *name* of a place, under which its value is stored, is the whole hex digits of its bits and then one digit that holds the
 * 0 to 3 bits left over behind a leading 1. The root is `1`; a tree of a million leaves has names of five or six digits.
 */
export const DEPTH = 256;

/** Name of the root. */
export const ROOT = '1';

const DIGITS = '0123456789abcdef';

/** The path of a key; also the key of a path. */
export const reversed = (key: Id): string => {
  let path = '';
  for (let i = key.length - 2; i >= 0; i -= 2) path += key.slice(i, i + 2);
  return path;
};

const digitAt = (path: string, index: number): number => {
  const code = path.charCodeAt(index);
  return code < 58 ? code - 48 : code - 87;
};

/** The turn that a path takes below depth `depth` < 256: 0 left, 1 right. */
export const turn = (path: string, depth: number): number => (digitAt(path, depth >> 2) >> (3 - (depth & 3))) & 1;

/** Name of the place at depth `depth` + 1 that is reached by the first `depth` < 256 bits of `path`, then `side`. */
export const childName = (path: string, depth: number, side: number): string => {
  const whole = depth >> 2;
  const over = depth & 3;
  const bits = ((digitAt(path, whole) >> (4 - over)) << 1) | side;
  const head = path.slice(0, whole);
  return over === 3 ? `${head}${DIGITS[bits]}1` : `${head}${DIGITS[(2 << over) | bits]}`;
};
