import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonceBook } from './nonce-book.ts';

describe('what counts once', () => {
  it('is known by client and nonce until it expires', () => {
    const book = new NonceBook(4, 8);
    book.add('a', '1', 5n);
    expect([book.has('a', '1'), book.has('b', '1'), book.has('a', '2')]).toEqual([true, false, false]);
    book.expire(5n);
    expect([book.has('a', '1'), book.size]).toEqual([true, 1]);
    book.expire(6n);
    expect([book.has('a', '1'), book.size]).toEqual([false, 0]);
  });

  it('is refused when one client or all have too much, and never drops what still counts', () => {
    const book = new NonceBook(2, 3);
    book.add('a', '1', 1n);
    expect(book.hasRoom('a')).toBe(true);
    book.add('a', '2', 2n);
    expect([book.hasRoom('a'), book.hasRoom('b')]).toEqual([false, true]);
    book.add('b', '1', 2n);
    expect([book.hasRoom('b'), book.hasRoom('c')]).toEqual([false, false]);
    expect([book.has('a', '1'), book.has('a', '2'), book.has('b', '1')]).toEqual([true, true, true]);
    book.expire(2n);
    expect([book.hasRoom('a'), book.hasRoom('b'), book.hasRoom('c')]).toEqual([true, true, true]);
  });

  it('is what a plain list of entries says', () => {
    const step = fc.record({
      client: fc.constantFrom('a', 'b', 'c'),
      nonce: fc.constantFrom('1', '2', '3', '4'),
      time: fc.bigInt(0n, 6n),
      oldest: fc.bigInt(0n, 6n),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const book = new NonceBook(3, 6);
        let list: { client: string; nonce: string; time: bigint }[] = [];
        let bound = 0n;
        for (const { client, nonce, time, oldest } of steps) {
          if (oldest > bound) {
            bound = oldest;
            list = list.filter((entry) => entry.time >= bound);
          }
          book.expire(oldest);
          const known = list.some((entry) => entry.client === client && entry.nonce === nonce);
          const room = list.length < 6 && list.filter((entry) => entry.client === client).length < 3;
          expect([book.has(client, nonce), book.hasRoom(client), book.size]).toEqual([known, room, list.length]);
          if (known || !room || time < bound) continue;
          book.add(client, nonce, time);
          list.push({ client, nonce, time });
        }
      }),
      { seed: 20261121, numRuns: 200 },
    );
  });
});
