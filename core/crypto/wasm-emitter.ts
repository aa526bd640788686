import { ascii } from '../bytes/bytes.ts';

/**
 * Just enough of the WebAssembly binary format, with its 128-bit vectors, to emit loops of straight-line arithmetic on
 * locals and memory. An expression is the code that leaves its value on the stack; an i32 that is known while emitting
 * is a number instead.
 */
export type Code = readonly (number | Code)[];

/** A value of type i32: known, as a signed integer, or computed by code. */
export type Word = number | Code;

export const I32 = 0x7f;
export const V128 = 0x7b;
type ValueType = typeof I32 | typeof V128;

const leb = (value: number): Code => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
};

const signedLeb = (value: number): Code => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest & 0x7f);
  return bytes;
};

/** Code for `word`. */
export const code = (word: Word): Code => (typeof word === 'number' ? [0x41, signedLeb(word)] : word);

const isKnown = (word: Word): word is number => typeof word === 'number';

/** Operations on i32, done while emitting where the operands are known. */
export const i32 = {
  add: (a: Word, b: Word): Word => (isKnown(a) && isKnown(b) ? (a + b) | 0 : [code(a), code(b), 0x6a]),
  and: (a: Word, b: Word): Word => (isKnown(a) && isKnown(b) ? a & b : [code(a), code(b), 0x71]),
  xor: (a: Word, b: Word): Word => (isKnown(a) && isKnown(b) ? a ^ b : [code(a), code(b), 0x73]),
  rotr: (a: Word, bits: number): Word => (isKnown(a) ? (a >>> bits) | (a << (32 - bits)) : [a, code(bits), 0x78]),
};

const simd = (opcode: number): Code => [0xfd, leb(opcode)];

/** Operations on v128: four lanes of i32, or two of i64 where the name says so. */
export const v128 = {
  add: (a: Code, b: Code): Code => [a, b, simd(0xae)],
  and: (a: Code, b: Code): Code => [a, b, simd(0x4e)],
  xor: (a: Code, b: Code): Code => [a, b, simd(0x51)],
  shl: (a: Code, bits: number): Code => [a, code(bits), simd(0xab)],
  shr: (a: Code, bits: number): Code => [a, code(bits), simd(0xad)],
  shr64: (a: Code, bits: number): Code => [a, code(bits), simd(0xcd)],
  rotr: (a: Code, bits: number): Code => v128.xor(v128.shr(a, bits), v128.shl(a, 32 - bits)),
  splat: (a: Word): Code => [code(a), simd(0x11)],
  extract: (a: Code, lane: number): Code => [a, simd(0x1b), lane],
  replace: (a: Code, lane: number, value: Word): Code => [a, code(value), simd(0x1c), lane],
  /** Four words, one per lane. */
  of: (words: readonly Word[]): Code =>
    words.slice(1).reduce<Code>((vector, word, i) => v128.replace(vector, i + 1, word), v128.splat(words[0] as Word)),
  /** Sixteen bytes chosen from the 32 of `a` and `b`. */
  shuffle: (a: Code, b: Code, bytes: readonly number[]): Code => [a, b, simd(0x0d), bytes],
  /** Four words chosen from the eight of `a` and `b`. */
  words: (a: Code, b: Code, chosen: readonly number[]): Code =>
    v128.shuffle(
      a,
      b,
      chosen.flatMap((word) => [4 * word, 4 * word + 1, 4 * word + 2, 4 * word + 3]),
    ),
};

/** Loads and stores at `address` + `offset`. No alignment is promised (the 0 before the offset). */
export const memory = {
  load: (address: Word, offset: number): Code => [code(address), 0x28, 0, leb(offset)],
  load8: (address: Word, offset: number): Code => [code(address), 0x2d, 0, leb(offset)],
  store: (address: Word, offset: number, value: Word): Code => [code(address), code(value), 0x36, 0, leb(offset)],
  load128: (address: Word, offset: number): Code => [code(address), simd(0x00), 0, leb(offset)],
  /** The word there, in all four lanes. */
  loadSplat: (address: Word, offset: number): Code => [code(address), simd(0x09), 0, leb(offset)],
  store128: (address: Word, offset: number, value: Code): Code => [code(address), value, simd(0x0b), 0, leb(offset)],
};

/** A local variable. */
export interface Local {
  readonly get: Code;
  readonly set: (value: Word) => Code;
}

const localAt = (index: number): Local => ({
  get: [0x20, leb(index)],
  set: (value) => [code(value), 0x21, leb(index)],
});

const append = (bytes: number[], part: Code): void => {
  for (const item of part) {
    if (typeof item === 'number') bytes.push(item);
    else append(bytes, item);
  }
};

/** The body of a function that takes `parameters` values of type i32 and returns nothing. */
export class Body {
  readonly parameters: number;
  readonly #locals: ValueType[] = [];
  readonly #code: number[] = [];

  constructor(parameters: number) {
    this.parameters = parameters;
  }

  parameter(index: number): Local {
    return localAt(index);
  }

  local(type: ValueType): Local {
    return localAt(this.parameters + this.#locals.push(type) - 1);
  }

  /** Appends code that leaves nothing on the stack. */
  emit(...parts: readonly Code[]): void {
    append(this.#code, parts);
  }

  /** Computes `value` here and now, into a new local. */
  keep(type: ValueType, value: Code): Code {
    const local = this.local(type);
    this.emit(local.set(value));
    return local.get;
  }

  /**
   * Runs what `emitTurn` emits, lowering `count` by `step` after each turn, until it is 0. It must be a positive
   * multiple of `step`.
   */
  loop(count: Local, step: number, emitTurn: () => void): void {
    this.emit([0x03, 0x40]);
    emitTurn();
    this.emit(count.set(i32.add(count.get, -step)), count.get, [0x0d, 0, 0x0b]);
  }

  bytes(): Code {
    const locals: Code = this.#locals.map((type) => [1, type]);
    return sized([leb(this.#locals.length), locals, this.#code, 0x0b]);
  }
}

const sized = (part: Code): Code => {
  const bytes: number[] = [];
  append(bytes, part);
  return [leb(bytes.length), bytes];
};

const section = (id: number, items: readonly Code[]): Code => [id, sized([leb(items.length), items])];
const name = (text: string): Code => sized([...ascii(text)]);

/** A module of `functions` over one memory of 64 KiB, exported as `memory`, which starts with `data`. */
export const emitModule = (
  functions: readonly { readonly name: string; readonly body: Body }[],
  data: readonly number[],
): Uint8Array => {
  const bytes: number[] = [];
  append(bytes, [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(
      1,
      functions.map(({ body }) => [0x60, leb(body.parameters), new Array<number>(body.parameters).fill(I32), 0]),
    ),
    section(
      3,
      functions.map((_, index) => leb(index)),
    ),
    section(5, [[1, 1, 1]]),
    section(7, [[name('memory'), 2, 0], ...functions.map((f, index) => [name(f.name), 0, leb(index)])]),
    section(
      10,
      functions.map(({ body }) => body.bytes()),
    ),
    section(11, [[0, code(0), 0x0b, sized(data)]]),
  ]);
  return Uint8Array.from(bytes);
};
