import { type Id, toHex } from '../bytes/bytes.ts';
import { hash } from '../crypto/hash.ts';
import { sha256Engine } from '../crypto/sha256-engine.ts';
import { DEPTH } from './paths.ts';

/** Value of an inner node: H("mt-merkle-node", left, right), 32 bytes (02 §5). */
export const internalHash = (left: Uint8Array, right: Uint8Array): Uint8Array => hash('mt-merkle-node', left, right);

const emptyValues = (): readonly Uint8Array[] => {
  const values: Uint8Array[] = [new Uint8Array(32)];
  for (let level = 0; level < DEPTH; level++) {
    const below = values[level] as Uint8Array;
    values.push(internalHash(below, below));
  }
  return values;
};

const EMPTY = emptyValues();

/** Value of a subtree of height `level`, 0 to 256, without leaves (02 §5). */
export const empty = (level: number): Uint8Array => EMPTY[level] as Uint8Array;

/** Root of the tree without leaves. */
export const EMPTY_ROOT: Id = toHex(empty(DEPTH));

/**
 * On its way up a leaf leaves its hash of this height behind, below where any tree of fewer than 2^32 random keys has a branch. As a
 * tree grows, a leaf is alone lower and lower down: from here that is a few hashes more, from the leaf it is 240, each time.
 */
export const LANDMARK = DEPTH - 40;

/** Bytes of what is stored for a leaf where it is alone: hash, key, hash of height `LANDMARK` (zeros where it stands lower). */
export const LONE = 96;

/**
 * A leaf on its way up through levels where it is alone. `value`, `LONE` bytes, holds the hash of its subtree of height `from`, its
 * key, and the landmark if it was passed; when it has climbed, the hash of the one of height `to`.
 */
export interface Climb {
  readonly value: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** An inner node to be hashed: the first 32 bytes of `left` and `right` into `value`, 32 bytes. */
export interface Joint {
  readonly value: Uint8Array;
  readonly left: Uint8Array;
  readonly right: Uint8Array;
}

/** Nodes hashed in one call: enough to keep all lanes of the hasher busy, little enough to stay in the cache. */
const BATCH = 1024;

const EMPTY_WORDS: readonly Uint32Array[] = EMPTY.map((value) => new Uint32Array(value.slice().buffer));

/** Lets all leaves climb at once, level by level (256 hashes for a whole leaf, 02 §5 cost note). Returns the number of hashes. */
export const climb = (leaves: readonly Climb[]): number => {
  const sorted = leaves.toSorted((a, b) => a.from - b.from || b.to - a.to);
  let hashes = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    const { from } = sorted[start] as Climb;
    while (end < sorted.length && end - start < BATCH && sorted[end]?.from === from) end++;
    hashes += climbTogether(from, sorted.slice(start, end));
  }
  return hashes;
};

/** Leaves that start at one level, those with the longest way first: who still climbs comes before who has arrived. */
const climbTogether = (from: number, leaves: readonly Climb[]): number => {
  const { hashNodes } = sha256Engine();
  const keys = new Uint8Array(32 * leaves.length);
  const pairs = new Uint8Array(64 * leaves.length);
  const values = new Uint8Array(32 * leaves.length);
  // Copies go by words of the machine's own order; no word is ever read as a number.
  const pairWords = new Uint32Array(pairs.buffer);
  const valueWords = new Uint32Array(values.buffer);
  leaves.forEach(({ value }, i) => {
    values.set(value.subarray(0, 32), 32 * i);
    keys.set(value.subarray(32, 64), 32 * i);
  });
  let hashes = 0;
  let climbing = leaves.length;
  for (let level = from; ; level++) {
    if (level === LANDMARK) {
      for (let i = 0; i < climbing; i++) (leaves[i] as Climb).value.set(values.subarray(32 * i, 32 * i + 32), 64);
    }
    while (climbing > 0 && (leaves[climbing - 1] as Climb).to <= level) climbing--;
    if (climbing === 0) break;
    const emptyWords = EMPTY_WORDS[level] as Uint32Array;
    const byte = level >> 3;
    const bit = level & 7;
    for (let i = 0; i < climbing; i++) {
      const own = 16 * i + 8 * (((keys[32 * i + byte] as number) >> bit) & 1);
      const other = own ^ 8;
      for (let word = 0; word < 8; word++) {
        pairWords[own + word] = valueWords[8 * i + word] as number;
        pairWords[other + word] = emptyWords[word] as number;
      }
    }
    hashNodes(pairs.subarray(0, 64 * climbing), values.subarray(0, 32 * climbing));
    hashes += climbing;
  }
  leaves.forEach(({ value }, i) => {
    value.set(values.subarray(32 * i, 32 * i + 32));
  });
  return hashes;
};

/** Hashes inner nodes of one depth: none of them may be below another. */
export const join = (joints: readonly Joint[]): void => {
  const { hashNodes } = sha256Engine();
  const most = Math.min(BATCH, joints.length);
  const pairs = new Uint8Array(64 * most);
  const out = new Uint8Array(32 * most);
  for (let start = 0; start < joints.length; start += most) {
    const count = Math.min(most, joints.length - start);
    for (let i = 0; i < count; i++) {
      const joint = joints[start + i] as Joint;
      pairs.set(joint.left.subarray(0, 32), 64 * i);
      pairs.set(joint.right.subarray(0, 32), 64 * i + 32);
    }
    hashNodes(pairs.subarray(0, 64 * count), out.subarray(0, 32 * count));
    for (let i = 0; i < count; i++) (joints[start + i] as Joint).value.set(out.subarray(32 * i, 32 * i + 32));
  }
};
