import { toHex } from '#core/bytes/bytes.ts';

/** What a function gave, in the types of core. Names in camel case stand for the snake case of the vectors. */
export type Output = Readonly<Record<string, unknown>>;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** `value` as the vectors would write it, where they expect something like `like`. */
const encoded = (value: unknown, like: unknown): unknown => {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') return typeof like === 'number' ? Number(value) : String(value);
  if (typeof value === 'number' && typeof like === 'string') return String(value);
  return value;
};

const brief = (value: unknown): string => {
  const text =
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
};

/** The first difference between what was expected and what came out, or undefined. Keys that nobody expects are ignored. */
export const difference = (expected: unknown, actual: unknown, path = ''): string | undefined => {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${path}: expected a list, got ${brief(encoded(actual, expected))}`;
    if (actual.length !== expected.length) return `${path}: expected ${expected.length} entries, got ${actual.length}`;
    return firstOf(expected.map((value, i) => () => difference(value, actual[i], `${path}[${i}]`)));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return `${path}: expected an object, got ${brief(encoded(actual, expected))}`;
    const found = new Map(Object.entries(actual).map(([name, value]) => [snake(name), value]));
    return firstOf(
      Object.entries(expected).map(
        ([name, value]) =>
          () =>
            difference(value, found.get(name), path === '' ? name : `${path}.${name}`),
      ),
    );
  }
  const value = encoded(actual, expected);
  return value === expected ? undefined : `${path}: expected ${brief(expected)}, got ${brief(value)}`;
};

const firstOf = (checks: readonly (() => string | undefined)[]): string | undefined => {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
};
