import type { Word } from './wasm-emitter.ts';

/** Arithmetic on 32-bit words in emitted code: on one word, or on a lane full of them. */
export interface WordOps {
  add(a: Word, b: Word): Word;
  and(a: Word, b: Word): Word;
  xor(a: Word, b: Word): Word;
  rotr(a: Word, bits: number): Word;
  /** The value, computed here and now: using it several times costs nothing more. */
  keep(a: Word): Word;
}

/** Sum of the terms, the known ones first. */
const sum = (ops: WordOps, terms: readonly Word[]): Word => {
  let known = 0;
  let total: Word | undefined;
  for (const term of terms) if (typeof term === 'number') known = (known + term) | 0;
  for (const term of terms) {
    if (typeof term === 'number') continue;
    total = total === undefined && known === 0 ? term : ops.add(total ?? known, term);
  }
  return total ?? known;
};

const rotations = (ops: WordOps, x: Word, first: number, second: number, third: number): Word =>
  ops.xor(ops.xor(ops.rotr(x, first), ops.rotr(x, second)), ops.rotr(x, third));

/**
 * `count` rounds of FIPS 180-4 §6.2.2 from the working variables `state`, 8 words. `input(i)` is asked once per round,
 * in order, for what the round adds: W and K, or their sum.
 */
export const rounds = (
  ops: WordOps,
  state: readonly Word[],
  count: number,
  input: (i: number) => readonly Word[],
): readonly Word[] => {
  let [a, b, c, d, e, f, g, h] = state as [Word, Word, Word, Word, Word, Word, Word, Word];
  let bc = ops.keep(ops.xor(b, c));
  for (let i = 0; i < count; i++) {
    const choice = ops.xor(g, ops.and(e, ops.xor(f, g)));
    const temporary = ops.keep(sum(ops, [h, ...input(i), choice, rotations(ops, e, 6, 11, 25)]));
    // a ^ b is b ^ c of the next round, which leaves two operations for the majority.
    const ab = ops.keep(ops.xor(a, b));
    const majority = ops.xor(b, ops.and(ab, bc));
    bc = ab;
    h = g;
    g = f;
    f = e;
    e = ops.keep(ops.add(d, temporary));
    d = c;
    c = b;
    const shared = ops.add(rotations(ops, a, 2, 13, 22), majority);
    b = a;
    a = ops.keep(ops.add(temporary, shared));
  }
  return [a, b, c, d, e, f, g, h];
};

/** The words of `a` and `b` added: how a block ends. */
export const feedForward = (ops: WordOps, a: readonly Word[], b: readonly Word[]): readonly Word[] =>
  a.map((word, i) => ops.keep(ops.add(word, b[i] as Word)));
