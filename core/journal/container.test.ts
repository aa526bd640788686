import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascii, concat } from '../bytes/bytes.ts';
import {
  BLOCK_SIZE,
  type Block,
  faultInWords,
  type JournalEnd,
  JournalReader,
  JournalWriter,
  KIND_HOST,
  KIND_RUN,
  MOST_PAYLOAD,
} from './container.ts';

const SEED = { seed: 20261121 };

const HEADER = 43;

/** A journal with each text in a block of its own. */
const journal = (payloads: readonly Uint8Array[], isEnded = true): Uint8Array => {
  const parts: Uint8Array[] = [];
  const writer = new JournalWriter(KIND_HOST, (bytes) => parts.push(bytes));
  for (const payload of payloads) {
    writer.write(payload);
    writer.flush();
  }
  if (isEnded) writer.end();
  return concat(...parts);
};

const read = (bytes: Uint8Array, piece = bytes.length): { blocks: Block[]; end: JournalEnd; kind?: number } => {
  const reader = new JournalReader();
  const blocks: Block[] = [];
  for (let at = 0; at < bytes.length; at += piece) blocks.push(...reader.push(bytes.slice(at, at + piece)));
  return { blocks, end: reader.finish(), ...(reader.kind === undefined ? {} : { kind: reader.kind }) };
};

const texts = ['one', 'and two', 'three, longer than the others'].map(ascii);

/** Number and offset of the block (0: header; the last is the end mark) that byte `at` of `journal(texts)` is in. */
const placeOf = (at: number): { block: number; offset: number } => {
  let offset = 0;
  let block = 0;
  for (const size of [HEADER, ...texts.map(({ length }) => 36 + length), 36]) {
    if (at < offset + size) return { block, offset };
    offset += size;
    block++;
  }
  throw new Error('beyond the end');
};

describe('a journal', () => {
  test('is read back whole, by pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 90 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 200 }),
        (payloads, piece) => {
          const { blocks, end, kind } = read(journal(payloads), piece);
          expect(kind).toBe(KIND_HOST);
          expect(blocks.map(({ payload }) => payload)).toEqual(payloads);
          expect(blocks.map(({ number }) => number)).toEqual(payloads.map((_, i) => i + 1));
          expect(end).toEqual({ type: 'whole', blocks: payloads.length });
        },
      ),
      SEED,
    );
  });

  test('tells where its blocks are', () => {
    const { blocks } = read(journal(texts));
    expect(blocks.map(({ offset }) => offset)).toEqual([HEADER, HEADER + 39, HEADER + 39 + 43]);
  });

  test('collects entries into blocks and cuts none', () => {
    const sizes: number[] = [];
    const writer = new JournalWriter(KIND_RUN, (bytes) => sizes.push(bytes.length));
    writer.write(new Uint8Array(BLOCK_SIZE - 1));
    expect(sizes).toEqual([HEADER]);
    writer.write(new Uint8Array(2));
    expect(sizes).toEqual([HEADER, BLOCK_SIZE + 1 + 36]);
    writer.write(new Uint8Array(1));
    writer.write(new Uint8Array(MOST_PAYLOAD));
    writer.end();
    expect(sizes.slice(2)).toEqual([1 + 36, MOST_PAYLOAD + 36, 36]);
  });

  test('has the chain value of another up to the last block in which both are equal', () => {
    const [a, b] = [texts, [texts[0], texts[1], ascii('another')] as Uint8Array[]].map(
      (payloads) => read(journal(payloads)).blocks,
    );
    expect(a?.map(({ chain }, i) => chain === b?.[i]?.chain)).toEqual([true, true, false]);
  });

  test('of a killed process ends without its mark, and says so', () => {
    expect(read(journal(texts, false)).end).toEqual({ type: 'unfinished', blocks: 3 });
    expect(read(journal([], false)).end).toEqual({ type: 'unfinished', blocks: 0 });
  });
});

describe('a damaged journal', () => {
  const whole = journal(texts);

  test('is refused for any flipped bit, by number and offset of the block', () => {
    for (let at = 0; at < whole.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = whole.slice();
        bytes[at] = (bytes[at] as number) ^ (1 << bit);
        const { end, blocks } = read(bytes);
        if (end.type !== 'damaged') throw new Error(`bit ${bit} of byte ${at} was not noticed`);
        expect(end.fault).toMatchObject(placeOf(at));
        expect(blocks).toHaveLength(Math.min(3, Math.max(0, placeOf(at).block - 1)));
      }
    }
  });

  test('is refused when it ends inside a block, unfinished when it ends between two', () => {
    const ends = new Map([
      [HEADER, 0],
      [HEADER + 39, 1],
      [HEADER + 39 + 43, 2],
      [whole.length - 36, 3],
    ]);
    for (let size = 1; size < whole.length; size++) {
      const { end } = read(whole.slice(0, size));
      const blocks = ends.get(size);
      if (blocks !== undefined) expect(end).toEqual({ type: 'unfinished', blocks });
      else expect(end).toEqual({ type: 'damaged', fault: { ...placeOf(size - 1), reason: 'Truncated' } });
    }
  });

  const reasonOf = (bytes: Uint8Array) => {
    const { end } = read(bytes);
    return end.type === 'damaged' ? faultInWords(end.fault) : end.type;
  };

  test('is named by what is wrong with it', () => {
    expect(reasonOf(new Uint8Array(0))).toBe('block 0 at byte 0: this is no journal');
    expect(reasonOf(ascii('{"schema": 1}'))).toBe('block 0 at byte 0: this is no journal');
    expect(reasonOf(ascii(`{"schema": 1${' '.repeat(90)}}`))).toBe('block 0 at byte 0: this is no journal');
    expect(reasonOf(concat(whole, ascii('x')))).toBe(`block 4 at byte ${whole.length}: bytes follow the end mark`);
    const version = whole.slice();
    version[8] = 4;
    expect(reasonOf(version)).toBe('block 0 at byte 0: the journal has another version');
    const long = whole.slice();
    long.set([1, 0, 0, 1], HEADER);
    expect(reasonOf(long)).toBe('block 1 at byte 43: it claims more than 16777216 bytes');
    const flipped = whole.slice();
    flipped[HEADER + 4] = 0;
    expect(reasonOf(flipped)).toBe('block 1 at byte 43: its bytes do not match its chain hash');
  });

  test('is refused when blocks change places or one is missing', () => {
    const [first, second] = [whole.slice(HEADER, HEADER + 39), whole.slice(HEADER + 39, HEADER + 39 + 43)];
    const [header, rest] = [whole.slice(0, HEADER), whole.slice(HEADER + 39 + 43)];
    expect(reasonOf(concat(header, second, first, rest))).toMatch(/^block 1 at byte 43: its bytes do not match/);
    expect(reasonOf(concat(header, first, rest))).toMatch(/^block 2 at byte 82: its bytes do not match/);
  });
});
