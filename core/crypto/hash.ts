import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { type Id, toHex, writeHex } from '../bytes/bytes.ts';
import type { HashTag } from './tags.ts';

/** Plain FIPS 180-4 SHA-256, 32 bytes. */
export const sha256 = (data: Uint8Array): Uint8Array => nobleSha256(data);

/** What may follow a tag: raw bytes, or an `Id`, which stands for its 32 bytes. */
export type Part = Uint8Array | Id;

const prefixes = new Map<string, Uint8Array>();

const prefixOf = (tag: string): Uint8Array => {
  let prefix = prefixes.get(tag);
  if (prefix === undefined) {
    prefix = new Uint8Array(tag.length + 1);
    for (let i = 0; i < tag.length; i++) prefix[i] = tag.charCodeAt(i);
    prefixes.set(tag, prefix);
  }
  return prefix;
};

/**
 * Domain-separated hash H(tag, parts…) = SHA-256(ASCII(tag) ‖ 0x00 ‖ parts…), 32 bytes (01 §3).
 * Parts are joined without separators: fixed sizes, or one variable part at the end.
 */
export const hash = (tag: HashTag, ...parts: readonly Part[]): Uint8Array => hashWithPrefix(tag, parts);

/** H(tag, parts…) as an identifier. */
export const hashId = (tag: HashTag, ...parts: readonly Part[]): Id => toHex(hashWithPrefix(tag, parts));

/** H with a tag that is not known to be in the registry: for conformance vectors only. */
export const hashAnyTag = (tag: string, ...parts: readonly Part[]): Uint8Array => hashWithPrefix(tag, parts);

const hashWithPrefix = (tag: string, parts: readonly Part[]): Uint8Array => {
  const prefix = prefixOf(tag);
  let length = prefix.length;
  for (const part of parts) length += typeof part === 'string' ? part.length >> 1 : part.length;
  const preimage = new Uint8Array(length);
  preimage.set(prefix);
  let offset = prefix.length;
  for (const part of parts) {
    if (typeof part === 'string') {
      writeHex(part, preimage, offset);
      offset += part.length >> 1;
    } else {
      preimage.set(part, offset);
      offset += part.length;
    }
  }
  return nobleSha256(preimage);
};
