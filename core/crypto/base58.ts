const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Base58 of a short byte string; every leading zero byte becomes a `1` (01 §6). Quadratic in the length. */
export const base58 = (bytes: Uint8Array): string => {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (; value > 0n; value /= 58n) text = (ALPHABET[Number(value % 58n)] as string) + text;
  return '1'.repeat(zeros) + text;
};

/** The bytes whose Base58 is `text`, or undefined when there are none or they are not exactly `size`. */
export const parseBase58 = (text: string, size: number): Uint8Array | undefined => {
  // A digit stands for at least half a byte: longer text is refused before any arithmetic.
  if (text.length > 2 * size) return undefined;
  let zeros = 0;
  while (text[zeros] === '1') zeros++;
  let value = 0n;
  for (const digit of text) {
    const at = ALPHABET.indexOf(digit);
    if (at < 0) return undefined;
    value = value * 58n + BigInt(at);
  }
  const bytes = new Uint8Array(size);
  let start = size;
  for (; value > 0n; value >>= 8n) {
    if (start === 0) return undefined;
    bytes[--start] = Number(value & 0xffn);
  }
  return start === zeros ? bytes : undefined;
};
