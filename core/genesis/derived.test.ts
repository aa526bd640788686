import { describe, expect, test } from 'vitest';
import { earnedSupply, entryProofMode, initialTimechainValue, settledSupply } from './derived.ts';
import { DEVNET, MAINNET, simulation } from './profiles.ts';
import { MONTANA, PUBLISHED } from './rules.ts';

test('T_0 of zeros, and of the Genesis State Hash', () => {
  const published = '0619a36fd8b606aa6d6a799c1fac31e1187302a23484e7516b12122cbe49ebc3';
  expect(initialTimechainValue(PUBLISHED, 'ab'.repeat(32))).toBe(published);
  expect(initialTimechainValue(MONTANA, '0'.repeat(64))).toBe(published);
  expect(initialTimechainValue(MONTANA, 'ab'.repeat(32))).not.toBe(published);
});

describe('entry proof', () => {
  test('sampled from 2^26 iterations on, where the rules allow it', () => {
    const at = (d0: bigint) => entryProofMode(MONTANA, { vdfEntryWindows: 1024n, d0 });
    expect(at(65_536n)).toBe('full');
    expect(at(65_537n)).toBe('sampled');
    expect(entryProofMode(PUBLISHED, MAINNET)).toBe('full');
  });

  test('of the profiles (09 §2)', () => {
    expect(entryProofMode(MONTANA, MAINNET)).toBe('sampled');
    expect(entryProofMode(MONTANA, DEVNET)).toBe('full');
    expect(entryProofMode(MONTANA, simulation({ founders: 100, tau2Windows: 20_160 }))).toBe('full');
  });
});

test('supply: earned runs one emission ahead of settled', () => {
  const emission = MAINNET.emissionMoneta;
  expect([0, 1, 100].map((window) => settledSupply(emission, window))).toEqual([0n, 13n * 10n ** 9n, 13n * 10n ** 11n]);
  expect([0, 99].map((window) => earnedSupply(emission, window))).toEqual([13n * 10n ** 9n, 13n * 10n ** 11n]);
});
