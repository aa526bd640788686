import { describe, expect, test } from 'vitest';
import { toHex } from '../bytes/bytes.ts';
import { decodeParams, encodeParams, initialTarget, type Params, paramsLayout } from './params.ts';
import { MAINNET } from './profiles.ts';

const params: Params = {
  ...MAINNET,
  bootstrapAccountPubkey: new Uint8Array(1952).fill(1),
  bootstrapNodePubkey: new Uint8Array(1952).fill(2),
};
const bytes = encodeParams(params);

const changed = (offset: number, ...values: readonly number[]): Uint8Array => {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
};

test('4106 bytes, fields where 01 §9.1 puts them', () => {
  const offsets: number[] = [];
  let offset = 0;
  for (const [, kind] of paramsLayout.fields) {
    offsets.push(offset);
    offset += kind.minimum;
  }
  expect(offset).toBe(4106);
  expect(offsets).toEqual([
    0, 8, 16, 24, 40, 72, 73, 74, 76, 78, 80, 82, 90, 98, 106, 114, 116, 118, 126, 130, 134, 138, 2090, 4042, 4074,
  ]);
  expect(toHex(bytes.subarray(0, 24))).toBe('401b5f13000000000000000000000000c04e000000000000');
});

test('decoding gives back what was encoded', () => {
  expect(decodeParams(bytes)).toEqual({ ok: true, value: params });
});

describe('decode refuses', () => {
  test('WrongLength', () => {
    for (const other of [new Uint8Array(0), bytes.subarray(1), new Uint8Array([...bytes, 0])]) {
      expect(decodeParams(other)).toEqual({ ok: false, error: 'WrongLength' });
    }
  });

  test('ReservedNotZero: any of the eight bytes', () => {
    for (let offset = 8; offset < 16; offset++) {
      expect(decodeParams(changed(offset, 1))).toEqual({ ok: false, error: 'ReservedNotZero' });
    }
  });

  test('ZeroParameter: d0, τ₂, quorum denominator, rate denominator, selection interval, admission divisor', () => {
    const zero = new Uint8Array(8);
    for (const [offset, size] of [
      [0, 8],
      [16, 8],
      [73, 1],
      [80, 2],
      [90, 8],
      [98, 8],
    ] as const) {
      const error = { ok: false, error: 'ZeroParameter' };
      expect(decodeParams(changed(offset, ...zero.subarray(0, size)))).toEqual(error);
      expect(decodeParams(changed(offset, 1, ...zero.subarray(1, size))).ok).toBe(true);
    }
  });
});

test('target(0) is the first half of target_0, little-endian', () => {
  expect(initialTarget(MAINNET)).toBe(2n ** 128n - 1n);
  const targetZero = new Uint8Array(32).fill(0xff, 16);
  targetZero.set([2, 1]);
  expect(initialTarget({ targetZero })).toBe(0x0102n);
});
