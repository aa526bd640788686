import { expand } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2 as noblePbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Uint8Array => hmac(sha256, key, data);

/** HKDF-SHA-256, Expand only (RFC 5869 §2.3, 01 §5): `length` ≤ 8160 bytes. */
export const hkdfExpand = (prk: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
  expand(sha256, prk, info, length);

/** PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2). */
export const pbkdf2 = (password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Uint8Array =>
  noblePbkdf2(sha256, password, salt, { c: iterations, dkLen: length });
