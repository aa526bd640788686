import { INITIAL, NODE_BITS, NODE_PREFIX_WORDS } from './sha256-constants.ts';
import { roundAddress } from './sha256-memory.ts';
import { feedForward, rounds, type WordOps } from './sha256-rounds.ts';
import { Body, type Code, I32, i32, type Local, memory, V128, v128, type Word } from './wasm-emitter.ts';

const LANES = [0, 1, 2, 3];

/** Sixteen rounds, after which all working variables and words of the schedule are back in their places. */
const TURN = 16;

/**
 * `hashNodes(fours ≥ 1, pairs, nodes)`: SHA-256 of the 79 bytes prefix ‖ left ‖ right for 4 · `fours` pairs of 64
 * bytes at `pairs` into 32 bytes each at `nodes`, four at a time, one per lane. The prefix is one byte short of a word
 * boundary: word 3 ends with byte 0 of the pair, the first block with byte 48, and the second block holds the last 15
 * bytes and padding.
 */
export const nodesBody = (): Body => {
  const body = new Body(3);
  const [fours, pairs, nodes] = [body.parameter(0), body.parameter(1), body.parameter(2)];
  const ops = lanes(body);
  const block = blockCompression(body, ops);

  /** Four big-endian words per lane, `offset` bytes into the pair. */
  const wordsAt = (offset: number): readonly Code[] =>
    transpose(
      body,
      LANES.map((lane) => reversed(body, memory.load128(pairs.get, 64 * lane + offset))),
    );

  body.loop(fours, 1, () => {
    const byte0 = v128.of(LANES.map((lane) => memory.load8(pairs.get, 64 * lane)));
    const [word0, word1, word2, word3] = NODE_PREFIX_WORDS as [number, number, number, number];
    const first = [word0, word1, word2, ops.xor(byte0, word3), ...wordsAt(1), ...wordsAt(17), ...wordsAt(33)];
    const middle = block(INITIAL, first);

    const tail = wordsAt(49);
    // The last byte read is beyond the pair. The end bit takes its place.
    const ended = ops.xor(ops.and(tail[3] as Code, ~0xff), 0x80);
    const second = [...tail.slice(0, 3), ended, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NODE_BITS];
    const result = block(middle, second) as readonly Code[];

    for (const half of [0, 4]) {
      transpose(body, result.slice(half, half + 4)).forEach((row, lane) => {
        body.emit(memory.store128(nodes.get, 32 * lane + 4 * half, reversed(body, row)));
      });
    }
    body.emit(pairs.set(i32.add(pairs.get, 4 * 64)), nodes.set(i32.add(nodes.get, 4 * 32)));
  });
  return body;
};

/** Four lanes of words. A known word is the same in all of them. */
const lanes = (body: Body): WordOps => {
  const vector = (word: Word): Code => (typeof word === 'number' ? v128.splat(word) : word);
  return {
    add: (a, b) => v128.add(vector(a), vector(b)),
    and: (a, b) => v128.and(vector(a), vector(b)),
    xor: (a, b) => v128.xor(vector(a), vector(b)),
    rotr: (a, bits) => v128.rotr(vector(a), bits),
    keep: (word) => body.keep(V128, vector(word)),
  };
};

/**
 * Emits the compression of a block of 16 words into a chaining value of 8. Three turns of rounds that compute the
 * schedule as they go are one loop, the last turn follows: all 64 rounds in a row would not fit the processor's
 * instruction cache.
 */
const blockCompression = (body: Body, ops: WordOps) => {
  const turns = body.local(I32);
  const state = INITIAL.map(() => body.local(V128));
  const words = Array.from({ length: TURN }, () => body.local(V128));
  const assign = (locals: readonly Local[], values: readonly Word[]): void => {
    values.map(ops.keep).forEach((value, i) => {
      body.emit((locals[i] as Local).set(value));
    });
  };
  const valuesOf = (locals: readonly Local[]): Word[] => locals.map((local) => local.get);
  /** K of round `i` of the turn: turns lie in memory in the order of the count. */
  const constant = (i: number): Code => memory.loadSplat(turns.get, 4 * i);

  return (before: readonly Word[], block: readonly Word[]): readonly Word[] => {
    assign(state, before);
    assign(words, block);
    body.emit(turns.set(roundAddress(0)));
    body.loop(turns, 4 * TURN, () => {
      const window = valuesOf(words);
      const at = (i: number): Word => window[i & 15] as Word;
      const after = rounds(ops, valuesOf(state), TURN, (i) => {
        const word = at(i);
        const shifted = (x: Word, bits: number): Word => v128.shr(x as Code, bits);
        const sigma0 = ops.xor(ops.xor(ops.rotr(at(i + 1), 7), ops.rotr(at(i + 1), 18)), shifted(at(i + 1), 3));
        const sigma1 = ops.xor(ops.xor(ops.rotr(at(i + 14), 17), ops.rotr(at(i + 14), 19)), shifted(at(i + 14), 10));
        window[i] = ops.keep(ops.add(ops.add(ops.add(word, sigma0), at(i + 9)), sigma1));
        return [constant(i), word];
      });
      assign(state, after);
      assign(words, window);
    });
    const last = rounds(ops, valuesOf(state), TURN, (i) => [constant(i), (words[i] as Local).get]);
    return feedForward(ops, last, before);
  };
};

/** The vector with the bytes of each word in the other order. */
const reversed = (body: Body, vector: Code): Code => {
  const kept = body.keep(V128, vector);
  return body.keep(V128, v128.shuffle(kept, kept, [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]));
};

/** Rows and columns exchanged: from four words of each lane to one word of all lanes in four vectors, or back. */
const transpose = (body: Body, rows: readonly Code[]): readonly Code[] => {
  const [a, b, c, d] = rows as [Code, Code, Code, Code];
  const pick = (x: Code, y: Code, chosen: readonly number[]): Code => body.keep(V128, v128.words(x, y, chosen));
  const lowAb = pick(a, b, [0, 4, 1, 5]);
  const highAb = pick(a, b, [2, 6, 3, 7]);
  const lowCd = pick(c, d, [0, 4, 1, 5]);
  const highCd = pick(c, d, [2, 6, 3, 7]);
  return [
    pick(lowAb, lowCd, [0, 1, 4, 5]),
    pick(lowAb, lowCd, [2, 3, 6, 7]),
    pick(highAb, highCd, [0, 1, 4, 5]),
    pick(highAb, highCd, [2, 3, 6, 7]),
  ];
};
