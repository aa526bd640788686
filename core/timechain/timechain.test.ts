import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { fromHex, type Id, littleEndian, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { hash, hashId, sha256 } from '../crypto/hash.ts';
import { cementedBundleAggregate } from './aggregate.ts';
import { isValidD, MAX_D, timechainStep, verifyTimechain } from './chain.ts';
import { medianPermille, nextD, participationPermille } from './difficulty.ts';

const SEED = { seed: 20261121 };
const PARAMS = {
  participationDeadZoneLow: 85,
  participationDeadZoneHigh: 95,
  dAdjustmentRateNum: 3,
  dAdjustmentRateDen: 100,
};
const idOf = (index: number): Id => hashId('mt-node', littleEndian(index, 8));

/** D of windows 1 … n + 2: a boundary's new D is in force two windows later (05 §7 D-E8). */
const schedule = (d0: bigint, tau2: number, ratios: readonly number[]): readonly bigint[] => {
  const d = [d0, d0];
  for (let w = 1; w <= ratios.length; w++) {
    const last = d[d.length - 1] as bigint;
    d.push(w % tau2 === 0 ? nextD(last, medianPermille(ratios.slice(w - tau2, w)), PARAMS) : last);
  }
  return d;
};

describe('vectors', () => {
  const run = <I, O>(fn: string, call: (input: I) => O): void => {
    const cases = casesOf('timechain', fn);
    it(`${fn} (${cases.length})`, () => {
      expect(cases.length).toBeGreaterThan(0);
      for (const { id, in: input, out } of cases) expect({ id, ...call(input as I) }).toEqual({ id, ...out });
    });
  };
  run('timechain_step', ({ prev, d }: { prev: Id; d: number }) => ({ t: timechainStep(prev, d) }));
  run('timechain_verify', ({ prev, claim, d }: { prev: Id; claim: Id; d: string }) => ({
    valid: verifyTimechain(prev, claim, BigInt(d)),
  }));
  run('timechain_chain', ({ t0, d, windows }: { t0: Id; d: number; windows: number }) => {
    const t: Id[] = [];
    for (let w = 0; w < windows; w++) t.push(timechainStep(t[w - 1] ?? t0, d));
    return { t };
  });
  run('next_d', ({ d, median_permille }: { d: string; median_permille: number }) => ({
    d: String(nextD(BigInt(d), median_permille, PARAMS)),
  }));
  run('participation_permille', (input: { cemented_chain_length: string; active_chain_length: string }) => ({
    permille: participationPermille(BigInt(input.cemented_chain_length), BigInt(input.active_chain_length)),
  }));
  run('median_permille', ({ values }: { values: number[] }) => ({ median: medianPermille(values) }));
  run('cemented_bundle_aggregate', ({ window, node_ids }: { window: string; node_ids: Id[] }) => ({
    aggregate: cementedBundleAggregate(BigInt(window), node_ids),
  }));
  run('d_schedule', (input: { d0: string; tau2_windows: string; participation_permille: number[] }) => ({
    d: schedule(BigInt(input.d0), Number(input.tau2_windows), input.participation_permille).map(String),
  }));
});

describe('a step (04 §2)', () => {
  it('is plain SHA-256 of 32 bytes, D times', () => {
    let value = fromHex(idOf(1));
    for (let d = 1; d <= 20; d++) {
      value = sha256(value);
      expect(timechainStep(idOf(1), d)).toBe(toHex(value));
    }
  });

  it('the printed values', () => {
    const t0 = toHex(hash('mt-timechain', ZERO_ID));
    expect(t0).toBe('0619a36fd8b606aa6d6a799c1fac31e1187302a23484e7516b12122cbe49ebc3');
    expect(timechainStep(t0, 1000)).toBe('34235bfb865b969e5d8e348b8facf7559fe95d2c749a03d9aa63560d74eb2e74');
  });

  it('verification recomputes: another value, start or D is false', () => {
    const claim = timechainStep(idOf(1), 7);
    expect(verifyTimechain(idOf(1), claim, 7n)).toBe(true);
    expect(verifyTimechain(idOf(1), idOf(3), 7n)).toBe(false);
    expect(verifyTimechain(idOf(2), claim, 7n)).toBe(false);
    expect([6n, 8n].map((d) => verifyTimechain(idOf(1), claim, d))).toEqual([false, false]);
  });

  it('D outside 1 … 2^32 − 1 is false and hashes nothing: it returns at all', () => {
    expect([0n, 1n, MAX_D, MAX_D + 1n, -1n].map(isValidD)).toEqual([false, true, true, false, false]);
    // D = 0 would be the value itself; 2^64 hashes would never end.
    expect(verifyTimechain(idOf(1), idOf(1), 0n)).toBe(false);
    expect(verifyTimechain(idOf(1), idOf(1), 1n << 64n)).toBe(false);
  });
});

describe('adaptation of D (05 §7)', () => {
  it.each([
    [1000n, 1000, 1030n],
    [1000n, 950, 1030n],
    [1000n, 949, 1000n],
    [1000n, 851, 1000n],
    [1000n, 850, 970n],
    [1000n, 0, 970n],
    [252_000_000n, 950, 259_560_000n],
    [252_000_000n, 850, 244_440_000n],
    [1n, 0, 1n],
    [33n, 950, 33n],
    [34n, 950, 35n],
    [MAX_D, 1000, MAX_D],
    [MAX_D - 1n, 1000, MAX_D],
  ])('D = %d, median %d: %d', (d, median, next) => {
    expect(nextD(d, median, PARAMS)).toBe(next);
  });

  it('changes by at most 3 % and stays within 1 … 2^32 − 1', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: MAX_D }), fc.nat({ max: 1000 }), (d, median) => {
        const next = nextD(d, median, PARAMS);
        expect(isValidD(next)).toBe(true);
        expect(100n * next <= 103n * d && 100n * next > 97n * d - 100n).toBe(true);
        if (median > 850 && median < 950) expect(next).toBe(d);
      }),
      SEED,
    );
  });

  it('a boundary changes D two windows later, not before', () => {
    const full = [1000, 1000, 1000, 1000, 1000, 1000];
    expect(schedule(1000n, 3, full)).toEqual([1000n, 1000n, 1000n, 1000n, 1030n, 1030n, 1030n, 1060n]);
  });
});

