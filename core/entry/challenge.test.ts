import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Id, littleEndian, readLittleEndian, ZERO_ID } from '../bytes/bytes.ts';
import { hash } from '../crypto/hash.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { candidateInit, type History } from './candidate-chain.ts';
import {
  CEMENTED,
  candidateId,
  challenged,
  checkpointsOf,
  dOf,
  past,
  START,
  sampledRegistration,
} from './chains.suite.ts';
import { CHALLENGES, challengedIterations, challengeOf, entryChallenges } from './challenge.ts';

const MOST_U64 = 2n ** 64n - 1n;

describe('drawing', () => {
  test('j-th: the first eight bytes of its hash, modulo the length', () => {
    const draw = entryChallenges(idOf(1), idOf(2), idOf(3), 1_000_003n);
    expect(draw).toHaveLength(CHALLENGES);
    draw.forEach((index, j) => {
      const digest = hash('mt-nodereg-sort', idOf(1), idOf(2), idOf(3), littleEndian(j, 8));
      expect(index).toBe(readLittleEndian(digest, 0, 8) % 1_000_003n);
    });
  });

  test('anew for each T, aggregate and registration', () => {
    const draw = (t: Id, aggregate: Id, id: Id) => entryChallenges(t, aggregate, id, 1_000n);
    const draws = [
      draw(idOf(1), idOf(2), idOf(3)),
      draw(idOf(9), idOf(2), idOf(3)),
      draw(idOf(1), idOf(9), idOf(3)),
      draw(idOf(1), idOf(2), idOf(9)),
      draw(idOf(2), idOf(1), idOf(3)),
    ].map(String);
    expect(draws.filter((each, i) => draws.indexOf(each) === i)).toHaveLength(5);
  });

  test('below any length, and exactly where numbers end', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, MOST_U64), fc.nat(1000), (length, n) => {
        for (const index of entryChallenges(idOf(n), ZERO_ID, idOf(7), length)) {
          expect(index >= 0n && index < length).toBe(true);
        }
      }),
      { seed: 20261121 },
    );
    expect(entryChallenges(idOf(1), idOf(2), idOf(3), 1n)).toEqual(Array.from({ length: 64 }, () => 0n));
    expect(entryChallenges(idOf(1), idOf(2), idOf(3), MOST_U64).some((index) => index > 2n ** 53n)).toBe(true);
  });

  test('one skipped segment of 64 stays unseen in about (63/64)^64 = 0.365 of the draws', () => {
    let unseen = 0;
    for (let n = 0; n < 400; n++) {
      if (!entryChallenges(idOf(n), idOf(2), idOf(3), 64n).includes(17n)) unseen++;
    }
    expect(unseen).toBeGreaterThan(110);
    expect(unseen).toBeLessThan(180);
  });
});

test('of 20 160 segments, skipped ones are found with probability 1 − (1 − δ)^64', () => {
  const draws = 400;
  const first = Array.from({ length: draws }, (_, n) =>
    entryChallenges(idOf(n), idOf(2), idOf(3), 20_160n).reduce((least, index) => (index < least ? index : least)),
  );
  for (const skipped of [202, 1_008, 2_016]) {
    // Where they stand makes no difference: those at the beginning.
    const unseen = first.filter((index) => index >= BigInt(skipped)).length / draws;
    const expected = (1 - skipped / 20_160) ** 64;
    expect(Math.abs(unseen - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / draws));
  }
});

describe('a challenge', () => {
  const registration = sampledRegistration(checkpointsOf(12));

  test('says root, e_0, and each segment drawn once with the D of its window', () => {
    const challenge = challenged(registration);
    expect(challenge).toMatchObject({
      registration: registration.id,
      window: CEMENTED,
      root: registration.proofEndpoint,
      init: candidateInit(idOf(START), idOf(500 + START - 2), candidateId),
    });
    const drawn = entryChallenges(idOf(CEMENTED), idOf(500 + CEMENTED - 2), registration.id, 12n).map(Number);
    const once = Array.from({ length: 12 }, (_, i) => i).filter((index) => drawn.includes(index));
    expect(once.length).toBeGreaterThan(3);
    expect(challenge.segments).toEqual(once.map((index) => ({ index, iterations: dOf(START + index) })));
    expect(challengedIterations(challenge)).toBe(once.reduce((sum, index) => sum + dOf(START + index), 0));
  });

  test('of another window draws other segments of a long chain', () => {
    const long = { ...registration, vdfChainLength: 80n };
    expect(challenged(long, CEMENTED + 1).segments).not.toEqual(challenged(long).segments);
  });

  test('takes zeros for the aggregate before window 2', () => {
    const early = { ...registration, wStart: 0n, vdfChainLength: 1n };
    expect(challenged(early, 3).init).toBe(candidateInit(idOf(0), ZERO_ID, candidateId));
  });

  const faultOf = (change: Partial<typeof registration>, window = CEMENTED, history: History = past) => {
    const challenge = challengeOf({ ...registration, ...change }, window, history);
    return challenge.ok ? undefined : challenge.error;
  };

  test('EmptyChain', () => {
    expect(faultOf({ vdfChainLength: 0n })).toBe('EmptyChain');
    expect(faultOf({ vdfChainLength: 1n })).toBeUndefined();
  });

  test('ChainOutlastsWindow', () => {
    const last = START + 12 - 1;
    expect(faultOf({}, last)).toBeUndefined();
    expect(faultOf({}, last - 1)).toBe('ChainOutlastsWindow');
    expect(faultOf({ vdfChainLength: MOST_U64 })).toBe('ChainOutlastsWindow');
    expect(faultOf({ wStart: MOST_U64 })).toBe('ChainOutlastsWindow');
    expect(faultOf({ wStart: MOST_U64, vdfChainLength: MOST_U64 })).toBe('ChainOutlastsWindow');
  });

  test('UnknownWindow: W_start, two before it, W_p, two before it, and each segment drawn', () => {
    const without =
      (missing: number): History =>
      (window) =>
        window === missing ? undefined : past(window);
    const drawn = challenged(registration).segments.map(({ index }) => START + index);
    for (const window of [START - 2, START, CEMENTED - 2, CEMENTED, ...drawn]) {
      expect(faultOf({}, CEMENTED, without(window))).toBe('UnknownWindow');
    }
    for (const window of [START - 3, START - 1, CEMENTED - 1, CEMENTED - 3, START + 12]) {
      expect(faultOf({}, CEMENTED, without(window))).toBeUndefined();
    }
  });
});
