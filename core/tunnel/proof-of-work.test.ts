import { describe, expect, it } from 'vitest';
import { concat, fromHex, littleEndian, toHex } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { isWorkEnough, searchWork, workHash, workTarget } from './proof-of-work.ts';
import { RAW_TAGS } from './raw-hash.ts';

const proof = new Uint8Array(3309).map((_, i) => i & 0xff);

const target = (difficulty: number): string => {
  const made = workTarget(difficulty);
  return made.ok ? toHex(made.value) : made.error;
};

describe('bootstrap proof of work (06 §4.2)', () => {
  it('has the target ⌊2^256 / difficulty⌋, big-endian', () => {
    expect(target(0)).toBe('DifficultyZero');
    expect(target(1)).toBe('f'.repeat(64));
    expect(target(2)).toBe(`8${'0'.repeat(63)}`);
    expect(target(3)).toBe('5'.repeat(64));
    expect(target(65_536)).toBe(`0001${'0'.repeat(60)}`);
    expect(target(0xffff_ffff)).toBe('00000001'.repeat(8));
  });

  it('hashes tag, proof and nonce without separator, the nonce as u64 little-endian', () => {
    for (const nonce of [0n, 258n, 0x0102030405060708n, (1n << 64n) - 1n]) {
      const whole = sha256(concat(RAW_TAGS.bootstrapWork, proof, littleEndian(nonce, 8)));
      expect(toHex(workHash(proof, nonce))).toBe(toHex(whole));
    }
    expect(String.fromCharCode(...RAW_TAGS.bootstrapWork)).toBe('mt-bootstrap-pow');
  });

  it('must be strictly below the target, the first byte weighing most', () => {
    const below = fromHex(`7${'f'.repeat(63)}`);
    const equal = fromHex(`8${'0'.repeat(63)}`);
    expect([isWorkEnough(below, 2), isWorkEnough(equal, 2)]).toEqual([true, false]);
    expect(isWorkEnough(fromHex(`${'00'.repeat(31)}ff`), 0xffff_ffff)).toBe(true);
    expect(isWorkEnough(fromHex(`ff${'00'.repeat(31)}`), 2)).toBe(false);
    expect([isWorkEnough(new Uint8Array(32).fill(0xff), 1), isWorkEnough(new Uint8Array(32), 0)]).toEqual([
      false,
      false,
    ]);
  });

  it('is searched from a nonce on, among as many as asked for; the first is found', () => {
    const difficulty = 64;
    const found = searchWork(proof, difficulty, 0n, 10_000);
    if (found === undefined) throw new Error('nothing found');
    expect(toHex(found.hash)).toBe(toHex(workHash(proof, found.nonce)));
    for (let nonce = 0n; nonce < found.nonce; nonce++) {
      expect(isWorkEnough(workHash(proof, nonce), difficulty)).toBe(false);
    }
    expect(isWorkEnough(found.hash, difficulty)).toBe(true);
    expect(searchWork(proof, difficulty, found.nonce, 1)?.nonce).toBe(found.nonce);
    expect(searchWork(proof, difficulty, 0n, Number(found.nonce))).toBeUndefined();
    expect(searchWork(proof, difficulty, found.nonce + 1n, 10_000)?.nonce).toBeGreaterThan(found.nonce);
    expect(searchWork(proof, 0, 0n, 10)).toBeUndefined();
  });
});
