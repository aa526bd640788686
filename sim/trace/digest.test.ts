import { describe, expect, test } from 'vitest';
import { Digest } from './digest.ts';

const of = (...events: readonly (readonly [number, number, number, number])[]): string => {
  const digest = new Digest();
  for (const event of events) digest.roll(...event);
  return digest.hex();
};

describe('the digest', () => {
  test('sees every field, the order and the number of events', () => {
    const base = [5, 1, 2, 3] as const;
    const others = [
      of(),
      of(base),
      of(base, base),
      of([6, 1, 2, 3]),
      of([5 + 2 ** 32, 1, 2, 3]),
      of([5, 2, 2, 3]),
      of([5, 1, 3, 3]),
      of([5, 1, 2, 4]),
      of(base, [6, 1, 2, 3]),
      of([6, 1, 2, 3], base),
      of([0, 0, 0, 0]),
      of([0, 0, 0, 0], [0, 0, 0, 0]),
    ];
    expect(new Set(others).size).toBe(others.length);
    for (const digest of others) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is the same for the same events', () => {
    expect(of([1, 2, 3, 4], [2 ** 40, 255, -1, -7])).toBe(of([1, 2, 3, 4], [2 ** 40, 255, -1, -7]));
  });

  test('seals a block every 65 536 events; an early difference stays in all that follow', () => {
    const run = (odd: number): Digest => {
      const digest = new Digest();
      for (let i = 0; i < 3 * 65_536; i++) digest.roll(i, 1, i % 300, i === odd ? 1 : 0);
      return digest;
    };
    const [plain, late, same] = [run(-1), run(65_536), run(-1)];
    expect(plain.blocks.length).toBe(3);
    expect(same.blocks).toEqual(plain.blocks);
    expect(late.blocks[0]).toBe(plain.blocks[0]);
    expect(late.blocks[1]).not.toBe(plain.blocks[1]);
    expect(late.blocks[2]).not.toBe(plain.blocks[2]);
    expect(late.hex()).not.toBe(plain.hex());
  });

  test('can be read midway without disturbing it', () => {
    const digest = new Digest();
    digest.roll(1, 1, 1, 1);
    expect(digest.hex()).toBe(of([1, 1, 1, 1]));
    digest.roll(2, 1, 1, 1);
    expect(digest.hex()).toBe(of([1, 1, 1, 1], [2, 1, 1, 1]));
  });

  test('has the value an independent implementation gives', () => {
    const digest = new Digest();
    for (let i = 0; i < 70_000; i++) digest.roll(i * 1_000_003, i % 19, i * 7919, -i);
    expect(digest.blocks).toEqual(['0d7b0ea7515b5c9eed7f55b37424f45686005c91f871d569e2e9463d5ccdf130']);
    expect(digest.hex()).toBe('0b9b80f9c8eafe9e99f2b8762e82b041a24cde6296335d2b80304c7331efb943');
  });
});
