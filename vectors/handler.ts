import type { Fields, Layout } from '#core/bytes/layout.ts';
import { bool, id32, u8, u16, u32, u64, u128 } from '#core/bytes/layout.ts';
import type { Result } from '#core/bytes/result.ts';
import type { Output } from './compare.ts';
import type { Input } from './input.ts';

/**
 * Calls one function of the core with the `in` of a case. It may throw, which fails the case. `wanted` is the `out`, for the few
 * cases that ask there: leaders of which rounds, keys of which roles. A `note` in the output says why the case, though reproduced, says nothing about the core: it is skipped.
 */
export type Handler = (input: Input, wanted: Input) => Output;

/** Handlers of one topic, by the `fn` of the cases. */
export type Handlers = Readonly<Record<string, Handler>>;

/** A fallible result as the vectors print it: `error`, or what `given` makes of the value. */
export const outcome = <T>(result: Result<T>, given: (value: T) => Output = () => ({ ok: true })): Output =>
  result.ok ? given(result.value) : { error: result.error };

/** The value of a layout without lists, read from fields of the same names in snake case. */
export const readFields = <F>(table: Layout<F>, input: Input): Fields<F> => {
  const value: Record<string, unknown> = {};
  for (const [name, kind] of table.fields) {
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (kind === id32) value[name] = input.id(key);
    else if (kind === u64 || kind === u128) value[name] = input.big(key);
    else if (kind === u8 || kind === u16 || kind === u32) value[name] = input.number(key);
    else if (kind === bool) value[name] = input.flag(key);
    else if (Array.isArray(input.value(key))) value[name] = input.bigs(key);
    else value[name] = input.bytes(key);
  }
  return value as Fields<F>;
};
