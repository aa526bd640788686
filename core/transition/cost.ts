import type { ApplyCost } from '../state/view.ts';

/** Work done, in numbers that depend on the states and the input alone: what a simulation charges. */
export interface Cost {
  /** In hashes of tree nodes, 79 bytes each. */
  readonly hashes: number;
  /** Records read, changed and encoded. */
  readonly records: number;
}

/** A record of 2 kB takes about as long as this many tree nodes. */
const NODES_PER_LEAF = 17;

/** Hashing of the three trees, in hashes of tree nodes. */
export const treeHashes = ({ nodeHashes, leafHashes }: Pick<ApplyCost, 'nodeHashes' | 'leafHashes'>): number =>
  nodeHashes + NODES_PER_LEAF * leafHashes;