describe('participation (05 §7)', () => {
  it('is floored, in permille', () => {
    expect([0n, 1n, 849n, 850n, 999n, 1000n].map((sum) => participationPermille(sum, 1000n))).toEqual([
      0, 1, 849, 850, 999, 1000,
    ]);
    expect(participationPermille(2n, 3n)).toBe(666);
    expect(participationPermille((1n << 64n) - 2n, (1n << 64n) - 1n)).toBe(999);
  });

  it('the median is the upper one, of values in any order', () => {
    expect(medianPermille([900, 100])).toBe(900);
    expect(medianPermille([9, 1000, 100, 20])).toBe(100);
    expect(medianPermille([7])).toBe(7);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1000 }), { minLength: 1 }), (values) => {
        const median = medianPermille(values);
        expect(values.filter((value) => value <= median).length * 2).toBeGreaterThan(values.length);
        expect(values.filter((value) => value >= median).length * 2).toBeGreaterThanOrEqual(values.length);
      }),
      SEED,
    );
  });
});

describe('cemented_bundle_aggregate (04 §5)', () => {
  it('the printed values', () => {
    expect(cementedBundleAggregate(5, [])).toBe('1c3107800b2ae5a5894ae67400f347956fc2acc066b2641c42f1a92d06854c59');
    expect(
      cementedBundleAggregate(
        10,
        ['01', '02', '03'].map((byte) => byte.repeat(32)),
      ),
    ).toBe('c05a6b241bdb24e1528938b0be7cb39c0328edca5561541e37cb5dce9130d37a');
  });

  it('is zeros before window 2, whoever signed', () => {
    expect([0, 1].map((window) => cementedBundleAggregate(window, [idOf(1)]))).toEqual([ZERO_ID, ZERO_ID]);
    expect(cementedBundleAggregate(2, [])).not.toBe(ZERO_ID);
    expect(cementedBundleAggregate(2, [idOf(1)])).not.toBe(ZERO_ID);
  });

  it('depends on who signed and on the window, not on the order', () => {
    const ids = [1, 2, 3, 4].map(idOf);
    const aggregate = cementedBundleAggregate(9, ids);
    fc.assert(
      fc.property(fc.shuffledSubarray(ids, { minLength: 4 }), (shuffled) => {
        expect(cementedBundleAggregate(9, shuffled)).toBe(aggregate);
      }),
      { ...SEED, numRuns: 20 },
    );
    expect(cementedBundleAggregate(9n, ids)).toBe(aggregate);
    expect(cementedBundleAggregate(8, ids)).not.toBe(aggregate);
    expect(cementedBundleAggregate(9, ids.slice(1))).not.toBe(aggregate);
  });

  it('leaves the list it was given as it is', () => {
    const ids = [...[1, 2, 3, 4].map(idOf)].sort().reverse();
    const copy = [...ids];
    cementedBundleAggregate(9, ids);
    expect(ids).toEqual(copy);
  });
});
