/**
 * An invariant is broken that no input can break: the program or its storage is wrong, and the node stops with a dump instead of
 * going on (03 §8.1.4). Thrown only where the code is unreachable as long as the rules hold; bad input is answered by a `Result`.
 */
export class FatalInvariant extends Error {
  override readonly name = 'FatalInvariant';
}
