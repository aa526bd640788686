import type { Id } from '../bytes/bytes.ts';
import type { IdMap } from '../collections/id-map.ts';

/** Index of the first of ascending `keys` that is not below `from`. */
export const firstFrom = (keys: readonly Id[], from: Id): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as Id) < from) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** `below`, ascending from `from` on, with `changes` laid over it: null hides an entry. */
export function* overlaid<V>(
  below: Iterable<readonly [Id, V]>,
  changes: IdMap<V | null>,
  from: Id,
): IterableIterator<readonly [Id, V]> {
  const keys = changes.keys();
  let next = firstFrom(keys, from);
  for (const entry of below) {
    for (; next < keys.length && (keys[next] as Id) < entry[0]; next++) yield* present(changes, keys[next] as Id);
    if (keys[next] === entry[0]) yield* present(changes, keys[next++] as Id);
    else yield entry;
  }
  for (; next < keys.length; next++) yield* present(changes, keys[next] as Id);
}

function* present<V>(changes: IdMap<V | null>, key: Id): IterableIterator<readonly [Id, V]> {
  const value = changes.get(key) ?? null;
  if (value !== null) yield [key, value];
}
