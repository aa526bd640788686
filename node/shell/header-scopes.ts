import type { Store } from '#node/store/store.ts';

/**
 * Signed scopes (413 bytes each) of `count` final headers from window `from` on, a window a step; fewer where no more are kept. They
 * lead a proof to a later checkpoint (03 §10).
 */
export function* headerScopes(
  store: Pick<Store, 'entry'>,
  from: number,
  count: number,
): Generator<undefined, readonly Uint8Array[]> {
  const scopes: Uint8Array[] = [];
  for (let window = from; window < from + count; window++) {
    const entry = store.entry(window);
    if (entry === undefined) break;
    // A copy: a view would take all of its buffer along to the other thread.
    scopes.push(entry.header.scope.slice());
    yield;
  }
  return scopes;
}
