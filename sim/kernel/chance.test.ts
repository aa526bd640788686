import { describe, expect, test } from 'vitest';
import { mix, mixText, scale } from './mix.ts';
import { Stream, Streams } from './streams.ts';

describe('the hash for chance', () => {
  test('stays what it is', () => {
    expect([mix(0, 0, 0), mix(1, 2, 3), mix(-1, 0x7fff_ffff, 0x8000_0000)]).toEqual([0, 3_324_898_352, 609_236_518]);
    expect(mixText('montana')).toBe(2_669_818_999);
  });

  test('is even over neighbouring links and objects', () => {
    const buckets = new Array<number>(16).fill(0);
    for (let link = 0; link < 200; link++) {
      for (let object = 0; object < 200; object++) (buckets[scale(mix(7, link, object), 16)] as number)++;
    }
    // 40 000 in 16 buckets: 2 500 each, standard deviation 48.
    for (const count of buckets) expect(Math.abs(count - 2500)).toBeLessThan(250);
  });

  test('each argument counts', () => {
    const all = new Set([mix(1, 1, 1), mix(2, 1, 1), mix(1, 2, 1), mix(1, 1, 2), mix(1, 1 | (1 << 31), 1)]);
    expect(all.size).toBe(5);
  });

  test('scale covers its range and no more', () => {
    expect(scale(0, 10)).toBe(0);
    expect(scale(0xffff_ffff, 10)).toBe(9);
    expect(scale(0xffff_ffff, 1)).toBe(0);
    expect(scale(0xffff_ffff, 2 ** 32)).toBe(2 ** 32 - 1);
  });
});

describe('streams', () => {
  test('of one name repeat, of another differ', () => {
    const draw = (seed: string, name: string): number[] => {
      const stream = new Streams(seed).stream(name);
      return Array.from({ length: 5 }, () => stream.next());
    };
    expect(draw('1', 'links/a')).toEqual(draw('1', 'links/a'));
    expect(draw('1', 'links/a')).not.toEqual(draw('1', 'links/b'));
    expect(draw('1', 'links/a')).not.toEqual(draw('2', 'links/a'));
  });

  test('go on from a kept state', () => {
    const stream = new Stream('x');
    stream.bytes(9);
    const state = stream.state();
    const behind = stream.bytes(32);
    expect(new Stream('anything', state).bytes(32)).toEqual(behind);
  });

  test('below is uniform and within its limit', () => {
    const stream = new Stream('dice');
    const faces = new Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) (faces[stream.below(6)] as number)++;
    // Standard deviation 29.
    for (const face of faces) expect(Math.abs(face - 1000)).toBeLessThan(150);
    expect(stream.below(1)).toBe(0);
  });

  test('pick gives different elements, at most all', () => {
    const from = [1, 2, 3, 4, 5, 6, 7];
    const picked = new Stream('pick').pick(4, from);
    expect(new Set(picked).size).toBe(4);
    expect([...new Stream('all').pick(99, from)].sort()).toEqual(from);
    expect(from).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});
