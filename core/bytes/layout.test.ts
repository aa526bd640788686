import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, littleEndian } from './bytes.ts';
import {
  array,
  blob,
  bool,
  id32,
  type Kind,
  layout,
  list,
  Reader,
  raw,
  u8,
  u16,
  u32,
  u64,
  u128,
  Writer,
} from './layout.ts';

const SEED = { seed: 20261121 };
const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const bytesOf = (...values: number[]): Uint8Array => Uint8Array.from(values);

const encode = <T>(kind: Kind<T>, value: T): Uint8Array => {
  const writer = new Writer(kind.sizeOf(value));
  kind.write(writer, value);
  expect(writer.offset).toBe(writer.bytes.length);
  return writer.bytes;
};

const decode = <T>(kind: Kind<T>, bytes: Uint8Array): T => {
  const reader = new Reader(bytes);
  const value = kind.read(reader);
  expect(reader.error).toBeUndefined();
  expect(reader.offset).toBe(bytes.length);
  return value;
};

const errorOf = (kind: Kind<unknown>, bytes: Uint8Array): string | undefined => {
  const reader = new Reader(bytes);
  kind.read(reader);
  return reader.error;
};

describe('integers', () => {
  const kinds: readonly (readonly [string, Kind<number> | Kind<bigint>, number])[] = [
    ['u8', u8, 1],
    ['u16', u16, 2],
    ['u32', u32, 4],
    ['u64', u64, 8],
    ['u128', u128, 16],
  ];
  for (const [name, kind, size] of kinds) {
    it(`${name} takes ${size} bytes, little-endian, over its whole range`, () => {
      const most = 2n ** BigInt(8 * size) - 1n;
      const value = fc.oneof(fc.constantFrom(0n, 1n, most >> 1n, (most >> 1n) + 1n, most), fc.bigInt(0n, most));
      fc.assert(
        fc.property(value, (big) => {
          const held = (size > 4 ? big : Number(big)) as never;
          const bytes = encode(kind as Kind<never>, held);
          expect(bytes).toEqual(littleEndian(big, size));
          expect(decode(kind as Kind<never>, bytes)).toBe(held);
        }),
        SEED,
      );
      expect(kind.minimum).toBe(size);
      expect(errorOf(kind as Kind<unknown>, new Uint8Array(size - 1))).toBe('Truncated');
    });
  }
});

describe('bool', () => {
  it('is one byte, 0 or 1 and nothing else (01 §5)', () => {
    expect(encode(bool, false)).toEqual(bytesOf(0));
    expect(encode(bool, true)).toEqual(bytesOf(1));
    expect(decode(bool, bytesOf(0))).toBe(false);
    expect(decode(bool, bytesOf(1))).toBe(true);
    for (let byte = 2; byte < 256; byte++) expect(errorOf(bool, bytesOf(byte))).toBe('BadBool');
    expect(errorOf(bool, bytesOf())).toBe('Truncated');
  });
});

describe('bytes', () => {
  it('of fixed size are a view of the input', () => {
    const input = bytesOf(1, 2, 3, 4);
    const reader = new Reader(input);
    u8.read(reader);
    const value = raw(3).read(reader);
    expect(value).toEqual(bytesOf(2, 3, 4));
    expect(value.buffer).toBe(input.buffer);
    expect(errorOf(raw(5), input)).toBe('Truncated');
    expect(encode(raw(4), input)).toEqual(input);
  });

  it('of variable size follow their length, 4 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (value) => {
        const bytes = encode(blob, value);
        expect(bytes).toEqual(concat(littleEndian(value.length, 4), value));
        expect(decode(blob, bytes)).toEqual(value);
        if (value.length > 0) expect(errorOf(blob, bytes.subarray(0, -1))).toBe('Truncated');
      }),
      SEED,
    );
    expect(errorOf(blob, bytesOf(255, 255, 255, 255, 1))).toBe('Truncated');
    expect(errorOf(blob, bytesOf(0, 0, 0))).toBe('Truncated');
  });

  it('of an identifier are its 32', () => {
    fc.assert(
      fc.property(id, (value) => {
        const bytes = encode(id32, value);
        expect(Buffer.from(bytes).toString('hex')).toBe(value);
        expect(decode(id32, bytes)).toBe(value);
      }),
      SEED,
    );
    expect(errorOf(id32, new Uint8Array(31))).toBe('Truncated');
  });
});

