/**
 * A read-only map, filled once. It iterates in the order of `entries`, which therefore has to follow from content alone: sorted
 * keys, or the order of a structure that does not depend on how it came about.
 */
export const mapInOrder = <V>(entries: readonly (readonly [string, V])[]): ReadonlyMap<string, V> => new Map(entries);
