import type { Id } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';

/** The four roots of a header that speak of the state (02 §6). */
export interface Roots {
  readonly nodeRoot: Id;
  readonly candidateRoot: Id;
  readonly accountRoot: Id;
  readonly stateRoot: Id;
}

/** state_root = H("mt-state-root", node_root, candidate_root, account_root) (02 §6). */
export const stateRoot = (nodeRoot: Id, candidateRoot: Id, accountRoot: Id): Id =>
  hashId('mt-state-root', nodeRoot, candidateRoot, accountRoot);

/** The roots of three tables with their state_root. */
export const rootsOf = (nodeRoot: Id, candidateRoot: Id, accountRoot: Id): Roots => ({
  nodeRoot,
  candidateRoot,
  accountRoot,
  stateRoot: stateRoot(nodeRoot, candidateRoot, accountRoot),
});