describe('list', () => {
  it('is a count, 2 bytes unless said otherwise, and its elements', () => {
    expect(encode(list(u8), [7, 8])).toEqual(bytesOf(2, 0, 7, 8));
    expect(encode(list(u8, u8), [7, 8])).toEqual(bytesOf(2, 7, 8));
    expect(decode(list(u16, u32), bytesOf(1, 0, 0, 0, 2, 1))).toEqual([258]);
  });

  it('of elements of any size is read back', () => {
    const kind = list(list(blob, u8));
    fc.assert(
      fc.property(fc.array(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 4 }), { maxLength: 4 }), (value) => {
        const bytes = encode(kind, value);
        expect(decode(kind, bytes)).toEqual(value);
        for (let size = 0; size < bytes.length; size++)
          expect(errorOf(kind, bytes.subarray(0, size))).toBe('Truncated');
      }),
      SEED,
    );
  });

  it('is refused above its greatest count, and at it is not', () => {
    const kind = list(u8, u8, 3);
    expect(decode(kind, bytesOf(3, 1, 2, 3))).toEqual([1, 2, 3]);
    expect(errorOf(kind, bytesOf(4, 1, 2, 3, 4))).toBe('TooMany');
  });

  it('reads no element when the count promises more than is there', () => {
    let reads = 0;
    const counting: Kind<number> = {
      ...u16,
      read(reader) {
        reads++;
        return u16.read(reader);
      },
    };
    expect(errorOf(list(counting, u32, 2 ** 32), bytesOf(255, 255, 255, 255, 1, 1))).toBe('Truncated');
    expect(errorOf(list(counting), bytesOf(2, 0, 1, 1, 2))).toBe('Truncated');
    expect(reads).toBe(0);
    expect(errorOf(list(counting), bytesOf(2, 0, 1, 1, 2, 2))).toBeUndefined();
    expect(reads).toBe(2);
  });

  it('stops at the first bad element', () => {
    const kind = list(bool, u8);
    const reader = new Reader(bytesOf(3, 1, 2, 0));
    expect(kind.read(reader)).toHaveLength(2);
    expect(reader.error).toBe('BadBool');
    expect(reader.offset).toBe(3);
  });
});

describe('array', () => {
  it('has no count', () => {
    expect(encode(array(u16, 2), [1, 2])).toEqual(bytesOf(1, 0, 2, 0));
    expect(decode(array(u16, 2), bytesOf(1, 0, 2, 0))).toEqual([1, 2]);
    expect(array(u16, 2).minimum).toBe(4);
    expect(errorOf(array(u16, 2), bytesOf(1, 0, 2))).toBe('Truncated');
  });
});

describe('layout', () => {
  const inner = layout('Inner', { flag: bool, tail: blob });
  const outer = layout('Outer', { id: id32, height: u64, items: list(inner, u8, 4), last: u8 });
  const value = fc.record({
    id,
    height: fc.bigInt(0n, 2n ** 64n - 1n),
    items: fc.array(fc.record({ flag: fc.boolean(), tail: fc.uint8Array({ maxLength: 5 }) }), { maxLength: 4 }),
    last: fc.nat(255),
  });

  it('keeps names and byte order, and the least size', () => {
    expect(outer.name).toBe('Outer');
    expect(outer.fields.map(([name]) => name)).toEqual(['id', 'height', 'items', 'last']);
    expect(outer.minimum).toBe(32 + 8 + 1 + 1);
    expect(inner.minimum).toBe(5);
  });

  it('decodes what it encodes, and neither less nor more', () => {
    fc.assert(
      fc.property(value, (fields) => {
        const bytes = outer.encode(fields);
        expect(bytes.length).toBe(outer.sizeOf(fields));
        expect(outer.decode(bytes)).toEqual({ ok: true, value: fields });
        expect(outer.decode(bytes.subarray(0, -1))).toEqual({ ok: false, error: 'Truncated' });
        expect(outer.decode(concat(bytes, bytesOf(0)))).toEqual({ ok: false, error: 'TrailingBytes' });
      }),
      SEED,
    );
  });

  it('reports the first fault', () => {
    const flag = layout('Flag', { a: bool, b: u8 });
    expect(flag.decode(bytesOf(2))).toEqual({ ok: false, error: 'BadBool' });
    expect(flag.decode(bytesOf(2, 0, 0))).toEqual({ ok: false, error: 'BadBool' });
    expect(flag.decode(bytesOf(1, 0, 0))).toEqual({ ok: false, error: 'TrailingBytes' });
  });

  it('without fields is no bytes', () => {
    const nothing = layout('Nothing', {});
    expect(nothing.decode(bytesOf())).toEqual({ ok: true, value: {} });
    expect(nothing.decode(bytesOf(0))).toEqual({ ok: false, error: 'TrailingBytes' });
    expect(nothing.encode({})).toEqual(bytesOf());
  });
});
