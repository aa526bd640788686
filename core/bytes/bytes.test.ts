import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ascii,
  compareBytes,
  compareIds,
  concat,
  equalBytes,
  fromHex,
  littleEndian,
  parseHex,
  readLittleEndian,
  strictlyAscending,
  toHex,
  writeHex,
  ZERO_ID,
} from './bytes.ts';

const SEED = { seed: 20261121 };
const anyBytes = fc.uint8Array({ maxLength: 100 });

describe('hex', () => {
  it('is two lower-case digits per byte, high one first', () => {
    expect(toHex(Uint8Array.of(0, 1, 0xab, 0xff, 0x10))).toBe('0001abff10');
    expect(toHex(new Uint8Array(0))).toBe('');
    expect(toHex(new Uint8Array(32))).toBe(ZERO_ID);
  });

  it('of a range is the hex of its copy, whatever its length', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(100), fc.nat(100), (bytes, a, b) => {
        const from = Math.min(a, b, bytes.length);
        const to = Math.min(Math.max(a, b), bytes.length);
        const expected = [...bytes.slice(from, to)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        expect(toHex(bytes, from, to)).toBe(expected);
      }),
      SEED,
    );
  });

  it('is read back to the same bytes, strictly or trusted, and written in place', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = toHex(bytes);
        expect(parseHex(text)).toEqual(bytes);
        expect(fromHex(text)).toEqual(bytes);
        const target = new Uint8Array(bytes.length + 2).fill(7);
        writeHex(text, target, 1);
        expect(target).toEqual(Uint8Array.of(7, ...bytes, 7));
      }),
      SEED,
    );
  });

  it('is refused with an odd number of digits or any other character', () => {
    for (const text of ['0', '000', '0G', 'AB', '/0', ':0', '0`', 'g0', ' 00', '0x00', 'é0']) {
      expect([text, parseHex(text)]).toEqual([text, undefined]);
    }
    expect(parseHex('09afbc')).toEqual(Uint8Array.of(9, 0xaf, 0xbc));
  });
});

describe('order', () => {
  it('of bytes is that of their hex: byte 0 most significant, a prefix first', () => {
    const nearby = fc.uint8Array({ maxLength: 4, max: 2 });
    fc.assert(
      fc.property(fc.oneof(nearby, anyBytes), fc.oneof(nearby, anyBytes), (a, b) => {
        const expected = compareIds(toHex(a), toHex(b));
        expect(Math.sign(compareBytes(a, b))).toBe(expected);
        expect(equalBytes(a, b)).toBe(expected === 0);
        expect(equalBytes(a, a.slice())).toBe(true);
      }),
      { ...SEED, numRuns: 1000 },
    );
  });

  it('rises strictly or does not', () => {
    expect(strictlyAscending([])).toBe(true);
    expect(strictlyAscending(['a'])).toBe(true);
    expect(strictlyAscending(['a', 'b', 'c'])).toBe(true);
    expect(strictlyAscending(['a', 'b', 'b'])).toBe(false);
    expect(strictlyAscending(['b', 'a'])).toBe(false);
  });
});

describe('little-endian integers', () => {
  it('put the low byte first', () => {
    expect(littleEndian(1, 2)).toEqual(Uint8Array.of(1, 0));
    expect(littleEndian(0x0102030405060708090an, 10)).toEqual(Uint8Array.of(10, 9, 8, 7, 6, 5, 4, 3, 2, 1));
    expect(littleEndian(2n ** 128n - 1n, 16)).toEqual(new Uint8Array(16).fill(255));
  });

  it('of any size are read back, at any offset', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 40 }), fc.nat(9), (bytes, offset) => {
        let expected = 0n;
        for (const byte of [...bytes].reverse()) expected = expected * 256n + BigInt(byte);
        const shifted = concat(new Uint8Array(offset).fill(0xee), bytes, Uint8Array.of(0xee));
        expect(readLittleEndian(shifted, offset, bytes.length)).toBe(expected);
        // A view that does not start with its buffer reads the same.
        expect(readLittleEndian(shifted.subarray(offset), 0, bytes.length)).toBe(expected);
        expect(littleEndian(expected, bytes.length)).toEqual(bytes);
      }),
      SEED,
    );
  });
});

describe('concat and ascii', () => {
  it('join in order', () => {
    expect(concat()).toEqual(new Uint8Array(0));
    expect(concat(ascii('mt'), new Uint8Array(0), ascii('-op'))).toEqual(ascii('mt-op'));
    expect(ascii('mt-op')).toEqual(Uint8Array.of(0x6d, 0x74, 0x2d, 0x6f, 0x70));
  });
});
