import type { Id } from '../bytes/bytes.ts';
import type { Registration } from '../consensus/objects.ts';
import type { Rules } from '../genesis/rules.ts';
import { type ChainEngine, candidateInitAt, type History } from './candidate-chain.ts';
import { checkpointTree } from './checkpoint-tree.ts';

/** What a registration says of a chain that began in `wStart` and has checkpoints e_0 … e_L, L at least 1 (05 §3). */
export const chainClaim = (
  mode: Rules['entryProof'],
  wStart: number,
  checkpoints: readonly Id[],
): Pick<Registration, 'proofEndpoint' | 'wStart' | 'vdfChainLength'> => ({
  proofEndpoint: mode === 'full' ? (checkpoints.at(-1) as Id) : checkpointTree(checkpoints).root,
  wStart: BigInt(wStart),
  vdfChainLength: BigInt(checkpoints.length - 1),
});

/**
 * Whether a registration cemented in `window` proves its chain, by hashing it again (05 §3, mode `full`): up to L × D iterations,
 * so a shell that checked before injects an engine that remembers. A chain that outlasts the window cannot be verified, nor one
 * that needs windows `history` does not have; neither is begun.
 */
export const fullProofHolds = (
  { nodeId, wStart, vdfChainLength, proofEndpoint }: Registration,
  window: number,
  history: History,
  chain: ChainEngine,
): boolean => {
  if (vdfChainLength === 0n || wStart + vdfChainLength - 1n > BigInt(window)) return false;
  const start = Number(wStart);
  const end = start + Number(vdfChainLength);
  let value = candidateInitAt(history, start, nodeId);
  if (value === undefined || history(end - 1) === undefined) return false;
  for (let w = start; w < end; w++) {
    const past = history(w);
    if (past === undefined) return false;
    value = chain(value, past.d);
  }
  return value === proofEndpoint;
};
