import { INITIAL, ROUND } from './sha256-constants.ts';
import { roundAddress, VALUE_AT } from './sha256-memory.ts';
import { feedForward, rounds, type WordOps } from './sha256-rounds.ts';
import { Body, type Code, I32, i32, type Local, memory, V128, v128, type Word } from './wasm-emitter.ts';

/** What follows the 32 bytes in the block: the end bit, and the length in bits (FIPS 180-4 §5.1.1). */
const PADDING = [0x80000000 | 0, 0, 0, 0, 0, 0, 0, 256];

/**
 * `chain(iterations ≥ 1)`: replaces the 8 words at VALUE_AT by their iterated SHA-256. The rounds are scalar. The
 * message schedule is computed beside them in vectors, four words at a time: a processor has other ports for those.
 */
export const chainBody = (): Body => {
  const body = new Body(1);
  const ops: WordOps = { ...i32, keep: (word) => (typeof word === 'number' ? word : body.keep(I32, word)) };
  const value = INITIAL.map((_, i) => {
    const local = body.local(I32);
    body.emit(local.set(memory.load(0, VALUE_AT + 4 * i)));
    return local;
  });
  body.loop(body.parameter(0), 1, () => {
    const input = chainInput(
      body,
      value.map((local) => local.get),
    );
    const next = feedForward(ops, rounds(ops, INITIAL, 64, input), INITIAL);
    next.forEach((word, i) => {
      body.emit((value[i] as Local).set(word));
    });
  });
  value.forEach((local, i) => {
    body.emit(memory.store(0, VALUE_AT + 4 * i, local.get));
  });
  return body;
};

/** What round t of a chain step adds. */
const chainInput = (body: Body, value: readonly Code[]): ((t: number) => readonly Word[]) => {
  const keep = (vector: Code): Code => body.keep(V128, vector);
  const zero = keep(v128.splat(0));
  /** W by fours. */
  const words = [value.slice(0, 4), value.slice(4), PADDING.slice(0, 4), PADDING.slice(4)].map((four) =>
    keep(v128.of(four)),
  );
  /** W + K by fours, as far as they are needed in vectors. */
  const sums: Code[] = [];

  const sigma0 = (x: Code): Code => v128.xor(v128.xor(v128.rotr(x, 7), v128.rotr(x, 18)), v128.shr(x, 3));
  /**
   * σ1 of p and q from the words p, p, q, q, as words 0 and 2: in a 64-bit lane, shifting a doubled word rotates its
   * low half.
   */
  const sigma1 = (x: Code): Code => v128.xor(v128.xor(v128.shr64(x, 17), v128.shr64(x, 19)), v128.shr(x, 10));

  /**
   * The next four words: W_t = σ1(W_{t−2}) + W_{t−7} + σ0(W_{t−15}) + W_{t−16}, where W_{t−2} of the last two are the
   * first two.
   */
  const extend = (): void => {
    const [a, b, c, d] = words.slice(-4) as [Code, Code, Code, Code];
    const minus15 = keep(v128.words(a, b, [1, 2, 3, 4]));
    const minus7 = v128.words(c, d, [1, 2, 3, 4]);
    const common = keep(v128.add(v128.add(a, minus7), sigma0(minus15)));
    const first = keep(sigma1(keep(v128.words(d, d, [2, 2, 3, 3]))));
    const half = keep(v128.add(common, v128.words(first, zero, [0, 2, 4, 4])));
    const last = keep(sigma1(keep(v128.words(half, half, [0, 0, 1, 1]))));
    const whole = keep(v128.add(half, v128.words(last, zero, [4, 4, 0, 2])));
    sums.push(keep(v128.add(whole, memory.load128(0, roundAddress(4 * words.length)))));
    words.push(whole);
  };

  return (t) => {
    if ((t & 3) === 3 && t < 48) extend();
    if (t < 8) return [ROUND[t] as number, value[t] as Code];
    if (t < 16) return [ROUND[t] as number, PADDING[t - 8] as number];
    return [v128.extract(sums[(t - 16) >> 2] as Code, t & 3)];
  };
};
