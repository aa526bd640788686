import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { ascii, concat, fromHex, toHex } from '../bytes/bytes.ts';
import { hash, hashAnyTag, hashId, sha256 } from './hash.ts';
import { HASH_TAGS } from './tags.ts';

const SEED = { seed: 20261121 };

describe('H (01 §3)', () => {
  it('agrees with the vectors', () => {
    const cases = casesOf('hash', 'domain_hash');
    expect(cases.length).toBeGreaterThan(50);
    for (const { id, in: input, out } of cases) {
      const parts = (input.parts as string[]).map(fromHex);
      expect([id, toHex(hashAnyTag(input.domain as string, ...parts))]).toEqual([id, out.hash]);
    }
  });

  it('is SHA-256 of tag, one zero byte and the parts, joined without separators', () => {
    const part = fc.uint8Array({ maxLength: 70 });
    fc.assert(
      fc.property(fc.constantFrom(...HASH_TAGS), fc.array(part, { maxLength: 4 }), (tag, parts) => {
        const preimage = concat(ascii(tag), Uint8Array.of(0), ...parts);
        expect(hash(tag, ...parts)).toEqual(sha256(preimage));
        expect(hash(tag, concat(...parts))).toEqual(sha256(preimage));
        expect(hashId(tag, ...parts)).toBe(toHex(sha256(preimage)));
      }),
      SEED,
    );
  });

  it('takes an identifier as its 32 bytes', () => {
    const id = 'ab'.repeat(32);
    expect(hash('mt-op', ascii('x'), id, ascii('y'))).toEqual(hash('mt-op', ascii('x'), fromHex(id), ascii('y')));
  });
});

describe('tags (01 §3.1)', () => {
  it('are distinct ASCII text without a zero byte', () => {
    expect(new Set(HASH_TAGS).size).toBe(HASH_TAGS.length);
    for (const tag of HASH_TAGS) expect(tag).toMatch(/^mt-[a-z-]+$/);
  });
});
