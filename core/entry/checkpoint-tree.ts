import { fromHex, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { decodeProof, encodeProof, prove, verifyProof } from '../state/proof.ts';
import { type TreeSource, updateTree } from '../state/tree.ts';

/** Bytes of a checkpoint, hence of every leaf that may be opened. */
const CHECKPOINT_SIZE = 32;

/** Hashes of one proof that is followed to its root: a leaf and 256 levels (02 §7). */
export const HASHES_PER_PROOF = 257;

/** Key of checkpoint i: its index, 32 bytes little-endian (05 D-E5). */
const checkpointKey = (index: number): Id => toHex(littleEndian(index, 32));

/** What a registration under `sampled` commits to, as the candidate keeps it. */
export interface CheckpointTree {
  /** The 32 bytes that stand for the chain in the registration (05 §3). */
  readonly root: Id;
  /** Checkpoints in it: L + 1. */
  readonly size: number;
  /** Hashes it took to make: about two for each checkpoint, and 256. */
  readonly hashes: number;
  /** Proof of checkpoint `index`, 102 bytes and 32 for each of log2(L + 1) levels; undefined when there is none. */
  prove(index: number): Uint8Array | undefined;
}

/** The tree over e_0 … e_L: that of the state layer, each leaf a checkpoint (05 D-E5). */
export const checkpointTree = (checkpoints: readonly Id[]): CheckpointTree => {
  const built = updateTree(
    NOTHING,
    checkpoints.map((checkpoint, i) => [checkpointKey(i), fromHex(checkpoint)]),
  );
  return {
    root: built.root,
    size: checkpoints.length,
    hashes: built.cost.leafHashes + built.cost.nodeHashes,
    prove(index) {
      const checkpoint = checkpoints[index];
      if (checkpoint === undefined) return undefined;
      // The proof of a key reads the record of that key alone.
      const source: TreeSource = {
        record: () => fromHex(checkpoint),
        node: (name) => built.nodes.get(name) ?? undefined,
      };
      return encodeProof(prove(source, checkpointKey(index)));
    },
  };
};

const NOTHING: TreeSource = { record: () => undefined, node: () => undefined };

/**
 * Checkpoint `index` under `root`, or undefined where `proof` is not the one canonical proof of it: the bytes then show nothing,
 * neither for the chain nor against it. At most 257 hashes, and none for another key or a leaf of another size.
 */
export const openedCheckpoint = (root: Id, index: number, proof: Uint8Array): Id | undefined => {
  const decoded = decodeProof(proof);
  if (!decoded.ok) return undefined;
  const { key, leafValue } = decoded.value;
  if (key !== checkpointKey(index) || leafValue.length !== CHECKPOINT_SIZE) return undefined;
  return verifyProof(root, proof) ? toHex(leafValue) : undefined;
};
