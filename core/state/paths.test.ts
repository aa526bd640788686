import { describe, expect, it } from 'vitest';
import { childName, ROOT, reversed, turn } from './paths.ts';

const key = `${'00'.repeat(30)}c3a5`;

describe('paths', () => {
  it('reverse the bytes of a key, and a path gives the key back', () => {
    expect(reversed(key)).toBe(`a5c3${'00'.repeat(30)}`);
    expect(reversed(reversed(key))).toBe(key);
  });

  it('turn first on the most significant bit of the last byte, last on bit 0 of the first', () => {
    const path = reversed(key);
    expect(Array.from({ length: 16 }, (_, depth) => turn(path, depth)).join('')).toBe('1010010111000011');
    expect(turn(reversed(`01${'00'.repeat(31)}`), 255)).toBe(1);
    expect(turn(reversed(`01${'00'.repeat(31)}`), 254)).toBe(0);
  });

  it('name a place by whole digits and a digit of 0 to 3 bits behind a leading 1', () => {
    const path = reversed(key);
    expect(ROOT).toBe('1');
    expect([0, 1, 2, 3, 4].map((depth) => childName(path, depth, turn(path, depth)))).toEqual([
      '3', // 1
      '6', // 10
      'd', // 101
      'a1', // 1010
      'a2', // 1010 0
    ]);
    expect([0, 1, 2, 3, 4].map((depth) => childName(path, depth, 1 - turn(path, depth)))).toEqual([
      '2',
      '7',
      'c',
      'b1',
      'a3',
    ]);
    expect(childName(path, 255, 0)).toBe(`${path}1`);
  });

  it('give different places different names', () => {
    const names = new Set<string>([ROOT]);
    let places = 1;
    for (let depth = 0; depth < 9; depth++) {
      for (let prefix = 0; prefix < 1 << depth; prefix++) {
        const path = (prefix * 2 ** (12 - depth)).toString(16).padStart(3, '0').padEnd(64, '0');
        names.add(childName(path, depth, 0)).add(childName(path, depth, 1));
        places += 2;
      }
    }
    expect(names.size).toBe(places);
  });
});
