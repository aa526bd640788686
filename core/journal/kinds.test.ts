import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Kind, layout, Reader, u8, u16, Writer } from '../bytes/layout.ts';
import { blobUpTo, errorText, oneOf, optional, text, whole } from './kinds.ts';

const SEED = { seed: 20261121 };

const encode = <T>(kind: Kind<T>, value: T): Uint8Array => {
  const writer = new Writer(kind.sizeOf(value));
  kind.write(writer, value);
  expect(writer.offset).toBe(writer.bytes.length);
  return writer.bytes;
};

const decode = <T>(kind: Kind<T>, bytes: Uint8Array): { value: T; error: string | undefined } => {
  const reader = new Reader(bytes);
  const value = kind.read(reader);
  return { value, error: reader.error };
};

const comesBack = <T>(kind: Kind<T>, value: T): void => {
  expect(decode(kind, encode(kind, value))).toEqual({ value, error: undefined });
};

test('whole: any safe integer in 8 bytes, little-endian, and no greater one', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => comesBack(whole, value)),
    SEED,
  );
  expect(encode(whole, 2 ** 32 + 2)).toEqual(Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0));
  comesBack(whole, Number.MAX_SAFE_INTEGER);
  expect(decode(whole, Uint8Array.of(0, 0, 0, 0, 0, 0, 32, 0)).error).toBe('TooMany');
  expect(decode(whole, new Uint8Array(7)).error).toBe('Truncated');
});

test('text and optional come back', () => {
  comesBack(text, '');
  comesBack(text, 'ByteBudget: 7');
  comesBack(optional(u16), undefined);
  comesBack(optional(u16), 0);
  comesBack(text, 'x'.repeat(1_024));
  expect(decode(text, encode(text, 'x'.repeat(1_025))).error).toBe('TooMany');
  for (const control of ['\u001b[2J', 'two\nlines', '\u007f', '\u00e9']) {
    expect(decode(text, encode(text, control)).error).toBe('BadText');
  }
  expect(encode(optional(u16), 5)).toEqual(Uint8Array.of(1, 5, 0));
  expect(decode(optional(u16), Uint8Array.of(2, 5, 0, 5, 0)).error).toBe('TooMany');
});

test('bytes up to a size, and no more', () => {
  comesBack(blobUpTo(3), Uint8Array.of(1, 2, 3));
  expect(decode(blobUpTo(2), encode(blobUpTo(3), Uint8Array.of(1, 2, 3))).error).toBe('TooMany');
});

test('what an error says is a text', () => {
  expect(errorText(new Error('τ is\u001b not whole'))).toBe('? is? not whole');
  comesBack(text, errorText(new Error('x'.repeat(2_000))));
  expect(errorText('thrown')).toBe('no error');
});

test('one of several: the place of the case, then its fields; an unknown place is refused', () => {
  const shape = oneOf({ dot: layout('Dot', {}), box: layout('Box', { wide: u8, high: u16 }) });
  comesBack(shape, { type: 'dot' });
  comesBack(shape, { type: 'box', wide: 3, high: 700 });
  expect(encode(shape, { type: 'box', wide: 3, high: 1 })).toEqual(Uint8Array.of(1, 3, 1, 0));
  expect(decode(shape, Uint8Array.of(2, 0)).error).toBe('TooMany');
  expect(decode(shape, Uint8Array.of(1, 3)).error).toBe('Truncated');
});
