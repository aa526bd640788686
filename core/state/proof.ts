import { equalBytes, fromHex, type Id, toHex, writeHex } from '../bytes/bytes.ts';
import { blob, id32, layout, list, raw, u16 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { childName, DEPTH, ROOT, reversed, turn } from './paths.ts';
import { leafHash, RECORD_SIZES } from './records.ts';
import type { Table } from './state.ts';
import { isLone, loneKey, type TreeSource } from './tree.ts';
import { climb, empty, internalHash, LONE } from './tree-hash.ts';

/** The longest leaf value a proof may carry. */
export const MOST_LEAF_BYTES = 4096;

/** Inclusion or absence of a key under a root (02 §7), 70 bytes, the record and 32 bytes for each sibling. */
export const proofLayout = layout('Proof', {
  key: id32,
  /** The record; empty = absence. */
  leafValue: blob,
  /** Bit L, in byte L div 8 at L mod 8: the sibling at level L is listed; otherwise it is empty(L). */
  siblingBitmap: raw(32),
  /** Ascending level. */
  siblings: list(id32, u16, DEPTH),
});

export type Proof = ReturnType<typeof proofLayout.read>;

export const encodeProof = (proof: Proof): Uint8Array => proofLayout.encode(proof);

/** `Malformed`: not the bytes of a proof with as many siblings as its bitmap has bits and a leaf of at most 4096 bytes. */
export const decodeProof = (bytes: Uint8Array): Result<Proof, 'Malformed'> => {
  const decoded = proofLayout.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const proof = decoded.value;
  let listed = 0;
  for (let level = 0; level < DEPTH; level++) if (isListed(proof.siblingBitmap, level)) listed++;
  if (listed !== proof.siblings.length || proof.leafValue.length > MOST_LEAF_BYTES) return fail('Malformed');
  return ok(proof);
};

const isListed = (bitmap: Uint8Array, level: number): boolean =>
  (((bitmap[level >> 3] as number) >> (level & 7)) & 1) === 1;

/** The proof of what `source` holds under `key`. */
export const prove = (source: TreeSource, key: Id): Proof => {
  const path = reversed(key);
  const siblingBitmap = new Uint8Array(32);
  const siblings: Id[] = [];
  const add = (level: number, sibling: Uint8Array): void => {
    siblingBitmap[level >> 3] = (siblingBitmap[level >> 3] as number) | (1 << (level & 7));
    siblings.push(toHex(sibling, 0, 32));
  };
  let name = ROOT;
  let depth = 0;
  let value = source.node(name);
  for (; value !== undefined && !isLone(value); value = source.node(name)) {
    const side = turn(path, depth);
    const sibling = source.node(childName(path, depth, 1 - side));
    name = childName(path, depth, side);
    depth++;
    if (sibling !== undefined) add(DEPTH - depth, sibling);
  }
  const resident = value && loneKey(value);
  if (resident !== undefined && resident !== key) {
    // Another leaf stands where the key would: it is the last sibling, at the level where the two part.
    const other = reversed(resident);
    while (turn(path, depth) === turn(other, depth)) depth++;
    const level = DEPTH - depth - 1;
    add(level, solitary(resident, source.record(resident) as Uint8Array, level));
  }
  return {
    key,
    leafValue: resident === key ? (source.record(key) as Uint8Array) : new Uint8Array(0),
    siblingBitmap,
    siblings: siblings.toReversed(),
  };
};

/** Hash of the subtree of height `level` that holds this record and nothing else. */
const solitary = (key: Id, record: Uint8Array, level: number): Uint8Array => {
  const value = new Uint8Array(LONE);
  value.set(leafHash(record));
  writeHex(key, value, 32);
  climb([{ value, from: 0, to: level }]);
  return value.subarray(0, 32);
};

/**
 * Whether `bytes` are the one canonical proof under `root` of what they say (02 §7). With a table, the record must have its size
 * and carry the key as its own id.
 */
export const verifyProof = (root: Id, bytes: Uint8Array, table?: Table): boolean => rootProven(bytes, table) === root;

/** The only root under which `bytes` are a canonical proof; undefined: under none. */
export const rootProven = (bytes: Uint8Array, table?: Table): Id | undefined => {
  const decoded = decodeProof(bytes);
  if (!decoded.ok) return undefined;
  const { key, leafValue, siblingBitmap, siblings } = decoded.value;
  const present = leafValue.length > 0;
  if (table !== undefined && present) {
    if (leafValue.length !== RECORD_SIZES[table] || toHex(leafValue, 0, 32) !== key) return undefined;
  }
  const keyBytes = fromHex(key);
  let value = present ? leafHash(leafValue) : empty(0);
  let next = 0;
  for (let level = 0; level < DEPTH; level++) {
    let sibling = empty(level);
    if (isListed(siblingBitmap, level)) {
      sibling = fromHex(siblings[next++] as Id);
      if (equalBytes(sibling, empty(level))) return undefined;
    }
    value = isListed(keyBytes, level) ? internalHash(sibling, value) : internalHash(value, sibling);
  }
  return toHex(value);
};
