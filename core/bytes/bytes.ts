/**
 * 32-byte hashes and identifiers are held in memory as 64 lower-case hex digits: immutable, comparable with `<` in
 * byte order (01 §5, byte 0 most significant), usable as keys. They become bytes only inside a codec or a hash.
 */
export type Id = string;

/** 32 zero bytes. */
export const ZERO_ID: Id = '0'.repeat(64);

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Bytes turned into digits at once: the 32 of an `Id` make one flat string. */
const CHUNK = 32;
const digits: number[] = new Array<number>(2 * CHUNK).fill(0);

/** Lower-case hex of `bytes[from, to)`. */
export const toHex = (bytes: Uint8Array, from = 0, to = bytes.length): string => {
  let text = '';
  for (let start = from; start < to; start += CHUNK) {
    const size = Math.min(CHUNK, to - start);
    for (let i = 0; i < size; i++) {
      const byte = bytes[start + i] as number;
      digits[2 * i] = DIGITS[byte >> 4] as number;
      digits[2 * i + 1] = DIGITS[byte & 15] as number;
    }
    text += String.fromCharCode(...(size === CHUNK ? digits : digits.slice(0, 2 * size)));
  }
  return text;
};

const nibble = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
};

/** Bytes of lower-case hex, or undefined when the text is anything else. */
export const parseHex = (text: string): Uint8Array | undefined => {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    const high = nibble(text.charCodeAt(2 * i));
    const low = nibble(text.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) return undefined;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
};

/** Writes the bytes of trusted hex (an `Id`) at `offset`. */
export const writeHex = (text: string, target: Uint8Array, offset: number): void => {
  for (let i = 0, at = offset; i < text.length; i += 2, at++) {
    target[at] = (nibble(text.charCodeAt(i)) << 4) | nibble(text.charCodeAt(i + 1));
  }
};

/** Bytes of trusted hex (an `Id`). */
export const fromHex = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length >> 1);
  writeHex(text, bytes, 0);
  return bytes;
};

/** ASCII bytes of `text`. */
export const ascii = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
};

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Byte-lexicographic order, byte 0 most significant (01 §5). */
export const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const length = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};

/** Order of identifiers, the byte order of what they stand for. */
export const compareIds = (a: Id, b: Id): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether `ids` rise strictly: sorted, no duplicates. */
export const strictlyAscending = (ids: readonly Id[]): boolean => {
  for (let i = 1; i < ids.length; i++) if ((ids[i - 1] as Id) >= (ids[i] as Id)) return false;
  return true;
};

/** `value` as `size` little-endian bytes (01 §5). The caller guarantees 0 ≤ value < 2^(8·size). */
export const littleEndian = (value: number | bigint, size: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  writeLittleEndian(value, bytes, 0, size);
  return bytes;
};

/** Writes `value` as `size` little-endian bytes at `offset`. */
export const writeLittleEndian = (value: number | bigint, target: Uint8Array, offset: number, size: number): void => {
  const view = new DataView(target.buffer, target.byteOffset + offset, size);
  let rest = BigInt(value);
  let at = 0;
  for (; at + 8 <= size; at += 8, rest >>= 64n) view.setBigUint64(at, rest, true);
  for (; at < size; at++, rest >>= 8n) view.setUint8(at, Number(rest & 0xffn));
};

/** Unsigned little-endian integer in `bytes[offset, offset + size)`. */
export const readLittleEndian = (bytes: Uint8Array, offset: number, size: number): bigint => {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size);
  let value = 0n;
  let at = size;
  for (; (at & 7) !== 0; at--) value = (value << 8n) | BigInt(view.getUint8(at - 1));
  for (; at > 0; at -= 8)
    value = at === size ? view.getBigUint64(at - 8, true) : (value << 64n) | view.getBigUint64(at - 8, true);
  return value;
};
